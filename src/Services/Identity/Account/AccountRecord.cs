using Estiba.Contracts.Iam;

namespace Estiba.Identity.Account;

/// <summary>What IAM keeps of an account as a whole.</summary>
/// <param name="AccountId">The account.</param>
internal sealed record AccountRecord(string AccountId)
{
    /// <summary>The account's other name; null for none.</summary>
    public string? Alias { get; init; }

    /// <summary>What passwords must be like; null for IAM's own rules.</summary>
    public PasswordPolicy? PasswordPolicy { get; init; }

    /// <summary>When the credential report was generated; null for never.</summary>
    public DateTimeOffset? ReportGenerated { get; init; }
}
