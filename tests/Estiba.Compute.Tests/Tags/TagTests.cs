using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.Tags;

public sealed class TagTests
{
    private static Task<CreateTagsResponse> TagAsync(ComputeWorld world, string id, params Tag[] tags) =>
        world.Api.CreateTagsAsync(new CreateTagsRequest { Resources = [id], Tags = tags }, ComputeWorld.Context);

    private static Tag Of(string key, string? value) => new() { Key = key, Value = value };

    [Fact]
    public async Task A_tag_is_overwritten_by_one_with_the_same_key()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        await TagAsync(world, id, Of("Name", "one"));
        await TagAsync(world, id, Of("Name", "two"));
        (await world.FindAsync(id)).Tags!.Single().Value.ShouldBe("two");
    }

    [Fact]
    public async Task The_default_subnets_can_be_tagged()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var subnet = (
            await world.Api.DescribeSubnetsAsync(new DescribeSubnetsRequest(), ComputeWorld.Context)
        ).Subnets![0];
        await TagAsync(world, subnet.SubnetId!, Of("tier", "public"));
        var filtered = await world.Api.DescribeSubnetsAsync(
            new DescribeSubnetsRequest { Filters = [new Filter { Name = "tag:tier", Values = ["public"] }] },
            ComputeWorld.Context
        );
        filtered.Subnets!.Single().SubnetId.ShouldBe(subnet.SubnetId);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("one", 0)]
    [InlineData("two", 1)]
    public async Task A_tag_is_deleted_by_key_or_by_key_and_value(string? value, int left)
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        await TagAsync(world, id, Of("Name", "one"));
        await world.Api.DeleteTagsAsync(
            new DeleteTagsRequest { Resources = [id], Tags = [Of("Name", value)] },
            ComputeWorld.Context
        );
        ((await world.FindAsync(id)).Tags?.Count ?? 0).ShouldBe(left);
    }

    [Fact]
    public async Task Tags_are_described_across_resources()
    {
        await using var world = await ComputeWorld.CreateAsync();
        foreach (var instance in await world.RunAsync(2))
            await TagAsync(world, instance.InstanceId!, Of("app", "web"));
        var answer = await world.Api.DescribeTagsAsync(
            new DescribeTagsRequest { Filters = [new Filter { Name = "resource-type", Values = ["instance"] }] },
            ComputeWorld.Context
        );
        answer.Tags!.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_resource_has_at_most_fifty_tags()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var error = await ComputeWorld.ErrorOfAsync(() =>
            TagAsync(world, id, [.. Enumerable.Range(0, 51).Select(number => Of($"{number}", ""))])
        );
        error.Code.ShouldBe("TagLimitExceeded");
        (await world.FindAsync(id)).Tags.ShouldBeNull();
    }

    [Fact]
    public async Task What_is_to_be_tagged_has_to_be_named()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        Func<Task>[] calls =
        [
            () => world.Api.CreateTagsAsync(new CreateTagsRequest { Tags = [Of("a", "b")] }, ComputeWorld.Context),
            () => world.Api.DeleteTagsAsync(new DeleteTagsRequest(), ComputeWorld.Context),
        ];
        foreach (var call in calls)
        {
            var error = await ComputeWorld.ErrorOfAsync(call);
            (error.Code, error.Message).ShouldBe(
                ("MissingParameter", "The request must contain the parameter resourceIdSet")
            );
        }
    }

    [Theory]
    [InlineData("aws:name", "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")]
    [InlineData("", "InvalidParameterValue", "Tag key cannot be empty")]
    public async Task A_bad_key_is_refused(string key, string code, string message)
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var error = await ComputeWorld.ErrorOfAsync(() => TagAsync(world, id, Of(key, "x")));
        error.Code.ShouldBe(code);
        error.Message.ShouldBe(message);
    }

    [Theory]
    [InlineData(
        "i-0123456789abcdef0",
        "InvalidInstanceID.NotFound",
        "The instance ID 'i-0123456789abcdef0' does not exist"
    )]
    [InlineData("nonsense", "InvalidID", "The ID 'nonsense' is not valid")]
    public async Task What_does_not_exist_cannot_be_tagged(string id, string code, string message)
    {
        await using var world = await ComputeWorld.CreateAsync();
        var error = await ComputeWorld.ErrorOfAsync(() => TagAsync(world, id, Of("a", "b")));
        error.Code.ShouldBe(code);
        error.Message.ShouldBe(message);
    }
}
