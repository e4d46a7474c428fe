using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Estiba.Contracts;

/// <summary>
/// The token of a list's next page: after which key it goes on, and a mark of the request that it is good for. As on AWS it is good for the same operation with the
/// same parameters alone: with others, a page would begin anywhere.
/// </summary>
public static class PagingToken
{
    private const int MarkLength = 8;

    /// <summary>The token after a page.</summary>
    /// <typeparam name="TRequest">The operation's request.</typeparam>
    /// <param name="after">The key of the page's last item; not empty.</param>
    /// <param name="request">The request, without what may differ from one page to the next: the token itself and the size of a page.</param>
    /// <param name="context">Who asks.</param>
    public static string Write<TRequest>(string after, TRequest request, CallContext context)
        where TRequest : IShape<TRequest> => Base64Url.EncodeToString([.. MarkOf(request, context), .. Encoding.UTF8.GetBytes(after)]);

    /// <summary>The key in a token; null where it is no token of such a request.</summary>
    /// <inheritdoc cref="Write"/>
    public static string? Read<TRequest>(string token, TRequest request, CallContext context)
        where TRequest : IShape<TRequest>
    {
        if (!Base64Url.IsValid(token)) return null;
        var bytes = Base64Url.DecodeFromChars(token).AsSpan();
        if (bytes.Length <= MarkLength || !bytes[..MarkLength].SequenceEqual(MarkOf(request, context)) || !Utf8.IsValid(bytes[MarkLength..])) return null;
        return Encoding.UTF8.GetString(bytes[MarkLength..]);
    }

    private static ReadOnlySpan<byte> MarkOf<TRequest>(TRequest request, CallContext context)
        where TRequest : IShape<TRequest>
    {
        var who = Encoding.UTF8.GetBytes($"{context.AccountId}/{context.Region}/{TRequest.Schema.Name}/");
        return SHA256.HashData([.. who, .. ShapeJson.ToUtf8(request)]).AsSpan(0, MarkLength);
    }
}
