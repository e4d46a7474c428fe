using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tests.Clusters;

namespace Estiba.Ecs.Tests.Tagging;

public sealed class TaggingTests
{
    private const string Account = "arn:aws:ecs:eu-west-1:123456789012:";

    [Theory]
    [InlineData("cluster/default")]
    [InlineData("service/default/s")]
    [InlineData("task-definition/web:1")]
    [InlineData("capacity-provider/p")]
    [InlineData("task")]
    [InlineData("container-instance")]
    public async Task Tags_are_put_replaced_and_taken_away(string resource)
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);
        await world.Api.CreateCapacityProviderAsync(
            new CreateCapacityProviderRequest
            {
                Name = "p",
                AutoScalingGroupProvider = new AutoScalingGroupProvider { AutoScalingGroupArn = "arn" },
            },
            world.Caller
        );
        var arn = resource switch
        {
            "task" => (await world.TasksAsync()).Single().TaskArn!,
            "container-instance" => instance,
            _ => Account + resource,
        };

        await TagAsync(world, arn, ("a", "1"), ("b", "2"));
        await TagAsync(world, arn, ("b", "3"));
        await world.Api.UntagResourceAsync(
            new UntagResourceRequest { ResourceArn = arn, TagKeys = ["a"] },
            world.Caller
        );

        (await ListAsync(world, arn)).ShouldBe(["b=3"]);
    }

    [Theory]
    [InlineData("cluster/none", "ClusterNotFoundException", "Cluster not found.")]
    [InlineData("service/none/s", "ClusterNotFoundException", "Cluster not found.")]
    [InlineData("service/s", "InvalidParameterException", "Long arn format must be used for tagging operations")]
    [InlineData(
        "task-definition/web:9",
        "ResourceNotFoundException",
        "The specified task definition does not exist. Specify a valid account, family, revision and try again."
    )]
    [InlineData(
        "capacity-provider/none",
        "InvalidParameterException",
        "The specified capacity provider does not exist. Specify a valid name or ARN and try again."
    )]
    public async Task What_is_not_there_cannot_be_tagged(string resource, string code, string message)
    {
        await using var world = await EcsWorld.CreateAsync();

        await ClusterTests.RefusedAsync(() => TagAsync(world, Account + resource, ("a", "1")), code, message);
    }

    [Fact]
    public async Task The_list_of_tags_has_no_error_of_its_own_for_what_is_not_there()
    {
        await using var world = await EcsWorld.CreateAsync();
        await ClusterTests.CreateAsync(world, "c");

        await ClusterTests.RefusedAsync(
            () => ListAsync(world, Account + "service/c/none"),
            "InvalidParameterException",
            "The specified service was not found: arn:aws:ecs:eu-west-1:123456789012:service/c/none"
        );
    }

    [Fact]
    public async Task Tags_that_cannot_be_are_refused_also_for_a_cluster_that_is_there()
    {
        await using var world = await EcsWorld.CreateAsync();
        await ClusterTests.CreateAsync(world, "c");

        await ClusterTests.RefusedAsync(
            () =>
                world.Api.CreateClusterAsync(
                    new CreateClusterRequest { ClusterName = "c", Tags = [new Tag()] },
                    world.Caller
                ),
            "InvalidParameterException",
            "Tag.key should not be null or empty."
        );
    }

    [Theory]
    [InlineData("aws:a", "v")]
    [InlineData("AWS:a", "v")]
    [InlineData("a", "aws:v")]
    public async Task The_prefix_of_AWS_is_reserved(string key, string value)
    {
        await using var world = await EcsWorld.CreateAsync();
        await ClusterTests.CreateAsync(world, "c");

        await ClusterTests.RefusedAsync(
            () => TagAsync(world, Account + "cluster/c", (key, value)),
            "InvalidParameterException",
            "Tag keys and values cannot start with aws: because it is reserved for AWS use."
        );
    }

    [Fact]
    public async Task A_resource_has_fifty_tags_at_most()
    {
        await using var world = await EcsWorld.CreateAsync();
        await ClusterTests.CreateAsync(world, "c");
        await TagAsync(world, Account + "cluster/c", [.. Enumerable.Range(0, 50).Select(n => ("k" + n, "v"))]);

        await TagAsync(world, Account + "cluster/c", ("k1", "new"));
        await ClusterTests.RefusedAsync(
            () => TagAsync(world, Account + "cluster/c", ("more", "v")),
            "InvalidParameterException",
            "The maximum number of tags was exceeded. A resource can have up to 50 tags."
        );
    }

    private static Task<TagResourceResponse> TagAsync(
        EcsWorld world,
        string arn,
        params (string Key, string Value)[] tags
    ) =>
        world.Api.TagResourceAsync(
            new TagResourceRequest
            {
                ResourceArn = arn,
                Tags = [.. tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })],
            },
            world.Caller
        );

    private static async Task<IEnumerable<string>> ListAsync(EcsWorld world, string arn) =>
        (
            await world.Api.ListTagsForResourceAsync(new ListTagsForResourceRequest { ResourceArn = arn }, world.Caller)
        ).Tags!.Select(tag => $"{tag.Key}={tag.Value}");
}
