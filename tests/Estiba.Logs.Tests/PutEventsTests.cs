using Estiba.Contracts;

namespace Estiba.Logs.Tests;

public sealed class PutEventsTests
{
    [Fact]
    public async Task Events_go_into_a_stream_that_exists()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await LogsWorld.NotFoundAsync(() => world.PutAsync("other", "s", world.Event("x")), "group");
        await LogsWorld.NotFoundAsync(() => world.PutAsync("g", "other", world.Event("x")), "stream");
        var stored = await world.SayAsync("s", "x");
        stored.NextSequenceToken!.Length.ShouldBe(56);
        stored.RejectedLogEventsInfo.ShouldBeNull();
    }

    [Fact]
    public async Task A_batch_must_be_in_order_of_time()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await LogsWorld.RefusedAsync(
            () => world.PutAsync("g", "s", world.Event("b"), world.Event("a", TimeSpan.FromMilliseconds(-1))),
            "InvalidParameterException",
            "Log events in a single PutLogEvents request must be in chronological order."
        );
    }

    [Fact]
    public async Task A_batch_spans_a_day_at_most()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.PutAsync("g", "s", world.Event("a", TimeSpan.FromHours(-24)), world.Event("b"));
        await LogsWorld.RefusedAsync(
            () =>
                world.PutAsync(
                    "g",
                    "s",
                    world.Event("a", TimeSpan.FromHours(-24) - TimeSpan.FromMilliseconds(1)),
                    world.Event("b")
                ),
            "InvalidParameterException",
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        );
    }

    [Fact]
    public async Task A_batch_has_a_mebibyte_at_most_with_26_bytes_for_each_event()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.SayAsync("s", new string('x', 1_048_576 - 26));
        await world.SayAsync("s", new string('é', 262_144), new string('x', 524_288 - 2 * 26));
        await LogsWorld.RefusedAsync(
            () => world.SayAsync("s", new string('x', 1_048_576 - 25)),
            "InvalidParameterException",
            "Log event too large: 1048577 bytes exceeds limit of 1048576"
        );
        await LogsWorld.RefusedAsync(
            () => world.SayAsync("s", new string('é', 262_144), new string('x', 524_288 - 2 * 26 + 1)),
            "InvalidParameterException",
            "Upload too large: 1048577 bytes exceeds limit of 1048576"
        );
    }

    [Fact]
    public async Task Events_too_old_or_too_new_are_rejected_and_the_others_are_stored()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        var old = await world.PutAsync(
            "g",
            "s",
            world.Event("too old", -TimeSpan.FromDays(14) - TimeSpan.FromMilliseconds(1)),
            world.Event("just right", -TimeSpan.FromDays(14))
        );
        old.RejectedLogEventsInfo!.TooOldLogEventEndIndex.ShouldBe(1);
        old.RejectedLogEventsInfo.TooNewLogEventStartIndex.ShouldBeNull();

        var recent = await world.PutAsync(
            "g",
            "s",
            world.Event("fine", TimeSpan.FromHours(2)),
            world.Event("too new", TimeSpan.FromHours(2) + TimeSpan.FromMilliseconds(1))
        );
        recent.RejectedLogEventsInfo!.TooNewLogEventStartIndex.ShouldBe(1);
        recent.RejectedLogEventsInfo.TooOldLogEventEndIndex.ShouldBeNull();

        (await world.GetAsync()).Events!.Select(found => found.Message).ShouldBe(["just right", "fine"]);
    }

    [Fact]
    public async Task Events_beyond_the_retention_are_rejected()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.Api.PutRetentionPolicyAsync(new() { LogGroupName = "g", RetentionInDays = 1 }, LogsWorld.Caller);
        var stored = await world.PutAsync(
            "g",
            "s",
            world.Event("expired", TimeSpan.FromHours(-25)),
            world.Event("kept", TimeSpan.FromHours(-2))
        );
        stored.RejectedLogEventsInfo!.ExpiredLogEventEndIndex.ShouldBe(1);
        stored.RejectedLogEventsInfo.TooOldLogEventEndIndex.ShouldBeNull();
        (await world.GetAsync()).Events!.Select(found => found.Message).ShouldBe(["kept"]);
    }

    [Fact]
    public async Task A_batch_that_is_rejected_whole_is_answered_all_the_same()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        var stored = await world.PutAsync("g", "s", world.Event("too old", -TimeSpan.FromDays(15)));
        stored.RejectedLogEventsInfo!.TooOldLogEventEndIndex.ShouldBe(1);
        (await world.GetAsync()).Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_disk_is_said_and_the_stream_goes_on_when_there_is_room()
    {
        using var disk = new SmallDisk("800k");
        await using var world = await LogsWorld.OpenAsync(disk.Path);
        await world.CreateGroupAsync("g");
        await world.CreateStreamAsync("g", "s");
        await world.SayAsync("s", "before");

        var refused = await Should.ThrowAsync<AwsException>(() => world.SayAsync("s", new string('x', 1_040_000)));
        refused.Code.ShouldBe("ServiceUnavailableException");
        refused.Message.ShouldBe("The log events could not be stored, none of them was: No space left on device");
        refused.StatusCode.ShouldBe(503);

        await world.SayAsync("s", "small enough");
        disk.Grow("4m");
        await world.SayAsync("s", new string('x', 1_000_000));
        (await world.GetAsync(request => request with { Limit = 2 }))
            .Events!.Select(found => found.Message)
            .ShouldBe(["before", "small enough"]);
    }

    [Fact]
    public async Task The_sequence_token_is_ignored()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        for (var i = 0; i < 2; i++)
        {
            await world.Api.PutLogEventsAsync(
                new()
                {
                    LogGroupName = "g",
                    LogStreamName = "s",
                    SequenceToken = "whatever",
                    LogEvents = [world.Event("x")],
                },
                LogsWorld.Caller
            );
        }

        (await world.GetAsync()).Events!.Count.ShouldBe(2);
    }
}
