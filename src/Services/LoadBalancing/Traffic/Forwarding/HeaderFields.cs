using System.Buffers;
using System.Text;

namespace Estiba.LoadBalancing.Traffic.Forwarding;

/// <summary>Header fields as HTTP/1.1 writes them, a line for each (RFC 9112, 5); reads one after the other.</summary>
/// <param name="lines">Whole lines; an empty one ends them.</param>
internal ref struct HeaderFields(ReadOnlySpan<byte> lines)
{
    private static readonly SearchValues<byte> NameCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8
    );

    private static readonly SearchValues<byte> NotInValues = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Where(code => code != '\t').Select(code => (byte)code),
        0x7f,
    ]);

    private ReadOnlySpan<byte> _rest = lines;

    /// <summary>The name of the field, as it was sent.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Its value, without the white space around it.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The next line.</summary>
    /// <returns>False behind the last one.</returns>
    /// <exception cref="HttpIOException">It is no header.</exception>
    public bool MoveNext()
    {
        var end = _rest.IndexOf((byte)'\n');
        var line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? [] : _rest[(end + 1)..];
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        if (line.IsEmpty)
            return false;
        if (!TrySplit(line, out var name, out var value))
            throw Malformed("a header that is none");
        Name = name;
        Value = value;
        return true;
    }

    /// <summary>Splits a line without its end.</summary>
    /// <returns>False where it has no name, or anything in it that may be in no header.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var colon = line.IndexOf((byte)':');
        name = line[..Math.Max(colon, 0)];
        value = line[(colon + 1)..].Trim(" \t"u8);
        return colon > 0 && !name.ContainsAnyExcept(NameCharacters) && !value.ContainsAny(NotInValues);
    }

    public readonly bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(Name, name);

    /// <summary>What is wrong with an answer.</summary>
    internal static HttpIOException Malformed(string what) =>
        new(HttpRequestError.InvalidResponse, $"The target's answer has {what}.");
}
