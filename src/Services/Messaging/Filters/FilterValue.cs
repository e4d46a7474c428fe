using System.Globalization;
using System.Text.Json;

namespace Estiba.Messaging.Filters;

/// <summary>A value of a message's property: a text, a number, or one of the words true, false and null.</summary>
/// <param name="Text">The text; null for others.</param>
/// <param name="Number">The number; null for others.</param>
/// <param name="Word">The word; null for others.</param>
internal sealed record FilterValue(string? Text, decimal? Number, string? Word)
{
    /// <summary>A value in JSON; null for what is more than a value.</summary>
    internal static FilterValue? Of(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.String => new FilterValue(element.GetString(), null, null),
            JsonValueKind.Number when element.TryGetDecimal(out var number) => new FilterValue(null, number, null),
            JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => new FilterValue(
                null,
                null,
                element.GetRawText()
            ),
            _ => null,
        };

    internal static FilterValue OfText(string text) => new(text, null, null);

    internal static FilterValue? OfNumber(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? new FilterValue(null, number, null)
            : null;
}

/// <summary>What a filter policy looks at: the attributes of a message, or its body.</summary>
internal abstract class FilterProperties
{
    /// <summary>The values of a property; null when it is not there.</summary>
    internal abstract IReadOnlyList<FilterValue>? Find(string name);

    /// <summary>The objects in a property.</summary>
    internal abstract IEnumerable<FilterProperties> Within(string name);

    /// <summary>The attributes of a message, by name. Binary ones are there and have no value.</summary>
    internal static FilterProperties OfAttributes(IReadOnlyDictionary<string, IReadOnlyList<FilterValue>> attributes) =>
        new Attributes(attributes);

    /// <summary>A body; null when it is no JSON object.</summary>
    internal static FilterProperties? OfBody(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Body(document.RootElement.Clone())
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed class Attributes(IReadOnlyDictionary<string, IReadOnlyList<FilterValue>> attributes)
        : FilterProperties
    {
        internal override IReadOnlyList<FilterValue>? Find(string name) => attributes.GetValueOrDefault(name);

        internal override IEnumerable<FilterProperties> Within(string name) => [];
    }

    private sealed class Body(JsonElement map) : FilterProperties
    {
        internal override IReadOnlyList<FilterValue>? Find(string name) =>
            map.TryGetProperty(name, out var value)
                ? [.. Flat(value).Select(FilterValue.Of).OfType<FilterValue>()]
                : null;

        internal override IEnumerable<FilterProperties> Within(string name) =>
            map.TryGetProperty(name, out var value)
                ? Flat(value).Where(item => item.ValueKind == JsonValueKind.Object).Select(item => new Body(item))
                : [];

        // Lists in lists are one list.
        private static IEnumerable<JsonElement> Flat(JsonElement value) =>
            value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany(Flat) : [value];
    }
}
