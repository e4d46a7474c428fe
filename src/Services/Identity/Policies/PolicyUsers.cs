using Estiba.State;

namespace Estiba.Identity.Policies;

/// <summary>How often the managed policies are used in an account.</summary>
internal sealed class PolicyUsers
{
    private readonly Dictionary<string, int> _attachments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _boundaries = new(StringComparer.Ordinal);

    public PolicyUsers(View view, string accountId)
    {
        var prefix = accountId + "/";
        foreach (var user in view.Range(IdentityTables.Users, prefix))
            Add(user.AttachedPolicies, user.User.PermissionsBoundary?.PermissionsBoundaryArn);
        foreach (var group in view.Range(IdentityTables.Groups, prefix))
            Add(group.AttachedPolicies, boundary: null);
        foreach (var role in view.Range(IdentityTables.Roles, prefix))
            Add(role.AttachedPolicies, role.Role.PermissionsBoundary?.PermissionsBoundaryArn);
    }

    /// <summary>The policies that are attached to somebody.</summary>
    public IEnumerable<string> Attached => _attachments.Keys;

    /// <summary>The policies that are somebody's boundary.</summary>
    public IEnumerable<string> Boundaries => _boundaries.Keys;

    /// <summary>To how many entities a policy is attached.</summary>
    public int Attachments(string arn) => _attachments.GetValueOrDefault(arn);

    /// <summary>Of how many entities a policy is the boundary.</summary>
    public int BoundariesOf(string arn) => _boundaries.GetValueOrDefault(arn);

    private void Add(IReadOnlyList<string> attached, string? boundary)
    {
        foreach (var arn in attached)
            _attachments[arn] = _attachments.GetValueOrDefault(arn) + 1;
        if (boundary is not null)
            _boundaries[boundary] = _boundaries.GetValueOrDefault(boundary) + 1;
    }
}
