using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Notifications;
using Estiba.Messaging.Topics;

namespace Estiba.Messaging.Publishing;

/// <summary>What somebody publishes, checked ("Publish", API reference).</summary>
internal sealed record Publication
{
    /// <summary>The largest message, and the largest batch, in bytes.</summary>
    internal const int Largest = 262_144;

    private const int LongestSubject = 100;
    private const int LongestId = 128;

    public required string Message { get; init; }

    public required IReadOnlyDictionary<string, string> ByProtocol { get; init; }

    public string? Subject { get; init; }

    public required IReadOnlyList<StoredAttribute> Attributes { get; init; }

    public string? Group { get; init; }

    public string? DeduplicationId { get; init; }

    public int Bytes { get; private init; }

    public string MessageId { get; } = Guid.NewGuid().ToString("D");

    /// <summary>Checks what somebody publishes.</summary>
    /// <exception cref="AwsException">It cannot be published.</exception>
    internal static Publication Read(PublishBatchRequestEntry entry, TopicRecord topic)
    {
        var text = entry.Message!;
        if (text.Length == 0)
            throw Invalid("Empty message");
        var attributes = NotificationAttributes.Read(entry.MessageAttributes);
        var bytes = Encoding.UTF8.GetByteCount(text) + NotificationAttributes.BytesOf(attributes);
        if (bytes > Largest)
            throw Invalid("Message too long");
        if (
            entry.Subject is { } subject
            && (
                subject.Length is 0 or > LongestSubject
                || subject[0] == ' '
                || subject.Any(letter => letter is < ' ' or > '~')
            )
        )
            throw Invalid("Subject");
        CheckGroup(entry, topic);
        var byProtocol = entry.MessageStructure switch
        {
            null or "" => new Dictionary<string, string>(StringComparer.Ordinal),
            "json" => ReadStructure(text),
            _ => throw Invalid("MessageStructure"),
        };
        return new Publication
        {
            Message = byProtocol.GetValueOrDefault("default", text),
            ByProtocol = byProtocol,
            Subject = entry.Subject,
            Attributes = attributes,
            Group = entry.MessageGroupId,
            DeduplicationId = topic.IsFifo ? entry.MessageDeduplicationId ?? Digest(text) : null,
            Bytes = bytes,
        };
    }

    private static void CheckGroup(PublishBatchRequestEntry entry, TopicRecord topic)
    {
        CheckId(entry.MessageGroupId, "MessageGroupId");
        CheckId(entry.MessageDeduplicationId, "MessageDeduplicationId");
        if (!topic.IsFifo)
        {
            if (entry.MessageDeduplicationId is not null)
            {
                throw Invalid(
                    "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not "
                        + "valid for this topic type"
                );
            }

            return;
        }

        if (entry.MessageGroupId is null)
            throw Invalid("The MessageGroupId parameter is required for FIFO topics");
        if (
            entry.MessageDeduplicationId is null
            && topic.Attributes.GetValueOrDefault(TopicAttributes.ContentBasedDeduplication) != "true"
        )
        {
            throw Invalid(
                "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                    + "explicitly"
            );
        }
    }

    private static void CheckId(string? value, string name)
    {
        if (value is not null && (value.Length is 0 or > LongestId || value.Any(letter => letter is <= ' ' or > '~')))
            throw Invalid(name);
    }

    private static Dictionary<string, string> ReadStructure(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw NotParsed();
            var texts = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.String)
                    texts[property.Name] = property.Value.GetString()!;
            }

            return texts.ContainsKey("default")
                ? texts
                : throw Invalid("Message Structure - No default entry in JSON message body");
        }
        catch (JsonException)
        {
            throw NotParsed();
        }

        static AwsException NotParsed() => Invalid("Message Structure - JSON message body failed to parse");
    }

    private static string Digest(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static AwsException Invalid(string what) =>
        SnsErrors.InvalidParameterException($"Invalid parameter: {what}");
}
