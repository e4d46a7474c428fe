using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Estiba.Messaging.Filters;

/// <summary>What a property must be ("String value matching" and "Numeric value matching", developer guide).</summary>
internal abstract record Condition
{
    private const string AnythingBut = "anything-but";
    private const string Cidr = "cidr";
    private const string EqualsIgnoreCase = "equals-ignore-case";
    private const string Exists = "exists";
    private const string Numeric = "numeric";
    private const string Prefix = "prefix";
    private const string Suffix = "suffix";
    private const string Wildcard = "wildcard";
    private const int LongestPattern = 256;

    /// <summary>Whether an object with such a key is a condition.</summary>
    internal static bool IsOperator(string name) =>
        name is AnythingBut or Cidr or EqualsIgnoreCase or Exists or Numeric or Prefix or Suffix or Wildcard;

    /// <summary>Whether one of the values satisfies it; null for a property that is not there.</summary>
    internal virtual bool Matches(IReadOnlyList<FilterValue>? values) => values?.Any(Matches) == true;

    /// <summary>Whether a value satisfies it.</summary>
    protected virtual bool Matches(FilterValue value) => false;

    /// <summary>Reads a condition.</summary>
    /// <exception cref="Contracts.AwsException">It is none.</exception>
    internal static Condition Read(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
            return new Exactly([Value(item)]);
        if (item.EnumerateObject().ToList() is not [var only])
            throw FilterPolicy.Invalid("Only one key allowed in match expression");
        var value = only.Value;
        return only.Name switch
        {
            AnythingBut => ReadAnythingBut(value),
            Cidr => new InNetwork(Network(value)),
            EqualsIgnoreCase => new AnyCase(Text(value, EqualsIgnoreCase)),
            Exists when value.ValueKind is JsonValueKind.True or JsonValueKind.False => new IsThere(value.GetBoolean()),
            Exists => throw FilterPolicy.Invalid("exists match pattern must be either true or false."),
            Numeric => ReadNumeric(value),
            Prefix => new Begins(Text(value, Prefix)),
            Suffix => new Ends(Text(value, Suffix)),
            Wildcard => new Like(Pattern(value)),
            var unknown => throw FilterPolicy.Invalid($"Unrecognized match type {unknown}"),
        };
    }

    private static Condition ReadAnythingBut(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            if (value.EnumerateObject().ToList() is not [{ Name: Prefix or Suffix or Wildcard or EqualsIgnoreCase }])
                throw FilterPolicy.Invalid($"Unsupported anything-but pattern: {value.GetRawText()}");
            return new NotAny(Read(value));
        }

        return new NotAny(
            new Exactly(
                value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Value)] : [Value(value)]
            )
        );
    }

    private static WithinRange ReadNumeric(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is not (2 or 4))
            throw FilterPolicy.Invalid("Value of numeric must be an array of an operator and a number, or of two.");
        var bounds = new List<(string, decimal)>();
        for (var place = 0; place < value.GetArrayLength(); place += 2)
        {
            var (sign, number) = (value[place], value[place + 1]);
            if (sign.ValueKind != JsonValueKind.String || sign.GetString() is not ("=" or "<" or "<=" or ">" or ">="))
                throw FilterPolicy.Invalid($"Unrecognized numeric range operator: {sign.GetRawText()}");
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetDecimal(out var bound))
                throw FilterPolicy.Invalid($"Value of {sign.GetString()} must be numeric");
            bounds.Add((sign.GetString()!, bound));
        }

        return new WithinRange(bounds);
    }

    private static FilterValue Value(JsonElement item) =>
        FilterValue.Of(item) ?? throw FilterPolicy.Invalid("Match value must be String, number, true, false, or null");

    private static string Text(JsonElement value, string called) =>
        value is { ValueKind: JsonValueKind.String } && value.GetString() is { Length: > 0 } text
            ? text
            : throw FilterPolicy.Invalid($"{called} match pattern must be a string");

    // To look for a pattern takes as long as it and the text are, multiplied.
    private static string Pattern(JsonElement value) =>
        Text(value, Wildcard) is { Length: <= LongestPattern } pattern
            ? pattern
            : throw FilterPolicy.Invalid($"{Wildcard} match pattern can have {LongestPattern} characters at most");

    private static IPNetwork Network(JsonElement value)
    {
        var parts = Text(value, Cidr).Split('/');
        if (
            parts.Length == 2
            && IPAddress.TryParse(parts[0], out var address)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && length <= address.GetAddressBytes().Length * 8
        )
            return new IPNetwork(Masked(address, length), length);
        throw FilterPolicy.Invalid("Malformed CIDR, one '/' required, and an address and a mask around it");
    }

    // A network is called by any of its addresses.
    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPAddress(bytes);
    }

    private sealed record Exactly(IReadOnlyList<FilterValue> Wanted) : Condition
    {
        protected override bool Matches(FilterValue value) => Wanted.Contains(value);
    }

    // Of a list, one value that is another is enough.
    private sealed record NotAny(Condition Unwanted) : Condition
    {
        protected override bool Matches(FilterValue value) => !Unwanted.Matches([value]);
    }

    private sealed record IsThere(bool Wanted) : Condition
    {
        internal override bool Matches(IReadOnlyList<FilterValue>? values) => values is not null == Wanted;
    }

    private sealed record Begins(string Start) : Condition
    {
        protected override bool Matches(FilterValue value) =>
            value.Text?.StartsWith(Start, StringComparison.Ordinal) == true;
    }

    private sealed record Ends(string End) : Condition
    {
        protected override bool Matches(FilterValue value) =>
            value.Text?.EndsWith(End, StringComparison.Ordinal) == true;
    }

    private sealed record AnyCase(string Wanted) : Condition
    {
        protected override bool Matches(FilterValue value) =>
            value.Text?.Equals(Wanted, StringComparison.OrdinalIgnoreCase) == true;
    }

    private sealed record Like(string Template) : Condition
    {
        protected override bool Matches(FilterValue value) => value.Text is { } text && IsLike(text);

        // A star stands for any text; where what follows does not fit, the star before it takes one character more.
        private bool IsLike(string text)
        {
            var (place, at, star, mark) = (0, 0, -1, 0);
            while (at < text.Length)
            {
                if (place < Template.Length && Template[place] == '*')
                {
                    (star, mark) = (place++, at);
                }
                else if (place < Template.Length && Template[place] == text[at])
                {
                    place++;
                    at++;
                }
                else if (star >= 0)
                {
                    place = star + 1;
                    at = ++mark;
                }
                else
                {
                    return false;
                }
            }

            return Template.AsSpan(place).Trim('*').IsEmpty;
        }
    }

    private sealed record InNetwork(IPNetwork Wanted) : Condition
    {
        protected override bool Matches(FilterValue value) =>
            value.Text is { } text && IPAddress.TryParse(text, out var address) && Wanted.Contains(address);
    }

    private sealed record WithinRange(IReadOnlyList<(string Sign, decimal Bound)> Bounds) : Condition
    {
        protected override bool Matches(FilterValue value) =>
            value.Number is { } number
            && Bounds.All(bound =>
                bound.Sign switch
                {
                    "=" => number == bound.Bound,
                    "<" => number < bound.Bound,
                    "<=" => number <= bound.Bound,
                    ">" => number > bound.Bound,
                    _ => number >= bound.Bound,
                }
            );
    }
}
