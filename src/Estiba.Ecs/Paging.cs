using System.Runtime.CompilerServices;
using System.Text;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs;

/// <summary>Cuts a list that is ordered by key into pages, whose token names the last key of the page and the operation that it is good for.</summary>
internal static class Paging
{
    /// <summary>The key that a token names; null without a token.</summary>
    /// <exception cref="Contracts.AwsException"><c>InvalidParameterException</c>: it is no token of this operation.</exception>
    internal static string? After(string? nextToken, [CallerMemberName] string operation = "")
    {
        if (nextToken is null) return null;
        var bytes = new byte[nextToken.Length];
        var text = Convert.TryFromBase64String(nextToken, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        return text.StartsWith(operation + "/", StringComparison.Ordinal) ? text[(operation.Length + 1)..] : throw EcsErrors.InvalidParameterException("Invalid token " + nextToken);
    }

    /// <summary>The number of items of a page.</summary>
    /// <exception cref="Contracts.AwsException"><c>InvalidParameterException</c>: it is not from 1 to the most there may be.</exception>
    internal static int Size(int? maxResults, int most = 100) =>
        maxResults is null || (maxResults >= 1 && maxResults <= most)
            ? maxResults ?? most
            : throw EcsErrors.InvalidParameterException($"maxResults must be between 1 and {most}");

    /// <summary>One page and the token of the next, which is null on the last page.</summary>
    internal static (IReadOnlyList<T> Items, string? NextToken) Page<T>(IEnumerable<T> afterToken, int size, Func<T, string> key, [CallerMemberName] string operation = "")
    {
        var items = afterToken.Take(size + 1).ToList();
        if (items.Count <= size) return (items, null);
        items.RemoveAt(size);
        return (items, Convert.ToBase64String(Encoding.UTF8.GetBytes($"{operation}/{key(items[^1])}")));
    }
}
