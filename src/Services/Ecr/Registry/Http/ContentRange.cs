using System.Globalization;
using System.Runtime.InteropServices;

namespace Estiba.Ecr.Registry.Http;

/// <summary>
/// Where a chunk of an upload belongs: the <c>Content-Range</c> of the distribution specification, <c>first-last</c>,
/// without a unit.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ContentRange(long First, long Last)
{
    public long Length => Last - First + 1;

    public static bool TryParse(string text, out ContentRange range)
    {
        // Some clients write it as HTTP does: "bytes 0-99/*".
        var span = text.AsSpan().Trim();
        if (span.StartsWith("bytes ", StringComparison.OrdinalIgnoreCase))
            span = span[6..];
        if (span.IndexOf('/') is >= 0 and var slash)
            span = span[..slash];

        var dash = span.IndexOf('-');
        range = default;
        if (
            dash <= 0
            || !long.TryParse(span[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(span[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || last < first
        )
        {
            return false;
        }
        range = new(first, last);
        return true;
    }
}
