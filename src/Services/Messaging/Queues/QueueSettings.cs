using System.Globalization;

namespace Estiba.Messaging.Queues;

/// <summary>
/// What a queue's attributes mean, those too that nobody has set ("SetQueueAttributes", API reference).
/// </summary>
/// <param name="attributes">The attributes that were set; they have been checked.</param>
/// <param name="isFifo">Whether it is a FIFO queue.</param>
internal readonly struct QueueSettings(IReadOnlyDictionary<string, string> attributes, bool isFifo)
{
    /// <summary>The largest message, and the largest batch, in bytes ("Message quotas", developer guide).</summary>
    internal const int LargestMessage = 1_048_576;

    internal static QueueSettings Of(QueueRecord queue) => new(queue.Attributes, queue.IsFifo);

    internal int VisibilityTimeout => Number(QueueAttribute.VisibilityTimeout, 30);

    internal int DelaySeconds => Number(QueueAttribute.DelaySeconds, 0);

    internal int MaximumMessageSize => Number(QueueAttribute.MaximumMessageSize, LargestMessage);

    internal TimeSpan Retention => TimeSpan.FromSeconds(Number(QueueAttribute.MessageRetentionPeriod, 345_600));

    internal int WaitSeconds => Number(QueueAttribute.ReceiveMessageWaitTimeSeconds, 0);

    internal bool DeduplicatesByContent => Text(QueueAttribute.ContentBasedDeduplication, "false") == "true";

    internal bool DeduplicatesByGroup => Text(QueueAttribute.DeduplicationScope, "queue") == "messageGroup";

    internal RedrivePolicy? Redrive =>
        attributes.TryGetValue(QueueAttribute.RedrivePolicy, out var text) ? RedrivePolicy.Parse(text) : null;

    /// <summary>All attributes that can be set, as they are shown.</summary>
    internal Dictionary<string, string> Shown()
    {
        var shown = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [QueueAttribute.VisibilityTimeout] = Shown(VisibilityTimeout),
            [QueueAttribute.DelaySeconds] = Shown(DelaySeconds),
            [QueueAttribute.MaximumMessageSize] = Shown(MaximumMessageSize),
            [QueueAttribute.MessageRetentionPeriod] = Shown((int)Retention.TotalSeconds),
            [QueueAttribute.ReceiveMessageWaitTimeSeconds] = Shown(WaitSeconds),
            [QueueAttribute.SqsManagedSseEnabled] = attributes.ContainsKey(QueueAttribute.KmsMasterKeyId)
                ? "false"
                : "true",
        };
        if (attributes.ContainsKey(QueueAttribute.KmsMasterKeyId))
            shown[QueueAttribute.KmsDataKeyReusePeriodSeconds] = "300";
        if (isFifo)
        {
            shown[QueueAttribute.FifoQueue] = "true";
            shown[QueueAttribute.ContentBasedDeduplication] = "false";
            shown[QueueAttribute.DeduplicationScope] = "queue";
            shown[QueueAttribute.FifoThroughputLimit] = "perQueue";
        }

        foreach (var (name, value) in attributes)
            shown[name] = value;
        return shown;
    }

    private static string Shown(int value) => value.ToString(CultureInfo.InvariantCulture);

    private string Text(string name, string otherwise) => attributes.GetValueOrDefault(name, otherwise);

    private int Number(string name, int otherwise) =>
        attributes.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
