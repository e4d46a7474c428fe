using Estiba.Contracts;

namespace Estiba.Messaging.Topics;

/// <summary>A topic.</summary>
internal sealed record TopicRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its name, unique in its account and region.</summary>
    public required string Name { get; init; }

    /// <summary>The attributes that somebody has set.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How many of its subscriptions were taken away.</summary>
    public int Unsubscribed { get; init; }

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Name);

    /// <summary>What the keys of its subscriptions and notifications begin with.</summary>
    public string Prefix => Key + "/";

    /// <summary>Its ARN.</summary>
    public string Arn => TopicNames.Arn(Scope, Name);

    /// <summary>Whether it keeps the order of its groups, and drops what was published twice.</summary>
    public bool IsFifo => Name.EndsWith(TopicNames.FifoSuffix, StringComparison.Ordinal);
}
