namespace Estiba.Messaging.Queues;

/// <summary>The names of a queue's attributes.</summary>
internal static class QueueAttribute
{
    internal const string All = "All";
    internal const string Policy = "Policy";
    internal const string VisibilityTimeout = "VisibilityTimeout";
    internal const string MaximumMessageSize = "MaximumMessageSize";
    internal const string MessageRetentionPeriod = "MessageRetentionPeriod";
    internal const string DelaySeconds = "DelaySeconds";
    internal const string ReceiveMessageWaitTimeSeconds = "ReceiveMessageWaitTimeSeconds";
    internal const string RedrivePolicy = "RedrivePolicy";
    internal const string RedriveAllowPolicy = "RedriveAllowPolicy";
    internal const string FifoQueue = "FifoQueue";
    internal const string ContentBasedDeduplication = "ContentBasedDeduplication";
    internal const string DeduplicationScope = "DeduplicationScope";
    internal const string FifoThroughputLimit = "FifoThroughputLimit";
    internal const string KmsMasterKeyId = "KmsMasterKeyId";
    internal const string KmsDataKeyReusePeriodSeconds = "KmsDataKeyReusePeriodSeconds";
    internal const string SqsManagedSseEnabled = "SqsManagedSseEnabled";
    internal const string QueueArn = "QueueArn";
    internal const string CreatedTimestamp = "CreatedTimestamp";
    internal const string LastModifiedTimestamp = "LastModifiedTimestamp";
    internal const string ApproximateNumberOfMessages = "ApproximateNumberOfMessages";
    internal const string ApproximateNumberOfMessagesNotVisible = "ApproximateNumberOfMessagesNotVisible";
    internal const string ApproximateNumberOfMessagesDelayed = "ApproximateNumberOfMessagesDelayed";
}
