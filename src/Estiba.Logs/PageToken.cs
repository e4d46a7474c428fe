using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs;

/// <summary>The token of a listing: the key after which it goes on, in a form that callers do not take apart.</summary>
internal static class PageToken
{
    public static AwsException Invalid() => LogsErrors.InvalidParameterException("The specified nextToken is invalid.");

    public static string Encode(string after) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(after));

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: it is none of ours.</exception>
    public static string? Decode(string? token)
    {
        if (token is null) return null;
        var utf8 = Encoding.UTF8.GetBytes(token);
        var bytes = new byte[utf8.Length];
        if (!Base64Url.IsValid(utf8) || !Base64Url.TryDecodeFromUtf8(utf8, bytes, out var length) || length == 0 || !Utf8.IsValid(bytes.AsSpan(0, length))) throw Invalid();
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
