using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests;

public sealed class FilterEventsTests
{
    [Fact]
    public async Task Events_of_all_streams_come_in_order_of_time_with_their_streams_and_ids()
    {
        await using var world = await WithTwoStreamsAsync();
        var found = await world.FilterAsync();
        found
            .Events!.Select(item => $"{item.LogStreamName}:{item.Message}")
            .ShouldBe(["s:0 even", "t:1 odd", "s:2 even", "t:3 odd"]);
        found.Events!.Select(item => item.EventId).Distinct().Count().ShouldBe(4);
        found.Events!.ShouldAllBe(item => item.EventId!.Length == 56 && item.IngestionTime == world.Time.Milliseconds);
        found.SearchedLogStreams.ShouldBeEmpty();
        found.NextToken.ShouldBeNull();
    }

    [Fact]
    public async Task An_events_id_stays_the_same()
    {
        await using var world = await WithTwoStreamsAsync();
        var before = await world.FilterAsync();
        await world.CleanAsync();
        await world.ReopenAsync();
        (await world.FilterAsync())
            .Events!.Select(item => item.EventId)
            .ShouldBe(before.Events!.Select(item => item.EventId));
    }

    [Fact]
    public async Task Streams_are_chosen_by_name_or_prefix()
    {
        await using var world = await WithTwoStreamsAsync();
        Messages(await world.FilterAsync(request => request with { LogStreamNames = ["t"] })).ShouldBe("1 odd|3 odd");
        Messages(await world.FilterAsync(request => request with { LogStreamNamePrefix = "s" }))
            .ShouldBe("0 even|2 even");
        Messages(await world.FilterAsync(request => request with { LogStreamNamePrefix = "x" })).ShouldBe("");
        await LogsWorld.NotFoundAsync(
            () => world.FilterAsync(request => request with { LogStreamNames = ["x"] }),
            "stream"
        );
        await LogsWorld.RefusedAsync(
            () => world.FilterAsync(request => request with { LogStreamNames = ["s"], LogStreamNamePrefix = "s" }),
            "InvalidParameterException",
            "logStreamNames and logStreamNamePrefix are mutually exclusive parameters."
        );
    }

    [Fact]
    public async Task Both_ends_of_the_time_are_included()
    {
        await using var world = await WithTwoStreamsAsync();
        var at = world.Time.Milliseconds;
        Messages(await world.FilterAsync(request => request with { StartTime = at + 1, EndTime = at + 2 }))
            .ShouldBe("1 odd|2 even");
    }

    [Fact]
    public async Task Only_events_that_match_the_pattern_are_found_page_by_page()
    {
        await using var world = await WithTwoStreamsAsync();
        var first = await world.FilterAsync(request => request with { FilterPattern = "odd", Limit = 1 });
        Messages(first).ShouldBe("1 odd");
        var second = await world.FilterAsync(request =>
            request with
            {
                FilterPattern = "odd",
                Limit = 1,
                NextToken = first.NextToken,
            }
        );
        Messages(second).ShouldBe("3 odd");
        second.NextToken.ShouldBeNull();
    }

    [Fact]
    public async Task A_pattern_that_is_none_is_refused()
    {
        await using var world = await WithTwoStreamsAsync();
        await LogsWorld.RefusedAsync(
            () => world.FilterAsync(request => request with { FilterPattern = "a:b" }),
            "InvalidParameterException",
            "Invalid character(s) in term ':'"
        );
    }

    [Fact]
    public async Task A_token_of_another_group_is_refused()
    {
        await using var world = await WithTwoStreamsAsync();
        await world.CreateGroupAsync("h");
        var first = await world.FilterAsync(request => request with { Limit = 1 });
        await LogsWorld.RefusedAsync(
            () => world.FilterAsync(request => request with { LogGroupName = "h", NextToken = first.NextToken }),
            "InvalidParameterException",
            "The specified nextToken is invalid."
        );
    }

