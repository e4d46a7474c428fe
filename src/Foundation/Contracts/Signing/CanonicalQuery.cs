using System.Globalization;
using System.Text;

namespace Estiba.Contracts.Signing;

/// <summary>
/// The third line of a canonical request: the query's parameters, encoded the one right way and sorted.
/// </summary>
internal static class CanonicalQuery
{
    /// <summary>
    /// The parameter that carries a presigned request's signature, and so is not part of what is signed.
    /// </summary>
    private const string Signature = "X-Amz-Signature";

    public static void Append(ref Utf8Builder builder, ReadOnlySpan<char> query)
    {
        if (query.IsEmpty)
            return;

        var parameters = new List<(string Name, string Value)>();
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            if (pair.IsEmpty)
                continue;

            var equals = pair.IndexOf('=');
            var name = Normalize(equals < 0 ? pair : pair[..equals]);
            if (name != Signature)
                parameters.Add((name, Normalize(equals < 0 ? [] : pair[(equals + 1)..])));
        }

        parameters.Sort(
            static (x, y) =>
                string.CompareOrdinal(x.Name, y.Name) is var byName and not 0
                    ? byName
                    : string.CompareOrdinal(x.Value, y.Value)
        );

        for (var i = 0; i < parameters.Count; i++)
        {
            if (i > 0)
                builder.Append((byte)'&');
            builder.Append(parameters[i].Name);
            builder.Append((byte)'=');
            builder.Append(parameters[i].Value);
        }
    }

    /// <summary>The value of a query's parameter, decoded; null when the query has none of that name.</summary>
    public static string? Find(ReadOnlySpan<char> query, string name)
    {
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            if (equals > 0 && Decode(pair[..equals]) == name)
                return Decode(pair[(equals + 1)..]);
        }

        return null;
    }

    /// <summary>How often a query has a parameter.</summary>
    public static int Count(ReadOnlySpan<char> query, string name)
    {
        var count = 0;
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            if (Decode(equals < 0 ? pair : pair[..equals]) == name)
                count++;
        }

        return count;
    }

    // A plus sign is a space in the query strings of AWS.
    private static string Decode(ReadOnlySpan<char> text) =>
        text.IndexOfAny('%', '+') < 0 ? text.ToString() : Uri.UnescapeDataString(text.ToString().Replace('+', ' '));

    /// <summary>Decodes and encodes again, byte by byte: what is encoded need not be UTF-8.</summary>
    private static string Normalize(ReadOnlySpan<char> text)
    {
        var builder = new Utf8Builder(stackalloc byte[512]);
        try
        {
            while (!text.IsEmpty)
            {
                var plain = text.IndexOfAny('%', '+');
                if (plain < 0)
                    plain = text.Length;
                builder.AppendEncoded(text[..plain]);
                text = text[plain..];
                if (text.IsEmpty)
                    break;

                if (text[0] == '+')
                {
                    builder.AppendEncoded((byte)' ');
                    text = text[1..];
                }
                else if (
                    text.Length >= 3
                    && byte.TryParse(
                        text[1..3],
                        NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture,
                        out var value
                    )
                )
                {
                    builder.AppendEncoded(value);
                    text = text[3..];
                }
                else
                {
                    builder.AppendEncoded((byte)'%');
                    text = text[1..];
                }
            }

            return Encoding.ASCII.GetString(builder.Written);
        }
        finally
        {
            builder.Dispose();
        }
    }
}
