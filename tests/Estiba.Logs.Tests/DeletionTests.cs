using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests;

/// <summary>What follows the deletion of a log group or a log stream.</summary>
public sealed class DeletionTests
{
    [Fact]
    public async Task A_deletion_is_remembered_until_nothing_is_left_of_the_events()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.CreateGroupAsync("kept");
        await world.CreateStreamAsync("kept", "s");
        await world.SayAsync("s", "in a group that goes");
        await world.PutAsync("kept", "s", world.Event("in a stream that goes"));
        await world.CleanAsync();

        await world.Api.DeleteLogGroupAsync(new DeleteLogGroupRequest { LogGroupName = "g" }, LogsWorld.Caller);
        await world.Api.DeleteLogStreamAsync(
            new DeleteLogStreamRequest { LogGroupName = "kept", LogStreamName = "s" },
            LogsWorld.Caller
        );
        world.Remembered.ShouldBe((1, 1));

        await world.CleanAsync();
        world.Remembered.ShouldBe((1, 1), "a call that began before the deletion may still write");
        world.Time.Advance(TimeSpan.FromHours(2));
        await world.CleanAsync();
        world.Remembered.ShouldBe((0, 0));
        world.Segments().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_group_that_was_deleted_just_before_a_crash_is_cleared_away_at_the_next_start()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.SayAsync("s", "a");
        await world.CleanAsync();
        var segment = world.Segments().ShouldHaveSingleItem();
        var content = await File.ReadAllBytesAsync(segment);
        await world.Api.DeleteLogGroupAsync(new DeleteLogGroupRequest { LogGroupName = "g" }, LogsWorld.Caller);
        await world.CleanAsync();

        // As if the process had ended before the directory was deleted.
        Directory.CreateDirectory(Path.GetDirectoryName(segment)!);
        await File.WriteAllBytesAsync(segment, content);
        await world.ReopenAsync();

        Directory.Exists(Path.GetDirectoryName(segment)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_group_of_the_same_name_has_neither_events_nor_tags_nor_retention_of_the_deleted_one()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.SayAsync("s", "old");
        await world.Api.PutRetentionPolicyAsync(
            new PutRetentionPolicyRequest { LogGroupName = "g", RetentionInDays = 7 },
            LogsWorld.Caller
        );
        await world.Api.TagResourceAsync(
            new TagResourceRequest
            {
                ResourceArn = "arn:aws:logs:eu-west-1:123456789012:log-group:g",
                Tags = new Dictionary<string, string> { ["a"] = "b" },
            },
            LogsWorld.Caller
        );
        await world.Api.DeleteLogGroupAsync(new DeleteLogGroupRequest { LogGroupName = "g" }, LogsWorld.Caller);

        await world.CreateGroupAsync("g");
        await world.CreateStreamAsync("g", "s");

        (await world.GetAsync()).Events.ShouldBeEmpty();
        var group = (
            await world.Api.DescribeLogGroupsAsync(new DescribeLogGroupsRequest(), LogsWorld.Caller)
        ).LogGroups!.Single();
        group.RetentionInDays.ShouldBeNull();
        (
            await world.Api.ListTagsForResourceAsync(
                new ListTagsForResourceRequest { ResourceArn = "arn:aws:logs:eu-west-1:123456789012:log-group:g" },
                LogsWorld.Caller
            )
        ).Tags.ShouldBeEmpty();
    }
}
