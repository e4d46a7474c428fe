using Estiba.Contracts.Iam;

namespace Estiba.Identity.Policies;

/// <summary>A managed policy of a customer, with its one version.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Policy">What IAM tells of it, without the count of its attachments.</param>
/// <param name="Document">The document of version v1, as it was given.</param>
internal sealed record PolicyRecord(string AccountId, Policy Policy, string Document)
{
    public const string FirstVersion = "v1";

    public string Key => KeyOf(AccountId, Policy.PolicyName!);

    public static string KeyOf(string accountId, string name) => $"{accountId}/{name.ToLowerInvariant()}";
}
