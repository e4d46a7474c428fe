using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.Tagging;

public sealed class TagTests
{
    [Fact]
    public async Task Everything_is_made_with_tags_and_gets_and_loses_them()
    {
        await using var world = await CreateAsync();
        Tag[] tags = [new Tag { Key = "team", Value = "dock" }];
        var loadBalancer = await world.LoadBalancerAsync(change: request => request with { Tags = tags });
        var group = await world.TargetGroupAsync(change: request => request with { Tags = tags });
        var listener = await world.ListenerAsync(loadBalancer, request => request with { Tags = tags });
        var rule = await world.RuleAsync(listener, change: request => request with { Tags = tags });
        string[] arns = [loadBalancer.LoadBalancerArn!, group.TargetGroupArn!, listener.ListenerArn!, rule.RuleArn!];

        await world.Api.AddTagsAsync(
            new AddTagsInput { ResourceArns = arns, Tags = [new Tag { Key = "stage", Value = "test" }] },
            Context
        );
        var added = await DescribeAsync(world, arns);
        await world.Api.RemoveTagsAsync(new RemoveTagsInput { ResourceArns = arns, TagKeys = ["team"] }, Context);
        await world.RestartAsync();

        added.Select(each => each.ResourceArn).ShouldBe(arns);
        added.ShouldAllBe(each => each.Tags!.Select(tag => tag.Key).SequenceEqual(new[] { "team", "stage" }));
        (await DescribeAsync(world, arns)).ShouldAllBe(each => each.Tags!.Single().Value == "test");
    }

    [Fact]
    public async Task A_resource_has_up_to_fifty_tags_each_key_once_and_none_of_AWS()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();
        Task AddAsync(params string[] keys) =>
            world.Api.AddTagsAsync(
                new AddTagsInput
                {
                    ResourceArns = [group.TargetGroupArn!],
                    Tags = [.. keys.Select(key => new Tag { Key = key, Value = "" })],
                },
                Context
            );

        await AddAsync([.. Enumerable.Range(1, 50).Select(number => $"key-{number}")]);

        (await ErrorOfAsync(() => AddAsync("one-more"))).Code.ShouldBe("TooManyTags");
        (await ErrorOfAsync(() => AddAsync("key-1", "key-1"))).Code.ShouldBe("DuplicateTagKeys");
        (await ErrorOfAsync(() => AddAsync("aws:mine"))).ShouldBe(
            ("ValidationError", "aws: prefixed tag key names are not allowed for external use.")
        );
    }

    [Fact]
    public async Task What_is_not_there_has_no_tags()
    {
        await using var world = await CreateAsync();
        const string Absent = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/none/0123456789abcdef";

        (await ErrorOfAsync(() => DescribeAsync(world, [Absent]))).ShouldBe(
            ("TargetGroupNotFound", $"Target groups '{Absent}' not found")
        );
        (await ErrorOfAsync(() => DescribeAsync(world, [.. Enumerable.Repeat(Absent, 21)]))).Code.ShouldBe(
            "ValidationError"
        );
    }

    private static async Task<IReadOnlyList<TagDescription>> DescribeAsync(LoadBalancingWorld world, string[] arns) =>
        (await world.Api.DescribeTagsAsync(new DescribeTagsInput { ResourceArns = arns }, Context)).TagDescriptions!;
}
