using Estiba.Contracts.Logs;

namespace Estiba.Logs.ResourcePolicies;

/// <summary>
/// A policy that says which services may write to log groups. It is kept and shown; it allows and denies nothing.
/// </summary>
internal sealed record ResourcePolicyRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    /// <summary>What was put, as it is shown.</summary>
    public required ResourcePolicy Policy { get; init; }

    public string Key => KeyOf(AccountId, Region, Policy.PolicyName, Policy.ResourceArn);

    /// <summary>One of the account has a name, one of a log group that group's ARN.</summary>
    public static string KeyOf(string accountId, string region, string? name, string? resourceArn) =>
        new Scope(accountId, region).Prefix + (resourceArn is null ? "account/" + name : "resource/" + resourceArn);
}
