using Estiba.Contracts.Iam;

namespace Estiba.Identity.Groups;

/// <summary>A group of users with its policies.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Group">What IAM tells of it.</param>
/// <param name="Policies">Inline policies: documents by name.</param>
/// <param name="AttachedPolicies">The ARNs of attached managed policies, in order.</param>
internal sealed record GroupRecord(
    string AccountId,
    Group Group,
    IReadOnlyDictionary<string, string> Policies,
    IReadOnlyList<string> AttachedPolicies
)
{
    public string Key => KeyOf(AccountId, Group.GroupName!);

    // "Group names are not distinguished by case" (CreateGroup).
    public static string KeyOf(string accountId, string name) => $"{accountId}/{name.ToLowerInvariant()}";
}
