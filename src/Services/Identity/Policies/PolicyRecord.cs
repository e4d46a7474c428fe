using Estiba.Contracts.Iam;

namespace Estiba.Identity.Policies;

/// <summary>A managed policy of a customer.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Policy">What IAM tells of it, without who uses it.</param>
/// <param name="Document">The document of the default version, as it was given.</param>
internal sealed record PolicyRecord(string AccountId, Policy Policy, string Document)
{
    public const string FirstVersion = "v1";

    public string Key => KeyOf(AccountId, Policy.PolicyName!);

    /// <summary>All versions, the oldest first; null for one that has only its first.</summary>
    public IReadOnlyList<PolicyVersionRecord>? Versions { get; init; }

    /// <summary>The number of the newest version there ever was; null for 1. Numbers are not given again.</summary>
    public int? LastVersion { get; init; }

    /// <summary>All versions, the oldest first.</summary>
    public IReadOnlyList<PolicyVersionRecord> AllVersions =>
        Versions ?? [new PolicyVersionRecord(FirstVersion, Document, Policy.CreateDate!.Value)];

    /// <summary>The version with this id; null for none.</summary>
    public PolicyVersionRecord? FindVersion(string id) =>
        AllVersions.FirstOrDefault(version => version.VersionId == id);

    public static string KeyOf(string accountId, string name) => $"{accountId}/{name.ToLowerInvariant()}";

    /// <summary>A version as IAM tells it.</summary>
    public PolicyVersion Shown(PolicyVersionRecord version) =>
        new()
        {
            Document = PolicyDocument.Encode(version.Document),
            VersionId = version.VersionId,
            IsDefaultVersion = version.VersionId == Policy.DefaultVersionId,
            CreateDate = version.CreateDate,
        };
}

/// <summary>A version of a managed policy.</summary>
internal sealed record PolicyVersionRecord(string VersionId, string Document, DateTimeOffset CreateDate);
