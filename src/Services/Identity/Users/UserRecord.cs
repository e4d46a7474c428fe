using Estiba.Contracts.Iam;

namespace Estiba.Identity.Users;

/// <summary>A user of IAM with its policies.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="User">What IAM tells of it.</param>
internal sealed record UserRecord(string AccountId, User User)
{
    public string Key => KeyOf(AccountId, User.UserName!);

    /// <summary>Inline policies, documents by name; null for none.</summary>
    public IReadOnlyDictionary<string, string>? InlinePolicies { get; init; }

    /// <summary>The ARNs of attached managed policies, in order; null for none.</summary>
    public IReadOnlyList<string>? ManagedPolicies { get; init; }

    /// <summary>Inline policies: documents by name.</summary>
    public IReadOnlyDictionary<string, string> Policies => InlinePolicies ?? Identity.Policies.InlinePolicies.None;

    /// <summary>The ARNs of attached managed policies, in order.</summary>
    public IReadOnlyList<string> AttachedPolicies => ManagedPolicies ?? [];

    // "User names are not distinguished by case" (CreateUser).
    public static string KeyOf(string accountId, string name) => $"{accountId}/{name.ToLowerInvariant()}";
}
