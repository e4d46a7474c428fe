using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests;

public sealed class GroupTests
{
    [Fact]
    public async Task A_group_is_described_as_it_was_created()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("/ecs/nginx");

        var group = (await DescribeAsync(world)).LogGroups!.ShouldHaveSingleItem();
        group.LogGroupName.ShouldBe("/ecs/nginx");
        group.Arn.ShouldBe("arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/nginx:*");
        group.LogGroupArn.ShouldBe("arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/nginx");
        group.CreationTime.ShouldBe(world.Time.Milliseconds);
        group.StoredBytes.ShouldBe(0);
        group.MetricFilterCount.ShouldBe(0);
        group.RetentionInDays.ShouldBeNull();
        group.LogGroupClass.ShouldBe("STANDARD");
    }

    [Fact]
    public async Task A_group_is_created_once()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        await LogsWorld.RefusedAsync(
            () => world.CreateGroupAsync("g"),
            "ResourceAlreadyExistsException",
            "The specified log group already exists"
        );
    }

    [Fact]
    public async Task A_name_of_AWS_is_refused()
    {
        await using var world = await LogsWorld.OpenAsync();
        await LogsWorld.RefusedAsync(
            () => world.CreateGroupAsync("aws/x"),
            "InvalidParameterException",
            "Log groups starting with AWS/ are reserved for AWS."
        );
    }

    [Fact]
    public async Task Groups_of_another_account_or_region_do_not_show()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        foreach (
            var other in new[]
            {
                LogsWorld.Caller with
                {
                    AccountId = "999999999999",
                },
                LogsWorld.Caller with
                {
                    Region = "eu-west-2",
                },
            }
        )
        {
            (await world.Api.DescribeLogGroupsAsync(new DescribeLogGroupsRequest(), other)).LogGroups.ShouldBeEmpty();
            await LogsWorld.NotFoundAsync(
                () => world.Api.DeleteLogGroupAsync(new DeleteLogGroupRequest { LogGroupName = "g" }, other),
                "group"
            );
            await LogsWorld.NotFoundAsync(
                () =>
                    world.Api.FilterLogEventsAsync(
                        new FilterLogEventsRequest
                        {
                            LogGroupIdentifier = "arn:aws:logs:eu-west-1:123456789012:log-group:g",
                        },
                        other
                    ),
                "group"
            );
        }
    }

    [Fact]
    public async Task Groups_are_listed_in_pages_by_prefix_and_pattern()
    {
        await using var world = await LogsWorld.OpenAsync();
        foreach (var name in new[] { "/ecs/b", "/ecs/a", "/lambda/a", "/ecs/C" })
            await world.CreateGroupAsync(name);

        (await NamesAsync(world, request => request)).ShouldBe(["/ecs/C", "/ecs/a", "/ecs/b", "/lambda/a"]);
        (await NamesAsync(world, request => request with { LogGroupNamePrefix = "/ecs/" })).ShouldBe([
            "/ecs/C",
            "/ecs/a",
            "/ecs/b",
        ]);
        (await NamesAsync(world, request => request with { LogGroupNamePattern = "/a" })).ShouldBe([
            "/ecs/a",
            "/lambda/a",
        ]);
        (await NamesAsync(world, request => request with { LogGroupIdentifiers = ["/ecs/b"] })).ShouldBe(["/ecs/b"]);
        (await NamesAsync(world, request => request with { LogGroupClass = "INFREQUENT_ACCESS" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Prefix_and_pattern_exclude_each_other()
    {
        await using var world = await LogsWorld.OpenAsync();
        await LogsWorld.RefusedAsync(
            () => DescribeAsync(world, request => request with { LogGroupNamePrefix = "a", LogGroupNamePattern = "b" }),
            "InvalidParameterException",
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        );
    }

    [Theory]
    [InlineData("no token!")]
    [InlineData(" ")]
    [InlineData("xxxx")]
    public async Task A_token_that_is_none_is_refused(string token)
    {
        await using var world = await LogsWorld.OpenAsync();
        await LogsWorld.RefusedAsync(
            () => DescribeAsync(world, request => request with { NextToken = token }),
            "InvalidParameterException",
            "The specified nextToken is invalid."
        );
    }

    [Fact]
    public async Task A_deleted_group_takes_its_streams_and_events_with_it()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.SayAsync("s", "old");
        await world.Api.DeleteLogGroupAsync(new DeleteLogGroupRequest { LogGroupName = "g" }, LogsWorld.Caller);
        await LogsWorld.NotFoundAsync(() => world.GetAsync(), "group");

        await world.CreateGroupAsync("g");
        (await world.FilterAsync()).Events.ShouldBeEmpty();
        await LogsWorld.NotFoundAsync(() => world.GetAsync(), "stream");
        await world.CleanAsync();
        Directory.GetDirectories(world.GroupsDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_protected_group_is_not_deleted()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        await world.Api.PutLogGroupDeletionProtectionAsync(
            new PutLogGroupDeletionProtectionRequest { LogGroupIdentifier = "g", DeletionProtectionEnabled = true },
            LogsWorld.Caller
        );
        await LogsWorld.RefusedAsync(
            () => world.Api.DeleteLogGroupAsync(new DeleteLogGroupRequest { LogGroupName = "g" }, LogsWorld.Caller),
            "ValidationException",
            "The log group has deletion protection enabled. Disable deletion protection before deleting it."
        );
    }

    [Fact]
    public async Task The_stored_bytes_are_those_of_the_messages_and_26_each()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.SayAsync("s", "12345", "é");
        (await DescribeAsync(world)).LogGroups!.Single().StoredBytes.ShouldBe(5 + 26 + 2 + 26);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(3653)]
    public async Task A_documented_retention_is_kept_and_deleted_again(int days)
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        await RetainAsync(world, days);
        (await DescribeAsync(world)).LogGroups!.Single().RetentionInDays.ShouldBe(days);
        await world.Api.DeleteRetentionPolicyAsync(
            new DeleteRetentionPolicyRequest { LogGroupName = "g" },
            LogsWorld.Caller
        );
        (await DescribeAsync(world)).LogGroups!.Single().RetentionInDays.ShouldBeNull();
    }

    [Fact]
    public async Task Another_retention_is_refused()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.CreateGroupAsync("g");
        await LogsWorld.RefusedAsync(
            () => RetainAsync(world, 2),
            "InvalidParameterException",
            "1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy constraint: Member "
                + "must satisfy enum value set: "
                + "[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, "
                + "3288, 3653]"
        );
    }

    [Fact]
    public async Task Expired_events_are_not_seen_and_the_hourly_clean_up_frees_their_space()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await RetainAsync(world, 1);
        await world.SayAsync("s", "old");
        await world.CleanAsync();
        Directory.GetFiles(world.GroupsDirectory, "*.segment", SearchOption.AllDirectories).ShouldHaveSingleItem();

        world.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        await world.SayAsync("s", "new");
        (await world.GetAsync()).Events!.Select(found => found.Message).ShouldBe(["new"]);

        world.Time.Advance(TimeSpan.FromHours(1));
        await world.CleanAsync();
        Directory.GetFiles(world.GroupsDirectory, "*.segment", SearchOption.AllDirectories).ShouldHaveSingleItem();
        (await world.FilterAsync()).Events!.Select(found => found.Message).ShouldBe(["new"]);
    }

    [Fact]
    public async Task Operations_that_Estiba_does_not_have_say_so()
    {
        await using var world = await LogsWorld.OpenAsync();
        ILogsApi api = world.Api;
        var refused = await Should.ThrowAsync<Contracts.AwsException>(() =>
            api.StartQueryAsync(new StartQueryRequest(), LogsWorld.Caller)
        );
        refused.Message.ShouldContain("logs:StartQuery");
    }

    private static Task RetainAsync(LogsWorld world, int days) =>
        world.Api.PutRetentionPolicyAsync(
            new PutRetentionPolicyRequest { LogGroupName = "g", RetentionInDays = days },
            LogsWorld.Caller
        );

    private static Task<DescribeLogGroupsResponse> DescribeAsync(
        LogsWorld world,
        Func<DescribeLogGroupsRequest, DescribeLogGroupsRequest>? change = null
    )
    {
        var request = new DescribeLogGroupsRequest();
        return world.Api.DescribeLogGroupsAsync(change is null ? request : change(request), LogsWorld.Caller);
    }

    private static async Task<List<string?>> NamesAsync(
        LogsWorld world,
        Func<DescribeLogGroupsRequest, DescribeLogGroupsRequest> change
    )
    {
        var names = new List<string?>();
        string? token = null;
        do
        {
            var page = await DescribeAsync(world, request => change(request) with { Limit = 2, NextToken = token });
            page.LogGroups!.Count.ShouldBeLessThanOrEqualTo(2);
            names.AddRange(page.LogGroups.Select(group => group.LogGroupName));
            token = page.NextToken;
        } while (token is not null);
        return names;
    }
}