    [Fact]
    public async Task A_token_of_another_search_or_listing_is_refused()
    {
        await using var world = await WithTwoStreamsAsync();
        var first = await world.FilterAsync(request => request with { FilterPattern = "odd", Limit = 1 });
        var streams = await world.Api.DescribeLogStreamsAsync(
            new DescribeLogStreamsRequest { LogGroupName = "g", Limit = 1 },
            LogsWorld.Caller
        );

        await RefusedAsync(() =>
            world.FilterAsync(request => request with { FilterPattern = "even", NextToken = first.NextToken })
        );
        await RefusedAsync(() => world.FilterAsync(request => request with { NextToken = streams.NextToken }));
        await RefusedAsync(() =>
            world.Api.DescribeLogStreamsAsync(
                new DescribeLogStreamsRequest
                {
                    LogGroupName = "g",
                    Descending = true,
                    NextToken = streams.NextToken,
                },
                LogsWorld.Caller
            )
        );
        await RefusedAsync(() =>
            world.Api.DescribeLogGroupsAsync(
                new DescribeLogGroupsRequest { NextToken = streams.NextToken },
                LogsWorld.Caller
            )
        );

        static Task RefusedAsync(Func<Task> call) =>
            LogsWorld.RefusedAsync(call, "InvalidParameterException", "The specified nextToken is invalid.");
    }

    [Fact]
    public async Task Who_moves_the_start_on_while_paging_gets_the_next_page()
    {
        await using var world = await WithTwoStreamsAsync();
        var first = await world.FilterAsync(request => request with { FilterPattern = "odd", Limit = 1 });
        var second = await world.FilterAsync(request =>
            request with
            {
                FilterPattern = "odd",
                StartTime = world.Time.Milliseconds + 1,
                NextToken = first.NextToken,
            }
        );
        Messages(second).ShouldBe("3 odd");
    }

    [Fact]
    public async Task Tailing_shows_every_event_once()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        var tail = new Tail(world);
        var written = 0;
        for (var round = 0; round < 12; round++)
        {
            if (round % 4 > 0)
                await world.SayAsync("s", [.. Enumerable.Range(0, round % 4 * 2).Select(_ => $"{written++}")]);
            if (round % 3 == 0)
                world.Time.Advance(TimeSpan.FromMilliseconds(5));
            await tail.PollAsync();
        }

        tail.Seen.ShouldBe([.. Enumerable.Range(0, written).Select(i => $"{i}")]);
    }

    private static async Task<LogsWorld> WithTwoStreamsAsync()
    {
        var world = await LogsWorld.WithStreamAsync();
        await world.CreateStreamAsync("g", "t");
        for (var i = 0; i < 4; i++)
            await world.PutAsync(
                "g",
                i % 2 == 0 ? "s" : "t",
                world.Event($"{i} {(i % 2 == 0 ? "even" : "odd")}", TimeSpan.FromMilliseconds(i))
            );
        return world;
    }

    private static string Messages(FilterLogEventsResponse page) =>
        string.Join('|', page.Events!.Select(found => found.Message));

    /// <summary>
    /// Follows a group as <c>aws logs tail --follow</c> does: from the newest timestamp that it saw, leaving out the
    /// ids that it knows.
    /// </summary>
    private sealed class Tail(LogsWorld world)
    {
        private long _start = world.Time.Milliseconds - 600_000;
        private Dictionary<long, HashSet<string>> _known = [];

        internal List<string> Seen { get; } = [];

        internal async Task PollAsync()
        {
            string? token = null;
            do
            {
                var page = await world.FilterAsync(request =>
                    request with
                    {
                        StartTime = _start,
                        Interleaved = true,
                        NextToken = token,
                        Limit = 3,
                    }
                );
                foreach (var item in page.Events!)
                {
                    if (!_known.TryGetValue(item.Timestamp!.Value, out var ids))
                        _known[item.Timestamp.Value] = ids = [];
                    if (ids.Add(item.EventId!))
                        Seen.Add(item.Message!);
                }

                token = page.NextToken;
            } while (token is not null);

            if (_known.Count == 0)
                return;
            _start = _known.Keys.Max();
            _known = new() { [_start] = _known[_start] };
        }
    }
}
