using Estiba.Console.Live;
using Estiba.Console.Sessions;

namespace Estiba.Console.Pages.Identity;

/// <summary>A role with its policies.</summary>
/// <param name="Role">The role.</param>
/// <param name="Attached">The names of policies that are attached.</param>
/// <param name="Own">Its own policies: names with documents.</param>
public sealed record RoleView(
    Iam.Role Role,
    IReadOnlyList<string> Attached,
    IReadOnlyList<(string Name, string Document)> Own
)
{
    internal static async Task<RoleView> ReadAsync(Iam.IIamApi iam, string name, CancellationToken cancellation)
    {
        var described = await iam.GetRoleAsync(new() { RoleName = name }, Session.Context, cancellation);
        var role = described.Role ?? throw new ResourceMissingException(name);
        var attached = await iam.ListAttachedRolePoliciesAsync(
            new() { RoleName = name },
            Session.Context,
            cancellation
        );
        var names = await iam.ListRolePoliciesAsync(new() { RoleName = name }, Session.Context, cancellation);
        var own = new List<(string, string)>();
        foreach (var policy in names.PolicyNames ?? [])
        {
            var document = await iam.GetRolePolicyAsync(
                new() { RoleName = name, PolicyName = policy },
                Session.Context,
                cancellation
            );
            own.Add((policy, PolicyText.Of(document.PolicyDocument)));
        }

        return new RoleView(role, [.. attached.AttachedPolicies?.Select(it => it.PolicyName!) ?? []], own);
    }
}
