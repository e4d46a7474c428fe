using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Sqs;

namespace Estiba.Messaging.Messages;

/// <summary>The attributes of messages ("Amazon SQS message metadata", developer guide).</summary>
internal static class MessageAttributes
{
    private const int Most = 10;
    private const int LongestName = 256;
    private const string TraceHeader = "AWSTraceHeader";

    private const byte TextMark = 1;
    private const byte BytesMark = 2;

    /// <summary>Checked attributes as they are kept, in the order of their names.</summary>
    /// <exception cref="AwsException">One is none that a message may have.</exception>
    internal static IReadOnlyList<StoredAttribute> Read(IReadOnlyDictionary<string, MessageAttributeValue>? attributes)
    {
        if (attributes is null || attributes.Count == 0)
            return [];
        if (attributes.Count > Most)
        {
            throw SqsFaults.InvalidParameterValue(
                $"Number of message attributes [{attributes.Count}] exceeds the allowed maximum [{Most}]."
            );
        }

        return
        [
            .. attributes
                .OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
                .Select(attribute =>
                {
                    CheckName(attribute.Key);
                    var value = attribute.Value;
                    return Read(
                        attribute.Key,
                        value.DataType,
                        value.StringValue,
                        value.BinaryValue,
                        value.StringListValues is not null || value.BinaryListValues is not null
                    );
                }),
        ];
    }

    /// <summary>The trace that a sender names; null for none.</summary>
    /// <exception cref="AwsException">It names something else.</exception>
    internal static StoredAttribute? ReadTrace(IReadOnlyDictionary<string, MessageSystemAttributeValue>? attributes)
    {
        if (attributes is null || attributes.Count == 0)
            return null;
        if (attributes.Keys.FirstOrDefault(name => name != TraceHeader) is { } unknown)
            throw SqsFaults.InvalidParameterValue($"Message system attribute name '{unknown}' is invalid.");
        var value = attributes[TraceHeader];
        return value.DataType == "String"
            ? Read(
                TraceHeader,
                value.DataType,
                value.StringValue,
                value.BinaryValue,
                value.StringListValues is not null || value.BinaryListValues is not null
            )
            : throw SqsFaults.InvalidParameterValue(
                $"The data type of message system attribute '{TraceHeader}' must be String."
            );
    }

    /// <summary>How many bytes of a message's limit they take.</summary>
    internal static int BytesOf(IEnumerable<StoredAttribute> attributes) =>
        attributes.Sum(attribute =>
            Encoding.UTF8.GetByteCount(attribute.Name)
            + Encoding.UTF8.GetByteCount(attribute.Type)
            + (
                attribute.Bytes is { } bytes
                    ? Convert.FromBase64String(bytes).Length
                    : Encoding.UTF8.GetByteCount(attribute.Text!)
            )
        );

    /// <summary>
    /// The digest that clients compare ("Calculating the MD5 message digest for message attributes", developer guide);
    /// null for none.
    /// </summary>
    /// <param name="attributes">In the order of their names.</param>
    internal static string? Md5(IReadOnlyList<StoredAttribute> attributes)
    {
        if (attributes.Count == 0)
            return null;
        using var buffer = new MemoryStream();
        foreach (var attribute in attributes)
        {
            Add(Encoding.UTF8.GetBytes(attribute.Name));
            Add(Encoding.UTF8.GetBytes(attribute.Type));
            buffer.WriteByte(attribute.Bytes is null ? TextMark : BytesMark);
            Add(
                attribute.Bytes is { } bytes ? Convert.FromBase64String(bytes) : Encoding.UTF8.GetBytes(attribute.Text!)
            );
        }

        return Hex(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));

        void Add(byte[] part)
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            buffer.Write(length);
            buffer.Write(part);
        }
    }

    /// <summary>The digest of a body.</summary>
    internal static string Md5(string body) => Hex(Encoding.UTF8.GetBytes(body));

    /// <summary>Those that a receiver asks for by name, by the beginning of a name, or all.</summary>
    internal static IReadOnlyList<StoredAttribute> Chosen(
        IReadOnlyList<StoredAttribute> attributes,
        IReadOnlyList<string>? names
    ) =>
        attributes.Count == 0 || names is null
            ? []
            : [.. attributes.Where(attribute => names.Any(name => IsMeant(attribute.Name, name)))];

    /// <summary>Attributes as customers see them.</summary>
    internal static IReadOnlyDictionary<string, MessageAttributeValue>? Shown(IReadOnlyList<StoredAttribute> attributes)
    {
        if (attributes.Count == 0)
            return null;
        var shown = new Dictionary<string, MessageAttributeValue>(StringComparer.Ordinal);
        foreach (var attribute in attributes)
        {
            shown[attribute.Name] = new MessageAttributeValue
            {
                DataType = attribute.Type,
                StringValue = attribute.Text,
                BinaryValue = attribute.Bytes is { } bytes
                    ? Convert.FromBase64String(bytes)
                    : (ReadOnlyMemory<byte>?)null,
            };
        }

        return shown;
    }

    private static bool IsMeant(string name, string asked) =>
        asked is "All" or ".*"
        || asked == name
        || (asked.EndsWith(".*", StringComparison.Ordinal) && name.StartsWith(asked[..^2], StringComparison.Ordinal));

    // MD5 is what clients of SQS compare; nothing is proven by it.
#pragma warning disable CA5351
    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351

    private static void CheckName(string name)
    {
        if (
            name.StartsWith("AWS.", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("Amazon.", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw SqsFaults.InvalidParameterValue(
                "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved "
                    + "for internal use."
            );
        }

        if (name.Length > LongestName)
        {
            throw SqsFaults.InvalidParameterValue(
                $"Message (system) attribute name must be shorter than {LongestName} bytes."
            );
        }

        if (
            name.Length == 0
            || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.')
            || name[0] == '.'
            || name[^1] == '.'
            || name.Contains("..", StringComparison.Ordinal)
        )
        {
            throw SqsFaults.InvalidParameterValue(
                $"The message attribute name '{name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore "
                    + "(_), hyphen (-), and period (.) characters."
            );
        }
    }

    private static StoredAttribute Read(
        string name,
        string? type,
        string? text,
        ReadOnlyMemory<byte>? bytes,
        bool hasList
    )
    {
        if (string.IsNullOrEmpty(type))
        {
            throw SqsFaults.InvalidParameterValue(
                $"The message attribute '{name}' must contain non-empty message attribute type."
            );
        }

        if (hasList)
            throw SqsFaults.InvalidParameterValue(
                $"Message attribute list values in SendMessage operation are not supported."
            );
        var kind = type.Split('.', 2)[0];
        if (kind is not ("String" or "Number" or "Binary") || type.Length > LongestName)
        {
            throw SqsFaults.InvalidParameterValue(
                $"The type of message attribute '{name}' is invalid. You must use only the following supported type "
                    + "prefixes: Binary, Number, String."
            );
        }

        if (kind == "Binary" ? bytes is not { IsEmpty: false } : string.IsNullOrEmpty(text))
        {
            throw SqsFaults.InvalidParameterValue(
                $"The message attribute '{name}' must contain non-empty message attribute value for message attribute "
                    + $"type '{type}'."
            );
        }

        if (kind == "Binary")
            return new StoredAttribute(name, type, null, Convert.ToBase64String(bytes!.Value.Span));
        if (kind == "Number" && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            throw SqsFaults.InvalidParameterValue(
                $"Can't cast the value of message (system) attribute '{name}' to a number."
            );
        }

        MessageText.Check(text!);
        return new StoredAttribute(name, type, text, null);
    }
}
