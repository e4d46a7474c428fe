using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Estiba.Contracts;

/// <summary>Reads JSON documents that come inside of requests: policies, image manifests, identity documents.</summary>
/// <remarks>
/// <see cref="JsonDocument"/> alone takes texts that are none, and fails only when one of them is asked for.
/// </remarks>
public static class EmbeddedJson
{
    /// <summary>Reads a document, all of whose names and texts can be asked for.</summary>
    /// <param name="text">The document.</param>
    /// <exception cref="JsonException">It is not JSON, or it has a text with half of a surrogate pair.</exception>
    public static JsonDocument Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads a document, all of whose names and texts can be asked for.</summary>
    /// <param name="utf8">The document; it must stay unchanged until the answer is disposed.</param>
    /// <exception cref="JsonException">It is not JSON or not UTF-8, or it has a text with half of a surrogate
    /// pair.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        CheckTexts(utf8.Span);
        return JsonDocument.Parse(utf8);
    }

    /// <summary>Makes sure that all names and texts of JSON can be asked for.</summary>
    /// <exception cref="JsonException">One of them is no text.</exception>
    internal static void CheckTexts(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw new JsonException("The document is not UTF-8.");
        var reader = new Utf8JsonReader(utf8);
        try
        {
            while (reader.Read())
                if (reader.ValueIsEscaped)
                    _ = reader.GetString();
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("The document has a text with half of a surrogate pair.", exception);
        }
    }
}
