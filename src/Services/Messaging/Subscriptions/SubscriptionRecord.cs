using Estiba.Contracts;
using Estiba.Messaging.Topics;

namespace Estiba.Messaging.Subscriptions;

/// <summary>Who gets what is published to a topic.</summary>
internal sealed record SubscriptionRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The topic's name.</summary>
    public required string Topic { get; init; }

    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    /// <summary><c>sqs</c>, <c>http</c> or <c>https</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The ARN of a queue, or a URL.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Who subscribed.</summary>
    public required string Principal { get; init; }

    /// <summary>When that was.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What confirms it, as a digest; null when it is confirmed.</summary>
    public string? TokenDigest { get; init; }

    /// <summary>Whether somebody with credentials confirmed it.</summary>
    public bool WasAuthenticated { get; init; }

    /// <summary>Whether only somebody with credentials may take it away.</summary>
    public bool AuthenticatesUnsubscribe { get; init; }

    /// <summary>The attributes that somebody has set.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Its key.</summary>
    public string Key => Scope.Key($"{Topic}/{Id}");

    /// <summary>The topic's ARN.</summary>
    public string TopicArn => TopicNames.Arn(Scope, Topic);

    /// <summary>Its ARN.</summary>
    public string Arn => $"{TopicArn}:{Id}";

    /// <summary>Whether it has been confirmed.</summary>
    public bool IsConfirmed => TokenDigest is null;

    /// <summary>Whether it is a queue's.</summary>
    public bool IsOfQueue => Protocol == SubscriptionProtocol.Sqs;

    /// <summary>Whether messages are delivered as they are.</summary>
    public bool IsRaw => Attributes.GetValueOrDefault(SubscriptionAttributes.RawMessageDelivery) == "true";
}

/// <summary>The ways that messages are delivered.</summary>
internal static class SubscriptionProtocol
{
    internal const string Sqs = "sqs";
    internal const string Http = "http";
    internal const string Https = "https";
}
