using System.Globalization;
using System.Runtime.InteropServices;

namespace Estiba.Ecr.Registry.Http;

/// <summary>The part of a blob that a request asks for.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ByteRange(long First, long Length)
{
    /// <summary>Reads a <c>Range</c> header with one range in bytes (RFC 9110, section 14).</summary>
    /// <returns> Null if the header is absent or in a form that a server may ignore (another unit, several ranges); a
    /// range of length zero if it cannot be satisfied.
    /// </returns>
    public static ByteRange? Parse(string? header, long total)
    {
        const string Unit = "bytes=";
        if (header is null || !header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
            return null;

        var text = header.AsSpan(Unit.Length).Trim();
        var dash = text.IndexOf('-');
        if (dash < 0 || text.Contains(','))
            return null;

        var hasFirst = TryParse(text[..dash], out var first);
        var hasLast = TryParse(text[(dash + 1)..], out var last);
        if ((dash > 0 && !hasFirst) || (dash < text.Length - 1 && !hasLast) || (!hasFirst && !hasLast))
            return null;

        if (!hasFirst)
            return last == 0 ? default(ByteRange) : new(Math.Max(0, total - last), Math.Min(last, total));
        if (hasLast && last < first)
            return null;
        return first >= total
            ? default(ByteRange)
            : new(first, Math.Min(hasLast ? last : total - 1, total - 1) - first + 1);
    }

    private static bool TryParse(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
