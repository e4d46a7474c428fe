using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Estiba.Logs.Filters;

/// <summary>Compares properties of messages that are JSON objects; other messages never match.</summary>
/// <remarks>
/// One pass over the message: it follows only the properties that the pattern names and passes over everything else.
/// </remarks>
internal sealed class JsonPattern(JsonSelector root, Condition condition, IReadOnlyList<Comparison> comparisons)
    : FilterPattern
{
    private const int MaxDepth = 256;

    internal static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    public override bool Matches(ReadOnlySpan<byte> message)
    {
        if (!LooksLikeObject(message))
            return false;

        Span<bool> results = comparisons.Count <= 64 ? stackalloc bool[comparisons.Count] : new bool[comparisons.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = comparisons[i].Operator == Operator.NotExists;

        try
        {
            var reader = new Utf8JsonReader(message, Options);
            reader.Read();
            Visit(ref reader, root, results);
            return !reader.Read() && condition.Evaluate(results);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Not JSON, or a property's name has half of a surrogate pair, escaped.
            return false;
        }
    }

    public override IReadOnlyDictionary<string, string> Extract(ReadOnlySpan<byte> message)
    {
        var values = new Dictionary<string, string>();
        using var document = JsonDocument.Parse(message.ToArray(), new JsonDocumentOptions { MaxDepth = MaxDepth });
        Extract(document.RootElement, root, "$", values);
        return values;
    }

    public override EventField? Field(string selector)
    {
        var text = new PatternText(selector);
        var path = JsonPath.Parse(text);
        return text.AtEnd ? path.Find : null;
    }

    private static void Extract(
        JsonElement element,
        JsonSelector selector,
        string path,
        Dictionary<string, string> values
    )
    {
        if (selector.Comparisons.Count > 0)
            values[path] = TextOf(element);
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var (name, next) in selector.Properties)
                if (element.TryGetProperty(name, out var value))
                    Extract(value, next, $"{path}.{Encoding.UTF8.GetString(name)}", values);
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var (index, next) in selector.Items)
                if (index < element.GetArrayLength())
                    Extract(element[index], next, $"{path}[{index}]", values);
        }
    }

    private static string TextOf(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
        }
        catch (InvalidOperationException)
        {
            return element.GetRawText();
        }
    }

    private static bool LooksLikeObject(ReadOnlySpan<byte> message)
    {
        var trimmed = message.Trim(" \t\r\n"u8);
        return trimmed is [(byte)'{', .., (byte)'}'];
    }

    private void Visit(scoped ref Utf8JsonReader reader, JsonSelector selector, scoped Span<bool> results)
    {
        foreach (var number in selector.Comparisons)
            results[number] = Matches(ref reader, comparisons[number]);

        if (reader.TokenType == JsonTokenType.StartObject && selector.Properties.Count > 0)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var next = selector.Property(ref reader);
                reader.Read();
                if (next is null)
                    reader.Skip();
                else
                    Visit(ref reader, next, results);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray && selector.Items.Count > 0)
        {
            for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
            {
                if (selector.Item(index) is { } next)
                    Visit(ref reader, next, results);
                else
                    reader.Skip();
            }
        }
        else
        {
            reader.Skip();
        }
    }

    private static bool Matches(ref Utf8JsonReader reader, Comparison comparison)
    {
        switch (comparison.Operator)
        {
            case Operator.IsNull:
                return reader.TokenType == JsonTokenType.Null;
            case Operator.IsTrue:
                return reader.TokenType == JsonTokenType.True;
            case Operator.IsFalse:
                return reader.TokenType == JsonTokenType.False;
            case Operator.NotExists:
                return false;
            case Operator.Equal:
                return Equal(ref reader, comparison.Value!);
            case Operator.NotEqual:
                return !Equal(ref reader, comparison.Value!);
            default:
                return reader.TokenType == JsonTokenType.Number
                    && reader.TryGetDouble(out var number)
                    && comparison.MatchesNumber(number);
        }
    }

    private static bool Equal(ref Utf8JsonReader reader, PatternValue value)
    {
        if (value.IsAnything)
            return true;
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return value.Number is { } number
                    ? reader.TryGetDouble(out var found) && found == number
                    : value.MatchesText(reader.ValueSpan);
            case JsonTokenType.True or JsonTokenType.False:
                return value.MatchesText(reader.ValueSpan);
            case JsonTokenType.String when !reader.ValueIsEscaped:
                return value.MatchesText(reader.ValueSpan);
            case JsonTokenType.String:
                var text = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
                try
                {
                    return value.MatchesText(text.AsSpan(0, reader.CopyString(text)));
                }
                catch (InvalidOperationException)
                {
                    // Half of a surrogate pair, escaped: not text.
                    return false;
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(text);
                }

            default:
                return false;
        }
    }
}

/// <summary>
/// The properties that a pattern names, as a tree; at each place the numbers of the comparisons that are made there.
/// </summary>
internal sealed class JsonSelector
{
    private readonly List<(byte[] Name, JsonSelector Next)> _properties = [];
    private readonly List<(int Index, JsonSelector Next)> _items = [];

    public List<int> Comparisons { get; } = [];

    public IReadOnlyList<(byte[] Name, JsonSelector Next)> Properties => _properties;

    public IReadOnlyList<(int Index, JsonSelector Next)> Items => _items;

    public JsonSelector Property(string name)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        foreach (var (known, next) in _properties)
            if (known.AsSpan().SequenceEqual(utf8))
                return next;
        _properties.Add((utf8, new JsonSelector()));
        return _properties[^1].Next;
    }

    public JsonSelector? Property(ref Utf8JsonReader reader)
    {
        foreach (var (name, next) in _properties)
            if (reader.ValueTextEquals(name))
                return next;
        return null;
    }

    public JsonSelector AddItem(int index)
    {
        if (Item(index) is { } known)
            return known;
        _items.Add((index, new JsonSelector()));
        return _items[^1].Next;
    }

    public JsonSelector? Item(int index)
    {
        foreach (var (known, next) in _items)
            if (known == index)
                return next;
        return null;
    }
}
