using System.Globalization;
using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Messaging.Notifications;

namespace Estiba.Messaging.Topics;

/// <summary>The attributes of topics ("SetTopicAttributes" and "GetTopicAttributes", API reference).</summary>
internal static class TopicAttributes
{
    internal const string ContentBasedDeduplication = "ContentBasedDeduplication";
    internal const string DeliveryPolicy = "DeliveryPolicy";
    internal const string FifoTopic = "FifoTopic";
    internal const string Policy = "Policy";
    internal const string SignatureVersion = "SignatureVersion";
    private const string DisplayName = "DisplayName";
    private const string FifoThroughputScope = "FifoThroughputScope";
    private const string TracingConfig = "TracingConfig";
    private const int LongestDisplayName = 100;

    private static readonly Dictionary<string, string[]> Choices = new(StringComparer.Ordinal)
    {
        [ContentBasedDeduplication] = ["true", "false"],
        [FifoThroughputScope] = ["Topic", "MessageGroup"],
        [FifoTopic] = ["true", "false"],
        [SignatureVersion] = ["1", "2"],
        [TracingConfig] = ["PassThrough", "Active"],
    };

    /// <summary>Kept and shown: what would log deliveries, and encrypt them.</summary>
    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "ApplicationFailureFeedbackRoleArn",
        "ApplicationSuccessFeedbackRoleArn",
        "ApplicationSuccessFeedbackSampleRate",
        "FirehoseFailureFeedbackRoleArn",
        "FirehoseSuccessFeedbackRoleArn",
        "FirehoseSuccessFeedbackSampleRate",
        "HTTPFailureFeedbackRoleArn",
        "HTTPSuccessFeedbackRoleArn",
        "HTTPSuccessFeedbackSampleRate",
        "KmsMasterKeyId",
        "LambdaFailureFeedbackRoleArn",
        "LambdaSuccessFeedbackRoleArn",
        "LambdaSuccessFeedbackSampleRate",
        "SQSFailureFeedbackRoleArn",
        "SQSSuccessFeedbackRoleArn",
        "SQSSuccessFeedbackSampleRate",
    };

    /// <summary>The attributes of a topic after some were set; an empty text takes one away.</summary>
    /// <exception cref="AwsException">An attribute is unknown, or a value is none that it may have.</exception>
    internal static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> set,
        bool isFifo
    )
    {
        var merged = before.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in set)
        {
            Check(name, value, isFifo);
            if (value.Length == 0)
                merged.Remove(name);
            else
                merged[name] = value;
        }

        return merged;
    }

    /// <summary>All that is shown of a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="confirmed">How many of its subscriptions are confirmed.</param>
    /// <param name="pending">How many are not.</param>
    internal static IReadOnlyDictionary<string, string> Shown(TopicRecord topic, int confirmed, int pending)
    {
        var shown = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["TopicArn"] = topic.Arn,
            ["Owner"] = topic.Scope.AccountId,
            [Policy] = DefaultPolicy(topic),
            [DisplayName] = "",
            ["SubscriptionsConfirmed"] = Text(confirmed),
            ["SubscriptionsPending"] = Text(pending),
            ["SubscriptionsDeleted"] = Text(topic.Unsubscribed),
            ["EffectiveDeliveryPolicy"] = DeliveryRetries.Shown(topic.Attributes.GetValueOrDefault(DeliveryPolicy)),
        };
        if (topic.IsFifo)
        {
            shown[FifoTopic] = "true";
            shown[ContentBasedDeduplication] = "false";
        }

        foreach (var (name, value) in topic.Attributes)
            shown[name] = value;
        return shown;

        static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>What a topic's owner may do, as long as nobody says something else.</summary>
    internal static string DefaultPolicy(TopicRecord topic) =>
        $$$$"""
            {"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission","SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],"Resource":"{{{{topic.Arn}}}}","Condition":{"StringEquals":{"AWS:SourceOwner":"{{{{topic.Scope.AccountId}}}}"}}}]}
            """;

    private static void Check(string name, string value, bool isFifo)
    {
        if (Choices.TryGetValue(name, out var choices))
        {
            if (!isFifo && name is (ContentBasedDeduplication or FifoThroughputScope) && value is not ("" or "false"))
                throw Invalid(name, "only FIFO topics have it");
            if (value.Length > 0 && !choices.Contains(value, StringComparer.Ordinal))
                throw Invalid(name, $"must be one of {string.Join(", ", choices)}");
            if (name == FifoTopic && (value == "true") != isFifo)
                throw Invalid(name, "a topic's type cannot be changed");
            return;
        }

        switch (name)
        {
            case DisplayName when value.Length <= LongestDisplayName:
                return;
            case Policy when value.Length == 0 || IsMap(value):
                return;
            case DeliveryPolicy:
                if (value.Length > 0)
                    DeliveryRetries.Parse(value);
                return;
            case DisplayName or Policy:
                throw Invalid(name, name == Policy ? "it is no JSON document" : "it is too long");
            case "ArchivePolicy":
                throw Invalid(name, "Estiba does not archive messages yet");
            default:
                if (!Kept.Contains(name))
                    throw SnsErrors.InvalidParameterException("Invalid parameter: AttributeName");
                return;
        }
    }

    private static bool IsMap(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static AwsException Invalid(string name, string reason) =>
        SnsErrors.InvalidParameterException($"Invalid parameter: Attributes Reason: {name}: {reason}");
}
