using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests;

public sealed class LiveTailTests
{
    private const string Group = "arn:aws:logs:eu-west-1:123456789012:log-group:g";

    [Fact]
    public async Task A_session_begins_with_what_was_asked_for_and_updates_every_second()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await using var events = await StartAsync(world);

        (await events.MoveNextAsync()).ShouldBeTrue();
        events.Current.SessionStart!.LogGroupIdentifiers.ShouldBe([Group]);
        await world.SayAsync("s", "one", "two");

        var update = await NextAsync(world, events);
        update.SessionMetadata!.Sampled.ShouldBe(false);
        update.SessionResults!.Select(found => found.Message).ShouldBe(["one", "two"]);
        update.SessionResults![0].LogStreamName.ShouldBe("s");
        (await NextAsync(world, events)).SessionResults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_what_matches_the_pattern_and_the_streams_is_seen()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.CreateStreamAsync("g", "t");
        await using var events = await StartAsync(world, request =>
            request with
            {
                LogStreamNames = ["t"],
                LogEventFilterPattern = "ERROR",
            }
        );
        await events.MoveNextAsync();

        await world.SayAsync("s", "ERROR elsewhere");
        await world.SayAsync("t", "ERROR here", "fine");

        (await NextAsync(world, events)).SessionResults!.ShouldHaveSingleItem().Message.ShouldBe("ERROR here");
    }

    [Fact]
    public async Task More_than_an_update_can_have_is_sampled()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await using var events = await StartAsync(world);
        await events.MoveNextAsync();

        await world.SayAsync("s", [.. Enumerable.Range(0, 600).Select(number => $"{number}")]);

        var update = await NextAsync(world, events);
        (update.SessionMetadata!.Sampled, update.SessionResults!.Count).ShouldBe((true, 500));
    }

    [Fact]
    public async Task A_session_ends_after_three_hours()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await using var events = await StartAsync(world);
        await events.MoveNextAsync();

        var next = events.MoveNextAsync().AsTask();
        world.Time.Advance(TimeSpan.FromHours(3));

        var error = await Should.ThrowAsync<AwsException>(async () =>
        {
            await next;
            while (await events.MoveNextAsync()) { }
        });
        error.Code.ShouldBe("SessionTimeoutException");
    }

    [Fact]
    public async Task An_account_has_fifteen_sessions_at_once()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        var sessions = new List<IAsyncEnumerator<StartLiveTailResponseStream>>();
        for (var number = 0; number < 15; number++)
        {
            sessions.Add(await StartAsync(world));
            await sessions[^1].MoveNextAsync();
        }

        await LogsWorld.RefusedAsync(() => StartAsync(world), "LimitExceededException", "Resource limit exceeded.");
        await sessions[0].DisposeAsync();
        sessions[0] = await StartAsync(world);

        foreach (var session in sessions)
            await session.DisposeAsync();
    }

    [Fact]
    public async Task A_session_whose_events_nobody_reads_makes_way_for_another_after_a_minute()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        var unread = new List<IAsyncEnumerator<StartLiveTailResponseStream>>();
        for (var number = 0; number < 15; number++)
            unread.Add(await StartAsync(world));
        await LogsWorld.RefusedAsync(() => StartAsync(world), "LimitExceededException", "Resource limit exceeded.");

        world.Time.Advance(TimeSpan.FromSeconds(61));
        await using var next = await StartAsync(world);

        (await next.MoveNextAsync()).ShouldBeTrue();
        await LogsWorld.RefusedAsync(
            () => unread[0].MoveNextAsync().AsTask(),
            "SessionTimeoutException",
            "The session has ended: nobody has read its events."
        );
    }

    [Fact]
    public async Task Groups_are_named_by_arns_and_must_be_there()
    {
        await using var world = await LogsWorld.WithStreamAsync();

        await LogsWorld.RefusedAsync(
            () => StartAsync(world, request => request with { LogGroupIdentifiers = ["g"] }),
            "InvalidParameterException",
            "Log group identifiers must be ARNs."
        );
        await LogsWorld.NotFoundAsync(
            () => StartAsync(world, request => request with { LogGroupIdentifiers = [Group + "x"] }),
            "group"
        );
    }

    private static async Task<IAsyncEnumerator<StartLiveTailResponseStream>> StartAsync(
        LogsWorld world,
        Func<StartLiveTailRequest, StartLiveTailRequest>? change = null
    )
    {
        var request = new StartLiveTailRequest { LogGroupIdentifiers = [Group] };
        var answer = await world.Api.StartLiveTailAsync(change is null ? request : change(request), LogsWorld.Caller);
        return answer.ResponseStream!.GetAsyncEnumerator();
    }

    private static async Task<LiveTailSessionUpdate> NextAsync(
        LogsWorld world,
        IAsyncEnumerator<StartLiveTailResponseStream> events
    )
    {
        var next = events.MoveNextAsync().AsTask();
        world.Time.Advance(TimeSpan.FromSeconds(1));
        (await next).ShouldBeTrue();
        return events.Current.SessionUpdate!;
    }
}
