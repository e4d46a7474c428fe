using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests;

public sealed class GetEventsTests
{
    [Fact]
    public async Task An_event_has_its_time_its_message_and_when_it_arrived()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.PutAsync("g", "s", world.Event("héllo", TimeSpan.FromSeconds(-3)));
        (await world.GetAsync())
            .Events.ShouldHaveSingleItem()
            .ShouldBe(
                new OutputLogEvent
                {
                    Timestamp = world.Time.Milliseconds - 3000,
                    Message = "héllo",
                    IngestionTime = world.Time.Milliseconds,
                }
            );
    }

    [Fact]
    public async Task The_group_and_the_stream_must_exist()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await LogsWorld.NotFoundAsync(
            () => world.GetAsync(request => request with { LogGroupName = "other" }),
            "group"
        );
        await LogsWorld.NotFoundAsync(
            () => world.GetAsync(request => request with { LogStreamName = "other" }),
            "stream"
        );
    }

    [Fact]
    public async Task The_start_is_included_and_the_end_is_not()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutNumbersAsync(world, 5);
        var at = world.Time.Milliseconds;
        Messages(await world.GetAsync(request => request with { StartTime = at + 1, EndTime = at + 3 }))
            .ShouldBe("1 2");
        Messages(await world.GetAsync(request => request with { StartTime = at + 3, EndTime = at + 3 })).ShouldBe("");
        Messages(await world.GetAsync(request => request with { StartTime = at + 3, EndTime = 0 })).ShouldBe("");
    }

    [Fact]
    public async Task Without_startFromHead_the_latest_events_come_first_and_paging_goes_backwards()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutNumbersAsync(world, 7);

        var page = await world.GetAsync(request => request with { StartFromHead = null, Limit = 3 });
        Messages(page).ShouldBe("4 5 6");
        page = await world.GetAsync(request =>
            request with
            {
                StartFromHead = null,
                Limit = 3,
                NextToken = page.NextBackwardToken,
            }
        );
        Messages(page).ShouldBe("1 2 3");
        page = await world.GetAsync(request =>
            request with
            {
                StartFromHead = null,
                Limit = 3,
                NextToken = page.NextBackwardToken,
            }
        );
        Messages(page).ShouldBe("0");
        var end = await world.GetAsync(request =>
            request with
            {
                StartFromHead = null,
                Limit = 3,
                NextToken = page.NextBackwardToken,
            }
        );
        Messages(end).ShouldBe("");
        end.NextBackwardToken.ShouldBe(page.NextBackwardToken);
    }

    [Fact]
    public async Task At_the_end_the_same_token_comes_back_and_later_it_finds_what_arrived_since()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutNumbersAsync(world, 5);

        var page = await world.GetAsync(request => request with { Limit = 3 });
        Messages(page).ShouldBe("0 1 2");
        page.NextForwardToken!.ShouldStartWith("f/");
        page.NextBackwardToken!.ShouldStartWith("b/");
        page = await world.GetAsync(request => request with { Limit = 3, NextToken = page.NextForwardToken });
        Messages(page).ShouldBe("3 4");
        var end = await world.GetAsync(request => request with { Limit = 3, NextToken = page.NextForwardToken });
        Messages(end).ShouldBe("");
        end.NextForwardToken.ShouldBe(page.NextForwardToken);

        await world.PutAsync("g", "s", world.Event("late", TimeSpan.FromMilliseconds(10)));
        Messages(await world.GetAsync(request => request with { NextToken = end.NextForwardToken })).ShouldBe("late");
    }

    [Fact]
    public async Task From_either_end_one_can_turn_round()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutNumbersAsync(world, 4);
        var last = await world.GetAsync();
        var end = await world.GetAsync(request => request with { NextToken = last.NextForwardToken });
        Messages(await world.GetAsync(request => request with { NextToken = end.NextBackwardToken, Limit = 2 }))
            .ShouldBe("2 3");

        var start = await world.GetAsync(request => request with { NextToken = last.NextBackwardToken });
        Messages(start).ShouldBe("");
        Messages(await world.GetAsync(request => request with { NextToken = start.NextForwardToken, Limit = 2 }))
            .ShouldBe("0 1");
    }

    [Fact]
    public async Task The_tokens_of_an_empty_stream_find_what_arrives_later()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        foreach (var startFromHead in new[] { true, false })
        {
            var empty = await world.GetAsync(request => request with { StartFromHead = startFromHead });
            Messages(empty).ShouldBe("");
            await world.SayAsync("s", "x");
            Messages(await world.GetAsync(request => request with { NextToken = empty.NextForwardToken, Limit = 1 }))
                .ShouldBe("x");
            await world.Api.DeleteLogStreamAsync(new() { LogGroupName = "g", LogStreamName = "s" }, LogsWorld.Caller);
            await world.CreateStreamAsync("g", "s");
        }
    }

    [Fact]
    public async Task Events_of_one_millisecond_are_paged_without_loss()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.SayAsync("s", [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);
        var (found, token) = (new List<string>(), default(string));
        for (var i = 0; i < 6; i++)
        {
            var page = await world.GetAsync(request => request with { Limit = 2, NextToken = token });
            found.Add(Messages(page));
            token = page.NextForwardToken;
        }

        found.ShouldBe(["0 1", "2 3", "4 5", "6 7", "8 9", ""]);
    }

    [Fact]
    public async Task A_page_has_a_mebibyte_at_most()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        for (var i = 0; i < 3; i++)
            await world.SayAsync("s", new string('x', 500_000));
        (await world.GetAsync()).Events!.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("f/")]
    [InlineData("f/123/s")]
    [InlineData("g/00000177236640000018580312345678901234567890123456789012/s")]
    public async Task A_token_that_is_none_is_refused(string token)
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await LogsWorld.RefusedAsync(
            () => world.GetAsync(request => request with { NextToken = token }),
            "InvalidParameterException",
            "The specified nextToken is invalid."
        );
    }

    private static Task PutNumbersAsync(LogsWorld world, int count) =>
        world.PutAsync(
            "g",
            "s",
            [.. Enumerable.Range(0, count).Select(i => world.Event($"{i}", TimeSpan.FromMilliseconds(i)))]
        );

    private static string Messages(GetLogEventsResponse page) =>
        string.Join(' ', page.Events!.Select(found => found.Message));
}
