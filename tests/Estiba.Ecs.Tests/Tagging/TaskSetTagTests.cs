using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Tagging;

public sealed class TaskSetTagTests
{
    [Fact]
    public async Task A_task_set_is_tagged_untagged_and_its_tags_are_listed()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.CreateClusterAsync(new CreateClusterRequest(), world.Caller);
        await world.RegisterAsync();
        await world.Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                ServiceName = "s",
                DesiredCount = 1,
                DeploymentController = new DeploymentController { Type = "EXTERNAL" },
            },
            world.Caller
        );
        var arn = (
            await world.Api.CreateTaskSetAsync(
                new CreateTaskSetRequest
                {
                    Cluster = "default",
                    Service = "s",
                    TaskDefinition = "web",
                    Tags = [new Tag { Key = "a", Value = "1" }],
                },
                world.Caller
            )
        ).TaskSet!.TaskSetArn!;

        await world.Api.TagResourceAsync(
            new TagResourceRequest { ResourceArn = arn, Tags = [new Tag { Key = "b", Value = "2" }] },
            world.Caller
        );
        (await TagsAsync(world, arn)).ShouldBe([("a", "1"), ("b", "2")]);
        await world.Api.UntagResourceAsync(
            new UntagResourceRequest { ResourceArn = arn, TagKeys = ["a"] },
            world.Caller
        );
        (await TagsAsync(world, arn)).ShouldBe([("b", "2")]);

        var described = await world.Api.DescribeTaskSetsAsync(
            new DescribeTaskSetsRequest
            {
                Cluster = "default",
                Service = "s",
                Include = ["TAGS"],
            },
            world.Caller
        );
        described.TaskSets!.Single().Tags!.Single().Key.ShouldBe("b");
        (await Should.ThrowAsync<AwsException>(() => TagsAsync(world, arn + "0"))).Message.ShouldBe(
            $"The specified task-set was not found: {arn}0"
        );
    }

    private static async Task<IEnumerable<(string?, string?)>> TagsAsync(EcsWorld world, string arn) =>
        (
            await world.Api.ListTagsForResourceAsync(new ListTagsForResourceRequest { ResourceArn = arn }, world.Caller)
        ).Tags!.Select(tag => (tag.Key, tag.Value));
}
