using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Messaging.Filters;
using Estiba.Messaging.Notifications;

namespace Estiba.Messaging.Subscriptions;

/// <summary>The attributes of subscriptions ("SetSubscriptionAttributes", API reference).</summary>
internal static class SubscriptionAttributes
{
    internal const string DeliveryPolicy = "DeliveryPolicy";
    internal const string FilterPolicy = "FilterPolicy";
    internal const string FilterPolicyScope = "FilterPolicyScope";
    internal const string RawMessageDelivery = "RawMessageDelivery";
    internal const string RedrivePolicy = "RedrivePolicy";
    private const string MessageAttributes = "MessageAttributes";
    private const string MessageBody = "MessageBody";

    /// <summary>The attributes after some were set; an empty text takes one away.</summary>
    /// <exception cref="AwsException">An attribute is unknown, or a value is none that it may have.</exception>
    internal static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> set
    )
    {
        var merged = before.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in set)
        {
            Check(name, value);
            if (value.Length == 0)
                merged.Remove(name);
            else
                merged[name] = name == RawMessageDelivery ? Lower(value) : value;
        }

        // What it is a policy of decides what may be in it.
        if (merged.TryGetValue(FilterPolicy, out var policy))
            Filters.FilterPolicy.Parse(policy, IsOfBody(merged));
        return merged;
    }

    /// <summary>All that is shown of a subscription.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="topicPolicy">How its topic wants deliveries to be retried; null for as usual.</param>
    internal static IReadOnlyDictionary<string, string> Shown(SubscriptionRecord subscription, string? topicPolicy)
    {
        var shown = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SubscriptionArn"] = subscription.Arn,
            ["TopicArn"] = subscription.TopicArn,
            ["Owner"] = subscription.Scope.AccountId,
            ["Protocol"] = subscription.Protocol,
            ["Endpoint"] = subscription.Endpoint,
            ["ConfirmationWasAuthenticated"] = Lower(subscription.WasAuthenticated.ToString()),
            ["PendingConfirmation"] = Lower((!subscription.IsConfirmed).ToString()),
            ["SubscriptionPrincipal"] = subscription.Principal,
            [RawMessageDelivery] = "false",
        };
        if (subscription.Attributes.ContainsKey(FilterPolicy))
            shown[FilterPolicyScope] = MessageAttributes;
        if (!subscription.IsOfQueue)
        {
            shown["EffectiveDeliveryPolicy"] = DeliveryRetries.Shown(
                subscription.Attributes.GetValueOrDefault(DeliveryPolicy, topicPolicy!)
            );
        }

        foreach (var (name, value) in subscription.Attributes)
            shown[name] = value;
        return shown;
    }

    /// <summary>Whether a subscription wants a message.</summary>
    internal static bool Wants(SubscriptionRecord subscription, NotificationRecord notification)
    {
        if (!subscription.Attributes.TryGetValue(FilterPolicy, out var text))
            return true;
        var ofBody = IsOfBody(subscription.Attributes);
        var properties = ofBody
            ? FilterProperties.OfBody(notification.Message)
            : FilterProperties.OfAttributes(NotificationAttributes.Values(notification.Attributes));
        return properties is not null && Filters.FilterPolicy.Parse(text, ofBody).Matches(properties);
    }

    /// <summary>The queue for what cannot be delivered; null for none.</summary>
    internal static string? DeadLetterTarget(SubscriptionRecord subscription) =>
        subscription.Attributes.TryGetValue(RedrivePolicy, out var text) ? Target(text) : null;

    private static bool IsOfBody(Dictionary<string, string> attributes) =>
        attributes.GetValueOrDefault(FilterPolicyScope) == MessageBody;

    private static bool IsOfBody(IReadOnlyDictionary<string, string> attributes) =>
        attributes.GetValueOrDefault(FilterPolicyScope) == MessageBody;

    private static void Check(string name, string value)
    {
        switch (name)
        {
            case FilterPolicy:
                return; // Read with its scope.
            case FilterPolicyScope when value is "" or MessageAttributes or MessageBody:
                return;
            case FilterPolicyScope:
                throw Invalid(
                    $"FilterPolicyScope: Invalid value [{value}]. Please use either {MessageBody} or "
                        + MessageAttributes
                );
            case RawMessageDelivery when Lower(value) is "" or "true" or "false":
                return;
            case RawMessageDelivery:
                throw Invalid($"Invalid value [{value}]. Must be true or false.");
            case DeliveryPolicy:
                if (value.Length > 0)
                    DeliveryRetries.Parse(value);
                return;
            case RedrivePolicy:
                if (value.Length > 0 && Target(value) is null)
                    throw Invalid("RedrivePolicy: deadLetterTargetArn must be the ARN of an Amazon SQS queue");
                return;
            case "ReplayPolicy":
                throw Invalid("ReplayPolicy: Estiba does not archive messages yet");
            default:
                throw Invalid("AttributeName");
        }
    }

    private static string? Target(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("deadLetterTargetArn", out var target)
                && target.ValueKind == JsonValueKind.String
                && Arn.TryParse(target.GetString()!, out var arn)
                && arn.Service == "sqs"
                ? target.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Lower(string value) => value.ToLowerInvariant();

    private static AwsException Invalid(string what) =>
        SnsErrors.InvalidParameterException($"Invalid parameter: {what}");
}
