using System.Text;

namespace Estiba.Compute.UserData;

/// <summary>One part of MIME user data.</summary>
internal readonly record struct MimePart(string ContentType, string Content);

/// <summary>
/// Takes MIME user data apart ("MIME multi-part" in cloud-init's documentation): headers, a boundary, parts that may be
/// base64.
/// </summary>
internal static class MimeMessage
{
    /// <summary>The parts in their order; null when the text is no MIME message.</summary>
    public static IReadOnlyList<MimePart>? TryParse(string text, string? contentType)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var headers = contentType is null ? Headers(lines, 0, out var body) : HeadersInside(lines, out body);
        var type = headers.GetValueOrDefault("content-type") ?? contentType;
        if (type is null)
            return null;
        if (!type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            return headers.Count > 0 ? [Part(headers, lines[body..])] : null;

        return Boundary(type) is { } boundary ? [.. Split(lines, body, boundary)] : null;
    }

    private static IEnumerable<MimePart> Split(string[] lines, int start, string boundary)
    {
        var opening = -1;
        for (var at = start; at < lines.Length; at++)
        {
            var line = lines[at].TrimEnd();
            if (line != "--" + boundary && line != "--" + boundary + "--")
                continue;

            if (opening >= 0)
            {
                var headers = Headers(lines, opening, out var body);
                yield return Part(headers, lines[Math.Min(body, at)..at]);
            }
            if (line.Length == boundary.Length + 4)
                yield break;
            opening = at + 1;
        }

        // cloud-init also reads a last part whose closing boundary was forgotten.
        if (opening >= 0)
        {
            var headers = Headers(lines, opening, out var body);
            yield return Part(headers, lines[body..]);
        }
    }

    private static MimePart Part(Dictionary<string, string> headers, string[] lines)
    {
        var content = string.Join('\n', lines);
        if (
            headers
                .GetValueOrDefault("content-transfer-encoding", "")
                .Equals("base64", StringComparison.OrdinalIgnoreCase)
        )
        {
            var bytes = new byte[content.Length];
            content = Convert.TryFromBase64String(content, bytes, out var length)
                ? Encoding.UTF8.GetString(bytes, 0, length)
                : "";
        }
        // A nested multipart keeps its boundary; of any other type only the name matters.
        var type = headers.GetValueOrDefault("content-type", "text/plain");
        var name = type.Split(';')[0].Trim().ToLowerInvariant();
        return new MimePart(name.StartsWith("multipart/", StringComparison.Ordinal) ? type : name, content);
    }

    /// <summary>
    /// A part that was named by an outer message has no headers of its own, unless it is one that starts with them.
    /// </summary>
    private static Dictionary<string, string> HeadersInside(string[] lines, out int body)
    {
        var headers = Headers(lines, 0, out body);
        if (headers.ContainsKey("content-type"))
            return headers;
        body = 0;
        return [];
    }

    private static Dictionary<string, string> Headers(string[] lines, int start, out int body)
    {
        var headers = new Dictionary<string, string>();
        string? last = null;
        for (body = start; body < lines.Length; body++)
        {
            var line = lines[body];
            if (string.IsNullOrWhiteSpace(line))
            {
                body++;
                break;
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (char.IsWhiteSpace(line[0]) && last is not null)
            {
                headers[last] += " " + line.Trim();
            }
            else if (colon > 0 && line.AsSpan(0, colon).IndexOfAny(" \t\"'=") < 0)
            {
                last = line[..colon].ToLowerInvariant();
                headers[last] = line[(colon + 1)..].Trim();
            }
            else
            {
                return [];
            }
        }
        return headers;
    }

    private static string? Boundary(string contentType)
    {
        var at = contentType.IndexOf("boundary=", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var value = contentType[(at + "boundary=".Length)..].TrimStart();
        var end = value.StartsWith('"') ? value.IndexOf('"', 1) : value.IndexOfAny([';', ' ']);
        return value.StartsWith('"') ? (end > 0 ? value[1..end] : null)
            : end >= 0 ? value[..end]
            : value;
    }
}
