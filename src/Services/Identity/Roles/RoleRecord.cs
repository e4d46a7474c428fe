using Estiba.Contracts.Iam;

namespace Estiba.Identity.Roles;

/// <summary>
/// A role with its policies. Documents are kept as they were given; answers carry them percent-encoded.
/// </summary>
/// <param name="AccountId">The account.</param>
/// <param name="Role">What IAM tells of it.</param>
/// <param name="Policies">Inline policies: documents by name.</param>
/// <param name="AttachedPolicies">The ARNs of attached managed policies, in order.</param>
internal sealed record RoleRecord(
    string AccountId,
    Role Role,
    IReadOnlyDictionary<string, string> Policies,
    IReadOnlyList<string> AttachedPolicies
)
{
    /// <summary>
    /// The unique ids of the users and roles that the trust policy names, by their ARNs when it was saved; null for a
    /// policy of an older version, whose ARNs are taken as they are.
    /// </summary>
    public IReadOnlyDictionary<string, string>? TrustedIds { get; init; }

    public string Key => KeyOf(AccountId, Role.RoleName!);

    public bool IsServiceLinked => Role.Path!.StartsWith(ServiceLinkedRole.PathPrefix, StringComparison.Ordinal);

    // "Role names are not distinguished by case" (CreateRole).
    public static string KeyOf(string accountId, string name) => $"{accountId}/{name.ToLowerInvariant()}";
}
