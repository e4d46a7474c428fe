using System.Globalization;
using System.Text;
using System.Xml;

namespace Estiba.Contracts;

/// <summary>The names and values of a form, from a body or from a query string.</summary>
public static class FormText
{
    /// <summary>How many parameters a request may have.</summary>
    public const int MaxParameters = 10_000;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>The names and values of a text.</summary>
    /// <exception cref="AwsException"><c>MalformedQueryString</c>: there are too many parameters, bytes that are no
    /// text, or a character that no answer could repeat.</exception>
    public static List<KeyValuePair<string, string>> Parse(ReadOnlySpan<char> text)
    {
        var form = new List<KeyValuePair<string, string>>();
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            if (pair.IsEmpty)
                continue;
            if (form.Count == MaxParameters)
                throw Malformed($"The request has more than {MaxParameters} parameters.");

            var equals = pair.IndexOf('=');
            form.Add(equals < 0 ? new(Decode(pair), "") : new(Decode(pair[..equals]), Decode(pair[(equals + 1)..])));
        }

        return form;
    }

    /// <summary>The names and values of a body.</summary>
    /// <inheritdoc cref="Parse(ReadOnlySpan{char})"/>
    public static List<KeyValuePair<string, string>> Parse(ReadOnlySpan<byte> body) => Parse(Text(body));

    /// <summary>The first value of a name; null when there is none.</summary>
    public static string? Find(IReadOnlyList<KeyValuePair<string, string>> form, string name)
    {
        foreach (var (key, value) in form)
        {
            if (key == name)
                return value;
        }

        return null;
    }

    private static string Decode(ReadOnlySpan<char> text)
    {
        var decoded = text.IndexOfAny('%', '+') < 0 ? text.ToString() : Unescape(text);

        // The answer is XML, which has no way to say a NUL.
        foreach (var character in decoded)
            if (!XmlConvert.IsXmlChar(character) && !char.IsSurrogate(character))
                throw Malformed("The request has a character that XML cannot have.");
        return decoded;
    }

    private static string Unescape(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAny('%', '+');
            if (plain < 0)
                plain = text.Length;
            length += Encoding.UTF8.GetBytes(text[..plain], bytes.AsSpan(length));
            text = text[plain..];
            if (text.IsEmpty)
                break;

            if (text[0] == '+')
            {
                bytes[length++] = (byte)' ';
                text = text[1..];
                continue;
            }

            if (text.Length < 3)
                throw Malformed("Incomplete trailing escape % sequence");
            if (
                !byte.TryParse(
                    text[1..3],
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out bytes[length++]
                )
            )
                throw Malformed($"Illegal hex character in escape % pattern: {text[..3]}");
            text = text[3..];
        }

        return Text(bytes.AsSpan(0, length));
    }

    private static string Text(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Strict.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("The request has bytes that are not UTF-8.");
        }
    }

    private static AwsException Malformed(string message) => new("MalformedQueryString", message);
}
