using Estiba.Contracts;

namespace Estiba.Messaging.Queues;

/// <summary>A queue.</summary>
internal sealed record QueueRecord
{
    /// <summary>What the names of FIFO queues end with.</summary>
    internal const string FifoSuffix = ".fifo";

    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its name, unique in its account and region.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What keys of its messages begin with, without the slash. A queue that is purged gets another, so that purging
    /// takes as long for many messages as for few.
    /// </summary>
    public required string Content { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its attributes changed last.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>When it was purged last; null for never.</summary>
    public DateTimeOffset? PurgedAt { get; init; }

    /// <summary>The attributes that somebody has set.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Name);

    /// <summary>Its ARN.</summary>
    public string Arn => QueueNames.Arn(Scope, Name);

    /// <summary>Whether it keeps the order of its groups, and drops what was sent twice.</summary>
    public bool IsFifo => Name.EndsWith(FifoSuffix, StringComparison.Ordinal);
}
