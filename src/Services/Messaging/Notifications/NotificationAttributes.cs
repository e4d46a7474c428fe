using System.Globalization;
using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Messaging.Filters;
using Estiba.Messaging.Messages;

namespace Estiba.Messaging.Notifications;

/// <summary>The attributes of what is published ("Amazon SNS message attributes", developer guide).</summary>
internal static class NotificationAttributes
{
    private const string Array = "String.Array";
    private const int LongestName = 256;

    /// <summary>Checked attributes as they are kept, in the order of their names.</summary>
    /// <exception cref="AwsException">One is none that a message may have.</exception>
    internal static IReadOnlyList<StoredAttribute> Read(
        IReadOnlyDictionary<string, MessageAttributeValue>? attributes
    ) =>
        [
            .. (attributes ?? new Dictionary<string, MessageAttributeValue>(StringComparer.Ordinal))
                .OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
                .Select(attribute => Read(attribute.Key, attribute.Value)),
        ];

    /// <summary>How many bytes of the limit they take.</summary>
    internal static int BytesOf(IEnumerable<StoredAttribute> attributes) => MessageAttributes.BytesOf(attributes);

    /// <summary>The values that filter policies look at.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<FilterValue>> Values(
        IReadOnlyList<StoredAttribute> attributes
    ) => attributes.ToDictionary(attribute => attribute.Name, ValuesOf, StringComparer.Ordinal);

    private static IReadOnlyList<FilterValue> ValuesOf(StoredAttribute attribute)
    {
        if (attribute.Text is not { } text)
            return [];
        if (attribute.Type == Array)
            return Items(text) ?? [];
        return attribute.Type.Split('.')[0] == "Number"
            ? FilterValue.OfNumber(text) is { } number
                ? [number]
                : []
            : [FilterValue.OfText(text)];
    }

    private static List<FilterValue>? Items(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(FilterValue.Of).OfType<FilterValue>()]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static StoredAttribute Read(string name, MessageAttributeValue value)
    {
        if (
            name.Length is 0 or > LongestName
            || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.')
            || name[0] == '.'
            || name[^1] == '.'
            || name.Contains("..", StringComparison.Ordinal)
        )
            throw Invalid($"The message attribute name '{name}' is invalid.");
        var type = value.DataType!;
        if (type.Length == 0)
            throw Invalid($"The message attribute '{name}' must contain non-empty message attribute type.");
        var kind = type.Split('.', 2)[0];
        if (kind is not ("String" or "Number" or "Binary"))
        {
            throw Invalid(
                $"The message attribute '{name}' has an invalid message attribute type, the set of supported type "
                    + "prefixes is Binary, Number, and String."
            );
        }

        if (kind == "Binary" ? value.BinaryValue is not { IsEmpty: false } : string.IsNullOrEmpty(value.StringValue))
        {
            throw Invalid(
                $"The message attribute '{name}' must contain non-empty message attribute value for message attribute "
                    + $"type '{type}'."
            );
        }

        if (kind == "Binary")
            return new StoredAttribute(name, type, null, Convert.ToBase64String(value.BinaryValue!.Value.Span));
        if (
            kind == "Number"
            && !double.TryParse(value.StringValue, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        )
            throw Invalid($"Could not cast message attribute '{name}' value to number.");
        if (type == Array && Items(value.StringValue!) is null)
            throw Invalid($"Invalid format of message attribute '{name}': it must be a JSON array.");
        return new StoredAttribute(name, type, value.StringValue, null);
    }

    private static AwsException Invalid(string message) => SnsErrors.InvalidParameterValueException(message);
}
