namespace Estiba.Files.Tests.Segments;

public sealed class MergePlanTests
{
    private const long Target = 64 << 20;

    [Fact]
    public void Four_small_neighbours_are_merged() =>
        MergePlan.Next([Of(1000), Of(2000), Of(1000), Of(500)], Target, long.MaxValue).ShouldBe((0, 4));

    [Fact]
    public void Three_are_left_alone() =>
        MergePlan.Next([Of(1000), Of(2000), Of(1000)], Target, long.MaxValue).Count.ShouldBe(0);

    [Fact]
    public void Full_segments_stay_and_those_behind_them_are_merged() =>
        MergePlan.Next([Of(Target), Of(1000), Of(1000), Of(1000), Of(1000)], Target, long.MaxValue).ShouldBe((1, 4));

    [Fact]
    public void A_merge_spans_no_more_than_allowed() =>
        MergePlan
            .Next([Of(1, 0), Of(1, 50), Of(1, 200), Of(1, 210), Of(1, 220), Of(1, 230)], Target, longestSpan: 100)
            .ShouldBe((2, 4));

    [Fact]
    public void Any_history_of_segments_settles_with_few_of_them()
    {
        var random = new Random(5);
        var segments = new List<SegmentSummary>();
        long written = 0,
            total = 0;
        for (var i = 0; i < 3000; i++)
        {
            segments.Add(Of(random.Next(1, 1 << 20)));
            total += segments[^1].RawBytes;
            while (MergePlan.Next(segments, Target, long.MaxValue) is { Count: > 0 } plan)
            {
                var merged = Of(segments.Skip(plan.Start).Take(plan.Count).Sum(segment => segment.RawBytes));
                merged.RawBytes.ShouldBeLessThanOrEqualTo(Target);
                written += merged.RawBytes;
                segments.RemoveRange(plan.Start, plan.Count);
                segments.Insert(plan.Start, merged);
            }
        }

        ((long)segments.Count).ShouldBeLessThan(2 * total / Target + 30);
        written.ShouldBeLessThan(6 * total);
    }

    private static SegmentSummary Of(long bytes, long timestamp = 0) =>
        new(timestamp, timestamp, 1, 1, 1, bytes, bytes);
}
