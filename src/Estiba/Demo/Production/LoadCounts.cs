using System.Collections.Immutable;

namespace Estiba.Demo.Production;

/// <summary>What became of the requests of a client.</summary>
/// <param name="ByStatus">How many were answered with which status.</param>
/// <param name="ByPage">How many of those that went well were answered with which page.</param>
/// <param name="Unanswered">How many got no answer, or not in time.</param>
/// <param name="Slowest">How long the slowest answer took.</param>
internal sealed record LoadCounts(
    ImmutableSortedDictionary<int, int> ByStatus,
    ImmutableSortedDictionary<string, int> ByPage,
    int Unanswered,
    TimeSpan Slowest
)
{
    internal static readonly LoadCounts None = new(
        ImmutableSortedDictionary<int, int>.Empty,
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal),
        0,
        TimeSpan.Zero
    );

    /// <summary>All requests whose end is known.</summary>
    internal int Requests => ByStatus.Values.Sum() + Unanswered;

    /// <summary>Those that did not go well: no answer, or another status than 2xx.</summary>
    internal int Failed => Requests - ByPage.Values.Sum();

    /// <summary>The part of the requests since an earlier count that a page answered, in percent.</summary>
    internal double PercentSince(LoadCounts before, string page)
    {
        var requests = Requests - before.Requests;
        var pages = ByPage.GetValueOrDefault(page) - before.ByPage.GetValueOrDefault(page);
        return requests == 0 ? 0 : 100d * pages / requests;
    }

    /// <summary>And one more that was answered.</summary>
    /// <param name="status">The status.</param>
    /// <param name="page">The page; null where it did not go well.</param>
    /// <param name="took">How long it took.</param>
    internal LoadCounts Answered(int status, string? page, TimeSpan took) =>
        this with
        {
            ByStatus = ByStatus.SetItem(status, ByStatus.GetValueOrDefault(status) + 1),
            ByPage = page is null ? ByPage : ByPage.SetItem(page, ByPage.GetValueOrDefault(page) + 1),
            Slowest = took > Slowest ? took : Slowest,
        };

    /// <summary>And one more that was not answered.</summary>
    internal LoadCounts Lost() => this with { Unanswered = Unanswered + 1 };

    public static LoadCounts operator +(LoadCounts one, LoadCounts other) =>
        new(
            other.ByStatus.Aggregate(one.ByStatus, (sum, each) =>
                sum.SetItem(each.Key, sum.GetValueOrDefault(each.Key) + each.Value)
            ),
            other.ByPage.Aggregate(one.ByPage, (sum, each) =>
                sum.SetItem(each.Key, sum.GetValueOrDefault(each.Key) + each.Value)
            ),
            one.Unanswered + other.Unanswered,
            one.Slowest > other.Slowest ? one.Slowest : other.Slowest
        );
}
