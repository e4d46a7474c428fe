using System.Globalization;

namespace Estiba.Messaging.Messages;

/// <summary>
/// Where a message stands in its queue: what changes with every receive. What it says is a <see cref="ContentRecord"/>
/// of the same key, which is written once.
/// </summary>
internal sealed record MessageRecord
{
    private const int SequenceDigits = 16;

    /// <summary>What its queue's keys begin with, and its place in the order of sending.</summary>
    public required string Key { get; init; }

    /// <summary>When it was sent, in milliseconds.</summary>
    public required long SentAt { get; init; }

    /// <summary>From when on it can be received, in milliseconds: what is later is delayed, or in flight.</summary>
    public required long VisibleAt { get; init; }

    /// <summary>How often it was received.</summary>
    public int Receives { get; init; }

    /// <summary>When it was received first, in milliseconds; zero for never.</summary>
    public long FirstReceivedAt { get; init; }

    /// <summary>What the newest receipt handle has, so that older ones are told from it; zero for none.</summary>
    public long Receipt { get; init; }

    /// <summary>The message group; null for none.</summary>
    public string? Group { get; init; }

    /// <summary>Whether its group's order is kept.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>The key of its queue's content.</summary>
    public string Content => ContentOf(Key);

    /// <summary>Its place in the order of sending.</summary>
    public long Sequence =>
        long.Parse(Key.AsSpan(Key.Length - SequenceDigits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    internal static string KeyOf(string content, long sequence) => $"{content}/{sequence:x16}";

    internal static string ContentOf(string key) => key[..^(SequenceDigits + 1)];

    /// <summary>The number that customers of FIFO queues are told: twenty digits, as on AWS.</summary>
    internal static string SequenceNumber(long sequence) =>
        (10_000_000_000_000_000_000UL + (ulong)sequence).ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a message says.</summary>
internal sealed record ContentRecord
{
    /// <summary>The key of its message.</summary>
    public required string Key { get; init; }

    /// <summary>A UUID.</summary>
    public required string MessageId { get; init; }

    /// <summary>The body.</summary>
    public required string Body { get; init; }

    /// <summary>Its attributes, in the order of their names; none for none.</summary>
    public IReadOnlyList<StoredAttribute> Attributes { get; init; } = [];

    /// <summary>Who sent it.</summary>
    public required string SenderId { get; init; }

    /// <summary>What it was told apart by from what is sent twice; null for none.</summary>
    public string? DeduplicationId { get; init; }

    /// <summary>The trace that it belongs to; null for none.</summary>
    public string? TraceHeader { get; init; }

    /// <summary>The queue that it was moved from because nobody could deal with it; null for none.</summary>
    public string? DeadLetterSource { get; init; }

    /// <summary>About how many bytes it takes.</summary>
    internal long Size => 200 + (2L * Body.Length) + Attributes.Sum(attribute => attribute.Size);
}

/// <summary>An attribute of a message.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>String</c>, <c>Number</c> or <c>Binary</c>, with a label of the sender's after a
/// point.</param>
/// <param name="Text">Its value; null for bytes.</param>
/// <param name="Bytes">Its value in Base64; null for text.</param>
internal sealed record StoredAttribute(string Name, string Type, string? Text, string? Bytes)
{
    internal long Size => 2L * (Name.Length + Type.Length + (Text?.Length ?? 0) + (Bytes?.Length ?? 0));
}

/// <summary>A group of a FIFO queue that has messages.</summary>
internal sealed record GroupRecord
{
    /// <summary>What its queue's keys begin with, and its name.</summary>
    public required string Key { get; init; }

    /// <summary>The key of its queue's content.</summary>
    public required string Content { get; init; }

    /// <summary>From when on its first message can be received, because none before it is in flight; in
    /// milliseconds.</summary>
    public required long FreeAt { get; init; }

    internal static string KeyOf(string content, string group) => $"{content}/{group}";
}

/// <summary>That something was sent to a FIFO queue, so that it is not sent twice.</summary>
internal sealed record SentRecord
{
    /// <summary>What its queue's keys begin with, the group where that counts, and the deduplication id.</summary>
    public required string Key { get; init; }

    /// <summary>The message that was sent.</summary>
    public required string MessageId { get; init; }

    /// <summary>Its place in the order.</summary>
    public required long Sequence { get; init; }

    /// <summary>Until when the same is not sent again, in milliseconds.</summary>
    public required long ExpiresAt { get; init; }

    internal static string KeyOf(string content, string? group, string id) => $"{content}/{group}/{id}";
}

/// <summary>What a queue held when it was purged or deleted, to be taken away bit by bit.</summary>
/// <param name="Content">What the keys begin with.</param>
internal sealed record RemovalRecord(string Content);
