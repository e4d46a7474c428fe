using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Estiba.Contracts;

/// <summary>
/// The token of a list's next page: after which key it goes on, and a mark of the request that it is good for. As on
/// AWS it is good for the same operation with the same parameters alone: with others, a page would begin anywhere.
/// </summary>
public static class PagingToken
{
    private const int MarkLength = 8;

    /// <summary>What may differ from one page to the next, as AWS's services call it.</summary>
    private static readonly FrozenSet<string> OfPages = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "NextToken",
        "Marker",
        "MaxResults",
        "MaxItems",
        "MaxRecords",
        "PageSize",
        "Limit",
        "DryRun"
    );

    /// <summary>The token after a page.</summary>
    /// <typeparam name="TRequest">The operation's request.</typeparam>
    /// <param name="after">The key of the page's last item; not empty.</param>
    /// <param name="request">The request, with whatever token and size of a page.</param>
    /// <param name="context">Who asks.</param>
    public static string Write<TRequest>(string after, TRequest request, CallContext context)
        where TRequest : IShape<TRequest> =>
        Base64Url.EncodeToString([.. MarkOf(request, context), .. Encoding.UTF8.GetBytes(after)]);

    /// <summary>The key in a token; null where it is no token of such a request.</summary>
    /// <inheritdoc cref="Write"/>
    public static string? Read<TRequest>(string token, TRequest request, CallContext context)
        where TRequest : IShape<TRequest>
    {
        if (!Base64Url.IsValid(token))
            return null;
        var bytes = Base64Url.DecodeFromChars(token).AsSpan();
        if (
            bytes.Length <= MarkLength
            || !bytes[..MarkLength].SequenceEqual(MarkOf(request, context))
            || !Utf8.IsValid(bytes[MarkLength..])
        )
            return null;
        return Encoding.UTF8.GetString(bytes[MarkLength..]);
    }

    /// <summary>One page of a list, and the token of the next; null on the last page.</summary>
    /// <typeparam name="T">What is listed.</typeparam>
    /// <typeparam name="TRequest">The operation's request.</typeparam>
    /// <param name="items">What follows the page before, in the order of the keys.</param>
    /// <param name="size">How many a page has.</param>
    /// <param name="key">An item's key; not empty.</param>
    /// <param name="request">The request, with whatever token and size of a page.</param>
    /// <param name="context">Who asks.</param>
    public static (IReadOnlyList<T> Items, string? NextToken) Cut<T, TRequest>(
        IEnumerable<T> items,
        int size,
        Func<T, string> key,
        TRequest request,
        CallContext context
    )
        where TRequest : IShape<TRequest>
    {
        ArgumentNullException.ThrowIfNull(key);
        var page = items.Take(size + 1).ToList();
        if (page.Count <= size)
            return (page, null);
        page.RemoveAt(size);
        return (page, Write(key(page[^1]), request, context));
    }

    private static ReadOnlySpan<byte> MarkOf<TRequest>(TRequest request, CallContext context)
        where TRequest : IShape<TRequest>
    {
        var who = Encoding.UTF8.GetBytes($"{context.AccountId}/{context.Region}/{TRequest.Schema.Name}/");
        return SHA256.HashData([.. who, .. ListOf(request)]).AsSpan(0, MarkLength);
    }

    // The request as JSON, without what may differ from one page to the next.
    private static List<byte> ListOf(IShape request)
    {
        var json = ShapeJson.ToUtf8(request);
        var list = new List<byte>(json.Length) { (byte)'{' };
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var begin = (int)reader.TokenStartIndex;
            var isOfPages = OfPages.Contains(reader.GetString()!);
            reader.Read();
            reader.Skip();
            if (isOfPages)
                continue;
            if (list.Count > 1)
                list.Add((byte)',');
            list.AddRange(json.AsSpan(begin, (int)reader.BytesConsumed - begin));
        }

        list.Add((byte)'}');
        return list;
    }
}
