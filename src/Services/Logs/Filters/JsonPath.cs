using System.Globalization;
using System.Text;
using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Logs.Filters;

/// <summary>The way to one property of a JSON event: <c>$.a.b[0]</c>.</summary>
internal sealed class JsonPath
{
    private readonly IReadOnlyList<Step> _steps;

    private JsonPath(IReadOnlyList<Step> steps) => _steps = steps;

    /// <summary>Reads what stands after a pattern's <c>$</c>.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it is none.</exception>
    public static JsonPath Parse(PatternText text)
    {
        text.Take("$", "at the start of a property selector");
        var steps = new List<Step>();
        while (ReadStep(text) is { } next)
            steps.Add(next);
        return steps.Count > 0 ? new JsonPath(steps) : throw text.Unexpected("expected '.' and a property after '$'");
    }

    /// <summary>Where the property stands in a tree of selectors.</summary>
    public JsonSelector AddTo(JsonSelector root) =>
        _steps.Aggregate(root, (selector, step) =>
            step.Name is { } name ? selector.Property(name) : selector.AddItem(step.Index)
        );

    /// <summary>The text of a string, number or truth value.</summary>
    public string? Find(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message, JsonPattern.Options);
            if (!reader.Read())
                return null;
            foreach (var step in _steps)
                if (!step.Go(ref reader))
                    return null;
            return reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False => Encoding.UTF8.GetString(
                    reader.ValueSpan
                ),
                _ => null,
            };
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that has half of a surrogate pair, escaped.
            return null;
        }
    }

    private static Step? ReadStep(PatternText text)
    {
        var dotted = text.TryTake(".");
        if (text.Peek == '[')
            return ReadBracket(text);
        if (!dotted)
            return null;

        var name = text.TakeWhile(static value => PatternText.IsWord(value) || value == '-');
        if (name.Length > 0)
            return new Step(name, Index: 0);
        throw text.AtEnd || char.IsWhiteSpace(text.Peek)
            ? text.Unexpected("expected a property after '.'")
            : PatternText.InvalidCharacters("$." + text.Peek);
    }

    /// <summary>An index, or a name in quotes that has characters which could not stand after a dot.</summary>
    private static Step ReadBracket(PatternText text)
    {
        text.Take("[", "before an index");
        if (text.Peek is '\'' or '"')
        {
            var quote = text.Peek.ToString();
            text.Take(quote, "before a property");
            var name = text.TakeWhile(value => value != quote[0]);
            text.Take(quote, "after a property");
            text.Take("]", "after a property");
            return new Step(name, Index: 0);
        }

        var digits = text.TakeWhile(char.IsAsciiDigit);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw text.Unexpected("expected an index after '['");
        text.Take("]", "after an index");
        return new Step(Name: null, index);
    }

    /// <summary>A property by its name, or an item by its index.</summary>
    private sealed record Step(string? Name, int Index)
    {
        /// <summary>Goes from a value to what is in it.</summary>
        public bool Go(ref Utf8JsonReader reader)
        {
            if (Name is not null)
                return reader.TokenType == JsonTokenType.StartObject && GoToProperty(ref reader);
            if (reader.TokenType != JsonTokenType.StartArray)
                return false;
            for (var at = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; at++)
            {
                if (at == Index)
                    return true;
                reader.Skip();
            }

            return false;
        }

        private bool GoToProperty(ref Utf8JsonReader reader)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isThis = reader.ValueTextEquals(Name);
                reader.Read();
                if (isThis)
                    return true;
                reader.Skip();
            }

            return false;
        }
    }
}
