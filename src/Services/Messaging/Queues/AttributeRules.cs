using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Sqs;

namespace Estiba.Messaging.Queues;

/// <summary>What attributes of a queue may be set to ("SetQueueAttributes", API reference).</summary>
internal static class AttributeRules
{
    private static readonly Dictionary<string, (int Least, int Most)> Ranges = new(StringComparer.Ordinal)
    {
        [QueueAttribute.DelaySeconds] = (0, 900),
        [QueueAttribute.KmsDataKeyReusePeriodSeconds] = (60, 86_400),
        [QueueAttribute.MaximumMessageSize] = (1024, QueueSettings.LargestMessage),
        [QueueAttribute.MessageRetentionPeriod] = (60, 1_209_600),
        [QueueAttribute.ReceiveMessageWaitTimeSeconds] = (0, 20),
        [QueueAttribute.VisibilityTimeout] = (0, 43_200),
    };

    private static readonly Dictionary<string, string[]> Choices = new(StringComparer.Ordinal)
    {
        [QueueAttribute.ContentBasedDeduplication] = ["true", "false"],
        [QueueAttribute.DeduplicationScope] = ["messageGroup", "queue"],
        [QueueAttribute.FifoQueue] = ["true", "false"],
        [QueueAttribute.FifoThroughputLimit] = ["perQueue", "perMessageGroupId"],
        [QueueAttribute.SqsManagedSseEnabled] = ["true", "false"],
    };

    private static readonly HashSet<string> OfFifo = new(StringComparer.Ordinal)
    {
        QueueAttribute.ContentBasedDeduplication,
        QueueAttribute.DeduplicationScope,
        QueueAttribute.FifoThroughputLimit,
    };

    /// <summary>Those that an empty text takes away.</summary>
    private static readonly HashSet<string> Removable = new(StringComparer.Ordinal)
    {
        QueueAttribute.KmsMasterKeyId,
        QueueAttribute.Policy,
        QueueAttribute.RedriveAllowPolicy,
        QueueAttribute.RedrivePolicy,
    };

    private static readonly HashSet<string> ReadOnly = new(StringComparer.Ordinal)
    {
        QueueAttribute.ApproximateNumberOfMessages,
        QueueAttribute.ApproximateNumberOfMessagesDelayed,
        QueueAttribute.ApproximateNumberOfMessagesNotVisible,
        QueueAttribute.CreatedTimestamp,
        QueueAttribute.LastModifiedTimestamp,
        QueueAttribute.QueueArn,
    };

    /// <summary>Whether a queue may be asked for an attribute.</summary>
    internal static bool IsKnown(string name) =>
        CanBeSet(name) || ReadOnly.Contains(name) || name == QueueAttribute.All;

    /// <summary>The attributes of a queue after some were set.</summary>
    /// <param name="before">What it has; none for a new one.</param>
    /// <param name="set">What is set.</param>
    /// <param name="isFifo">Whether it is a FIFO queue.</param>
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
            if (!CanBeSet(name) || (!isFifo && OfFifo.Contains(name)))
                throw SqsErrors.InvalidAttributeName($"Unknown Attribute {name}.");
            if (value.Length == 0 && Removable.Contains(name))
                merged.Remove(name);
            else
                merged[name] = Checked(name, value);
        }

        if ((merged.GetValueOrDefault(QueueAttribute.FifoQueue, isFifo ? "true" : "false") == "true") != isFifo)
            throw Invalid(QueueAttribute.FifoQueue, "Modifying queue type is not supported.");
        if (
            merged.GetValueOrDefault(QueueAttribute.FifoThroughputLimit) == "perMessageGroupId"
            && merged.GetValueOrDefault(QueueAttribute.DeduplicationScope) != "messageGroup"
        )
        {
            throw Invalid(
                QueueAttribute.FifoThroughputLimit,
                "perMessageGroupId is only allowed when the DeduplicationScope is messageGroup."
            );
        }

        // One kind of encryption takes the other's place.
        if (set.GetValueOrDefault(QueueAttribute.SqsManagedSseEnabled) == "true")
            merged.Remove(QueueAttribute.KmsMasterKeyId);
        else if (set.GetValueOrDefault(QueueAttribute.KmsMasterKeyId) is { Length: > 0 })
            merged.Remove(QueueAttribute.SqsManagedSseEnabled);
        return merged;
    }

    private static bool CanBeSet(string name) =>
        Ranges.ContainsKey(name) || Choices.ContainsKey(name) || Removable.Contains(name);

    private static string Checked(string name, string value)
    {
        if (Ranges.TryGetValue(name, out var range))
        {
            return
                int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= range.Least
                && number <= range.Most
                ? number.ToString(CultureInfo.InvariantCulture)
                : throw Invalid(name);
        }

        if (Choices.TryGetValue(name, out var choices))
        {
            return Array.Find(choices, choice => choice.Equals(value, StringComparison.OrdinalIgnoreCase))
                ?? throw Invalid(name);
        }

        switch (name)
        {
            case QueueAttribute.Policy:
                try
                {
                    PolicyText.ReadMap(value, name, "Policy").Dispose();
                }
                catch (AwsException)
                {
                    throw Invalid(name);
                }

                break;
            case QueueAttribute.RedrivePolicy:
                RedrivePolicy.Parse(value);
                break;
            case QueueAttribute.RedriveAllowPolicy:
                RedriveAllowPolicy.Parse(value);
                break;
        }

        return value;
    }

    private static AwsException Invalid(string name, string? reason = null) =>
        SqsErrors.InvalidAttributeValue(
            $"Invalid value for the parameter {name}.{(reason is null ? "" : $" Reason: {reason}")}"
        );
}
