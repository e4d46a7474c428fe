using System.Buffers;
using System.Globalization;
using System.Text;

namespace Estiba.Compute.UserData.Shell;

/// <summary>The output of <c>echo</c> and <c>printf</c>.</summary>
internal static class ShellText
{
    private static readonly SearchValues<char> Conversions = SearchValues.Create("sdibqfxc%");

    public static string Echo(IReadOnlyList<string> arguments)
    {
        var (newline, escapes, first) = (true, false, 0);
        for (; first < arguments.Count && IsEchoOption(arguments[first]); first++)
        {
            newline &= !arguments[first].Contains('n', StringComparison.Ordinal);
            escapes = arguments[first].LastIndexOfAny(['e', 'E']) is var at and >= 0
                ? arguments[first][at] == 'e'
                : escapes;
        }
        var text = string.Join(' ', arguments.Skip(first));
        return (escapes ? Unescape(text) : text) + (newline ? "\n" : "");
    }

    /// <summary>The format is used again while arguments are left, as the shell's printf does.</summary>
    public static string Printf(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0)
            return "";
        var format = Unescape(arguments[0]);
        var output = new StringBuilder();
        var next = 1;
        do
        {
            var before = next;
            for (var at = 0; at < format.Length; at++)
            {
                if (format[at] != '%' || at + 1 == format.Length)
                {
                    output.Append(format[at]);
                    continue;
                }
                var conversion = format.AsSpan(at + 1).IndexOfAny(Conversions) is var length and >= 0
                    ? at + 1 + length
                    : format.Length - 1;
                if (format[conversion] == '%')
                    output.Append('%');
                else if (next < arguments.Count)
                    output.Append(format[conversion] == 'b' ? Unescape(arguments[next++]) : arguments[next++]);
                at = conversion;
            }
            if (next == before)
                break;
        } while (next < arguments.Count);
        return output.ToString();
    }

    private static bool IsEchoOption(string argument) =>
        argument.Length > 1 && argument[0] == '-' && argument.AsSpan(1).IndexOfAnyExcept("neE") < 0;

    private static string Unescape(string text)
    {
        var output = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '\\' || at + 1 == text.Length)
            {
                output.Append(text[at]);
                continue;
            }
            at++;
            if (
                text[at] == 'x'
                && at + 2 < text.Length
                && byte.TryParse(
                    text.AsSpan(at + 1, 2),
                    NumberStyles.HexNumber,
                    CultureInfo.InvariantCulture,
                    out var code
                )
            )
            {
                output.Append((char)code);
                at += 2;
                continue;
            }
            output.Append(
                text[at] switch
                {
                    'n' => "\n",
                    't' => "\t",
                    'r' => "\r",
                    '\\' => "\\",
                    '"' => "\"",
                    var other => $"\\{other}",
                }
            );
        }
        return output.ToString();
    }
}
