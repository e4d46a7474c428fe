namespace Estiba.Contracts.Signing;

/// <summary>The second line of a canonical request.</summary>
internal static class CanonicalPath
{
    /// <summary>
    /// Appends the path as it was sent, encoded once more: nearly all services expect it encoded twice, without empty
    /// and relative segments (<see cref="ServiceTraits.IsPathAsSent"/>).
    /// </summary>
    public static void Append(ref Utf8Builder builder, ReadOnlySpan<char> path, string service)
    {
        if (path.Length <= 1)
        {
            builder.Append((byte)'/');
            return;
        }

        if (ServiceTraits.Of(service).IsPathAsSent)
        {
            builder.Append(path);
            return;
        }

        Span<Range> segments = stackalloc Range[32];
        var kept = Segments(path, ref segments);
        foreach (var segment in segments[..kept])
        {
            builder.Append((byte)'/');
            builder.AppendEncoded(path[segment]);
        }

        if (path[^1] == '/' || kept == 0)
            builder.Append((byte)'/');
    }

    /// <summary>
    /// Finds the segments that remain when empty ones, <c>.</c> and <c>..</c> are resolved (RFC 3986, 5.2.4).
    /// </summary>
    private static int Segments(ReadOnlySpan<char> path, ref Span<Range> segments)
    {
        var kept = 0;
        foreach (var range in path.Split('/'))
        {
            switch (path[range])
            {
                case "" or ".":
                    break;
                case "..":
                    kept = Math.Max(0, kept - 1);
                    break;
                default:
                    if (kept == segments.Length)
                    {
                        var larger = new Range[segments.Length * 2];
                        segments.CopyTo(larger);
                        segments = larger;
                    }

                    segments[kept++] = range;
                    break;
            }
        }

        return kept;
    }
}
