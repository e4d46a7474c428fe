using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Estiba.Contracts.Rest;

/// <summary>Reads a member from the path, the query or the headers.</summary>
/// <param name="member">The member.</param>
/// <param name="values">Its values; several in a query only.</param>
/// <param name="entries">The entries of a map, of which several may have one key.</param>
/// <param name="malformed">The error for a value that is none of its kind.</param>
internal sealed class TextShapeReader(
    MemberSchema member,
    IReadOnlyList<string> values,
    IReadOnlyList<KeyValuePair<string, string>> entries,
    Func<string, AwsException> malformed
) : ShapeReader
{
    private static readonly string[] Weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    private string _value = values.Count > 0 ? values[0] : "";
    private Queue<string> _items = new();
    private Queue<IGrouping<string, KeyValuePair<string, string>>> _entries = new();
    private IReadOnlyList<string> _values = values;

    public override void BeginStructure(StructureSchema schema) => throw Wrong("a structure");

    public override int NextMember(StructureSchema schema) => -1;

    public override string ReadString() => _value;

    public override int ReadInteger() =>
        int.TryParse(_value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong("an integer");

    public override long ReadLong() =>
        long.TryParse(_value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong("an integer");

    public override double ReadDouble() =>
        double.TryParse(_value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && double.IsFinite(value)
            ? value
            : throw Wrong("a number");

    public override bool ReadBoolean() => bool.TryParse(_value, out var value) ? value : throw Wrong("true or false");

    public override DateTimeOffset ReadTimestamp() =>
        Timestamps.TryParse(_value, out var value) ? value : throw Wrong("a timestamp");

    public override ReadOnlyMemory<byte> ReadBlob()
    {
        var bytes = new byte[_value.Length];
        return Convert.TryFromBase64String(_value, bytes, out var length)
            ? bytes.AsMemory(0, length)
            : throw Wrong("Base64");
    }

    public override JsonElement ReadDocument()
    {
        try
        {
            using var document = EmbeddedJson.Parse(_value);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw Wrong("JSON");
        }
    }

    protected internal override void BeginList() =>
        _items = new Queue<string>(
            member.Location is MemberLocation.Header or MemberLocation.EventHeader ? Split(_value) : _values
        );

    protected internal override bool NextItem() => _items.TryDequeue(out _value!) || End(out _value);

    protected internal override void BeginMap() =>
        _entries = new(entries.GroupBy(entry => entry.Key, StringComparer.Ordinal));

    protected internal override string? NextKey()
    {
        if (!_entries.TryDequeue(out var entry))
            return null;
        _values = [.. entry.Select(value => value.Value)];
        _value = _values[0];
        return entry.Key;
    }

    internal override void SkipValue() { }

    private static bool End(out string value)
    {
        value = "";
        return false;
    }

    // Items with commas are in quotation marks, except times, whose weekday has one behind it.
    private static List<string> Split(string text)
    {
        var items = new List<string>();
        for (var place = 0; place < text.Length; )
        {
            if (text[place] is ' ' or '\t')
            {
                place++;
                continue;
            }

            if (text[place] == '"')
            {
                var item = new StringBuilder();
                for (place++; place < text.Length && text[place] != '"'; place++)
                {
                    if (text[place] == '\\' && place + 1 < text.Length)
                        place++;
                    item.Append(text[place]);
                }

                items.Add(item.ToString());
                place = EndOf(text, place);
            }
            else
            {
                var end = EndOf(text, place);
                if (Array.IndexOf(Weekdays, text[place..end].Trim()) >= 0)
                    end = EndOf(text, Math.Min(end + 1, text.Length));
                items.Add(text[place..end].TrimEnd());
                place = end;
            }

            place++;
        }

        return items;
    }

    private static int EndOf(string text, int place) =>
        text.IndexOf(',', place) is var comma and >= 0 ? comma : text.Length;

    private AwsException Wrong(string wanted) =>
        malformed(
            $"The value '{(_value.Length <= 256 ? _value : _value[..256] + "...")}' of {member.Name} is not {wanted}"
        );
}
