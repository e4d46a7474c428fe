using System.Text;
using System.Xml;
using Estiba.Contracts;

namespace Estiba.Gateway.Operations;

/// <summary>The names and values of a form, from a body or from a query string.</summary>
internal static class FormBody
{
    /// <summary>How many parameters a request may have.</summary>
    public const int MaxParameters = 10_000;

    /// <exception cref="AwsException"><c>MalformedQueryString</c>: there are too many parameters, or a character that no answer could repeat.</exception>
    public static List<KeyValuePair<string, string>> Parse(ReadOnlySpan<char> text)
    {
        var form = new List<KeyValuePair<string, string>>();
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            if (pair.IsEmpty)
                continue;
            if (form.Count == MaxParameters)
                throw new AwsException("MalformedQueryString", $"The request has more than {MaxParameters} parameters.");

            var equals = pair.IndexOf('=');
            form.Add(equals < 0 ? new(Decode(pair), "") : new(Decode(pair[..equals]), Decode(pair[(equals + 1)..])));
        }

        return form;
    }

    public static List<KeyValuePair<string, string>> Parse(ReadOnlySpan<byte> body) => Parse(Encoding.UTF8.GetString(body));

    public static string? Find(List<KeyValuePair<string, string>> form, string name)
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
        var decoded = text.IndexOfAny('%', '+') < 0 ? text.ToString() : Uri.UnescapeDataString(text.ToString().Replace('+', ' '));

        // The answer is XML, which has no way to say a NUL.
        foreach (var character in decoded)
            if (!XmlConvert.IsXmlChar(character) && !char.IsSurrogate(character)) throw new AwsException("MalformedQueryString", "The request has a character that XML cannot have.");
        return decoded;
    }
}
