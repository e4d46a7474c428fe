using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests;

public sealed class StreamTests
{
    [Fact]
    public async Task A_stream_is_described_with_the_times_of_its_events()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        var created = world.Time.Milliseconds;
        var empty = (await DescribeAsync(world)).LogStreams!.ShouldHaveSingleItem();
        empty.FirstEventTimestamp.ShouldBeNull();
        empty.LastEventTimestamp.ShouldBeNull();
        empty.LastIngestionTime.ShouldBeNull();

        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.PutAsync(
            "g",
            "s",
            world.Event("a", TimeSpan.FromSeconds(-9)),
            world.Event("b", TimeSpan.FromSeconds(-5))
        );
        await world.ReopenAsync();
        var stream = (await DescribeAsync(world)).LogStreams!.ShouldHaveSingleItem();
        stream.LogStreamName.ShouldBe("s");
        stream.CreationTime.ShouldBe(created);
        stream.FirstEventTimestamp.ShouldBe(world.Time.Milliseconds - 9000);
        stream.LastEventTimestamp.ShouldBe(world.Time.Milliseconds - 5000);
        stream.LastIngestionTime.ShouldBe(world.Time.Milliseconds);
        stream.Arn.ShouldBe("arn:aws:logs:eu-west-1:123456789012:log-group:g:log-stream:s");
        stream.StoredBytes.ShouldBe(0);
        stream.UploadSequenceToken!.Length.ShouldBe(56);
    }

    [Fact]
    public async Task A_stream_is_created_once_and_in_a_group_that_exists()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await LogsWorld.RefusedAsync(
            () => world.CreateStreamAsync("g", "s"),
            "ResourceAlreadyExistsException",
            "The specified log stream already exists"
        );
        await LogsWorld.NotFoundAsync(() => world.CreateStreamAsync("other", "s"), "group");
    }

    [Fact]
    public async Task A_stream_that_is_deleted_and_created_again_is_empty()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.SayAsync("s", "old");
        await world.Api.DeleteLogStreamAsync(
            new DeleteLogStreamRequest { LogGroupName = "g", LogStreamName = "s" },
            LogsWorld.Caller
        );
        await LogsWorld.NotFoundAsync(
            () =>
                world.Api.DeleteLogStreamAsync(
                    new DeleteLogStreamRequest { LogGroupName = "g", LogStreamName = "s" },
                    LogsWorld.Caller
                ),
            "stream"
        );
        await world.CreateStreamAsync("g", "s");

        (await world.GetAsync()).Events.ShouldBeEmpty();
        (await world.FilterAsync()).Events.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("LogStreamName", false, "a b c d e")]
    [InlineData("LogStreamName", true, "e d c b a")]
    [InlineData("LastEventTime", false, "e d b a c")]
    [InlineData("LastEventTime", true, "c a b d e")]
    public async Task Streams_are_listed_in_pages_in_every_order(string orderBy, bool descending, string expected)
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        foreach (var name in new[] { "b", "a", "d", "c", "e" })
            await world.CreateStreamAsync("g", name);
        foreach (var name in new[] { "d", "b", "a", "c" })
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await world.SayAsync(name, "x");
        }

        var names = new List<string?>();
        string? token = null;
        do
        {
            var page = await DescribeAsync(world, request =>
                request with
                {
                    OrderBy = orderBy,
                    Descending = descending,
                    Limit = 2,
                    NextToken = token,
                }
            );
            names.AddRange(page.LogStreams!.Select(stream => stream.LogStreamName));
            token = page.NextToken;
        } while (token is not null);
        string.Join(' ', names).ShouldBe(expected);
    }

    [Fact]
    public async Task Streams_are_listed_by_prefix_in_both_directions()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        foreach (var name in new[] { "nginx/nginx/1", "nginx/nginx/2", "other/1" })
            await world.CreateStreamAsync("g", name);

        (await DescribeAsync(world, request => request with { LogStreamNamePrefix = "nginx/", Descending = true }))
            .LogStreams!.Select(stream => stream.LogStreamName)
            .ShouldBe(["nginx/nginx/2", "nginx/nginx/1"]);
    }

    [Fact]
    public async Task A_prefix_does_not_go_with_the_order_of_events()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await LogsWorld.RefusedAsync(
            () =>
                DescribeAsync(world, request => request with { LogStreamNamePrefix = "s", OrderBy = "LastEventTime" }),
            "InvalidParameterException",
            "Cannot order by LastEventTime with a logStreamNamePrefix."
        );
    }

    [Theory]
    [InlineData("g")]
    [InlineData("arn:aws:logs:eu-west-1:123456789012:log-group:g")]
    public async Task A_group_is_named_by_name_or_ARN(string identifier)
    {
        await using var world = await LogsWorld.WithStreamAsync();
        (
            await DescribeAsync(world, request => request with { LogGroupName = null, LogGroupIdentifier = identifier })
        ).LogStreams!.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_group_is_not_named_by_the_ARN_of_its_streams()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        const string OfStreams = "arn:aws:logs:eu-west-1:123456789012:log-group:g:*";
        await LogsWorld.RefusedAsync(
            () => DescribeAsync(world, request => request with { LogGroupName = null, LogGroupIdentifier = OfStreams }),
            "InvalidParameterException",
            $"1 validation error detected: Value '{OfStreams}' at 'logGroupIdentifier' failed to satisfy constraint: "
                + @"Member must satisfy regular expression pattern: [\w#+=/:,.@-]*"
        );
    }

    [Fact]
    public async Task A_group_must_be_named_in_exactly_one_way()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await LogsWorld.RefusedAsync(
            () => DescribeAsync(world, request => request with { LogGroupIdentifier = "g" }),
            "InvalidParameterException",
            "LogGroupName and LogGroupIdentifier are mutually exclusive parameters."
        );
        await LogsWorld.RefusedAsync(
            () => DescribeAsync(world, request => request with { LogGroupName = null }),
            "InvalidParameterException",
            "Either logGroupName or logGroupIdentifier must be specified."
        );
    }

    private static Task<DescribeLogStreamsResponse> DescribeAsync(
        LogsWorld world,
        Func<DescribeLogStreamsRequest, DescribeLogStreamsRequest>? change = null
    )
    {
        var request = new DescribeLogStreamsRequest { LogGroupName = "g" };
        return world.Api.DescribeLogStreamsAsync(change is null ? request : change(request), LogsWorld.Caller);
    }
}
