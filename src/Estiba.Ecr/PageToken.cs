using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Estiba.Contracts;
using Estiba.Ecr.Images;

namespace Estiba.Ecr;

/// <summary>One page of a list, and the token of the next one.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextToken);

/// <summary>What <c>nextToken</c> holds: the key of the last item that was given.</summary>
internal static class PageToken
{
    /// <summary>What AWS calls "returns up to 100 results".</summary>
    public const int DefaultSize = 100;

    /// <returns>Null for the first page.</returns>
    /// <exception cref="AwsException">The token is none of ours.</exception>
    public static string? Read(string? token)
    {
        if (token is null) return null;
        if (Base64Url.IsValid(token) && Base64Url.DecodeFromChars(token) is { Length: > 0 } key && Utf8.IsValid(key)) return Encoding.UTF8.GetString(key);
        throw ImageErrors.InvalidParameter("nextToken", "Invalid pagination token");
    }

    /// <summary>Takes a page from items that come in order, after the last one of the page before.</summary>
    public static Page<T> Take<T>(IEnumerable<T> items, int? size, Func<T, string> key)
    {
        var most = size ?? DefaultSize;
        var page = items.Take(most + 1).ToList();
        if (page.Count <= most) return new(page, null);

        page.RemoveAt(most);
        return new(page, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key(page[^1]))));
    }
}
