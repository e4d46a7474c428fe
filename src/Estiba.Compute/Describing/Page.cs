using System.Text;
using Estiba.Contracts;

namespace Estiba.Compute.Describing;

/// <summary>A page of a list, and the token that asks for the next.</summary>
internal readonly record struct Page<T>(IReadOnlyList<T> Items, string? NextToken);

/// <summary>Cuts ordered lists into pages. The token is the last item's key, so what comes or goes between two pages neither repeats nor hides others.</summary>
internal static class Page
{
    /// <param name="items">All that match, in the order of their keys.</param>
    /// <param name="most">MaxResults; null for all in one page.</param>
    /// <param name="token">NextToken of the page before.</param>
    /// <param name="key">An item's key, compared ordinally.</param>
    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: no token of ours.</exception>
    public static Page<T> Of<T>(IEnumerable<T> items, int? most, string? token, Func<T, string> key)
    {
        if (!string.IsNullOrEmpty(token))
        {
            var after = Decode(token);
            items = items.SkipWhile(item => string.CompareOrdinal(key(item), after) <= 0);
        }
        if (most is null) return new([.. items], null);

        var page = items.Take(most.Value + 1).ToList();
        if (page.Count <= most) return new(page, null);
        page.RemoveAt(most.Value);
        return new(page, Encode(key(page[^1])));
    }

    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: out of range.</exception>
    public static void CheckMaxResults(int? most, int least = 5, int greatest = 1000)
    {
        if (most < least)
            throw new AwsException("InvalidParameterValue", $"Value ( {most} ) for parameter maxResults is invalid. Expecting a value greater than {least}.");
        if (most > greatest)
            throw new AwsException("InvalidParameterValue", $"Value ( {most} ) for parameter maxResults is invalid. Expecting a value less than {greatest}.");
    }

    private static string Encode(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes("1:" + key));

    private static string Decode(string token)
    {
        var bytes = new byte[token.Length];
        if (Convert.TryFromBase64String(token, bytes, out var length) && length > 2 && bytes[0] == '1' && bytes[1] == ':')
            return Encoding.UTF8.GetString(bytes, 2, length - 2);
        throw new AwsException("InvalidParameterValue", "Unable to parse pagination token");
    }
}
