using Estiba.Contracts;

namespace Estiba.Logs.Groups;

/// <summary>A log group as it was created and changed since. Times are milliseconds since 1970.</summary>
internal sealed record LogGroupRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string Name { get; init; }

    /// <summary>Never given again, so what belonged to a deleted group cannot show in another of its name.</summary>
    public required long Id { get; init; }

    public required long CreationTime { get; init; }

    public required string LogGroupClass { get; init; }

    /// <summary>Null: events are kept for ever.</summary>
    public int? RetentionInDays { get; init; }

    /// <summary>The ARN of a KMS key, with which nothing is encrypted.</summary>
    public string? KmsKeyId { get; init; }

    public bool DeletionProtectionEnabled { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public string Key => new Scope(AccountId, Region).Key(Name);

    public Arn Arn => new("logs", Region, AccountId, "log-group:" + Name);

    /// <summary>Events with an earlier timestamp have expired; null when none ever do.</summary>
    public long? ExpiredBefore(DateTimeOffset now) =>
        RetentionInDays is { } days ? now.AddDays(-days).ToUnixTimeMilliseconds() : null;
}
