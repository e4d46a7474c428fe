using Estiba.Identity.Groups;
using Estiba.Identity.Policies;
using Estiba.Identity.Roles;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity.Authorization.Principals;

/// <summary>Collects the documents that count for a principal.</summary>
internal static class PolicyDocuments
{
    private const string DeniesAll =
        """{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}""";

    /// <summary>What is inside of a user and attached to it, and to the groups that it is in.</summary>
    public static IReadOnlyList<string> Of(View view, UserRecord user) =>
        [
            .. user.Policies.Values,
            .. Attached(view, user.AccountId, user.AttachedPolicies),
            .. MembershipRecord
                .GroupsOf(view, user.User.UserId!)
                .SelectMany(group =>
                    group.Policies.Values.Concat(Attached(view, group.AccountId, group.AttachedPolicies))
                ),
        ];

    /// <summary>What is inside of a role and attached to it.</summary>
    public static IReadOnlyList<string> Of(View view, RoleRecord role) =>
        [.. role.Policies.Values, .. Attached(view, role.AccountId, role.AttachedPolicies)];

    /// <summary>The documents of managed policies; a policy that is there no longer has none.</summary>
    public static IEnumerable<string> Attached(View view, string accountId, IEnumerable<string> arns) =>
        arns.Select(arn => ManagedPolicy.DocumentOf(view, accountId, arn)).OfType<string>();

    /// <summary>The document of a permissions boundary. One that is there no longer leaves nothing.</summary>
    public static string Boundary(View view, string accountId, string arn) =>
        ManagedPolicy.DocumentOf(view, accountId, arn) ?? DeniesAll;
}
