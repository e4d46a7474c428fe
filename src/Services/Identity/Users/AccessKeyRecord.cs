using Estiba.Contracts.Iam;

namespace Estiba.Identity.Users;

/// <summary>A long-term access key of a user, or of the account's root where there is no user name.</summary>
internal sealed record AccessKeyRecord
{
    public required string AccessKeyId { get; init; }

    /// <summary>
    /// Sealed with the key of the data directory; plain as an earlier version wrote it until the next start.
    /// </summary>
    public required string SecretAccessKey { get; init; }

    public required string AccountId { get; init; }

    public string? UserName { get; init; }

    public required string PrincipalArn { get; init; }

    /// <summary>One of <see cref="StatusType"/>.</summary>
    public required string Status { get; init; }

    public required DateTimeOffset CreateDate { get; init; }

    /// <summary>The index key of all keys of one user.</summary>
    public string Owner => OwnerOf(AccountId, UserName);

    public static string OwnerOf(string accountId, string? userName) => UserRecord.KeyOf(accountId, userName ?? "");
}
