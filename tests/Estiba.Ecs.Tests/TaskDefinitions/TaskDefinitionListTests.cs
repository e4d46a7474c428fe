using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.TaskDefinitions;

public sealed class TaskDefinitionListTests
{
    [Fact]
    public async Task Active_revisions_are_listed_in_order()
    {
        await using var world = await WorldAsync();

        (await ListAsync(world, new ListTaskDefinitionsRequest())).ShouldBe(["api:1", "web:2", "web:3"]);
        (await ListAsync(world, new ListTaskDefinitionsRequest { Sort = SortOrder.Desc })).ShouldBe([
            "web:3",
            "web:2",
            "api:1",
        ]);
    }

    [Fact]
    public async Task A_list_is_narrowed_by_family_and_status()
    {
        await using var world = await WorldAsync();

        (await ListAsync(world, new ListTaskDefinitionsRequest { FamilyPrefix = "web" })).ShouldBe(["web:2", "web:3"]);
        (await ListAsync(world, new ListTaskDefinitionsRequest { FamilyPrefix = "we" })).ShouldBeEmpty();
        (await ListAsync(world, new ListTaskDefinitionsRequest { Status = TaskDefinitionStatus.Inactive })).ShouldBe([
            "old:1",
            "web:1",
        ]);
    }

    [Theory]
    [InlineData(SortOrder.Asc)]
    [InlineData(SortOrder.Desc)]
    public async Task Pages_make_up_the_whole_list(string sort)
    {
        await using var world = await WorldAsync();
        var whole = await ListAsync(world, new ListTaskDefinitionsRequest { Sort = sort });

        var paged = new List<string>();
        string? token = null;
        do
        {
            var page = await world.Api.ListTaskDefinitionsAsync(
                new ListTaskDefinitionsRequest
                {
                    Sort = sort,
                    MaxResults = 1,
                    NextToken = token,
                },
                world.Caller
            );
            paged.AddRange(page.TaskDefinitionArns!.Select(Short));
            token = page.NextToken;
        } while (token is not null);

        paged.ShouldBe(whole);
    }

    [Theory]
    [InlineData(null, null, new[] { "api", "old", "web" })]
    [InlineData("w", null, new[] { "web" })]
    [InlineData(null, TaskDefinitionFamilyStatus.Active, new[] { "api", "web" })]
    [InlineData(null, TaskDefinitionFamilyStatus.Inactive, new[] { "old" })]
    [InlineData(null, TaskDefinitionFamilyStatus.AllValue, new[] { "api", "old", "web" })]
    public async Task Families_are_listed_by_prefix_and_status(string? prefix, string? status, string[] expected)
    {
        await using var world = await WorldAsync();

        (
            await world.Api.ListTaskDefinitionFamiliesAsync(
                new ListTaskDefinitionFamiliesRequest { FamilyPrefix = prefix, Status = status },
                world.Caller
            )
        ).Families.ShouldBe(expected);
    }

    [Fact]
    public async Task Only_inactive_revisions_are_deleted()
    {
        await using var world = await WorldAsync();

        var answer = await world.Api.DeleteTaskDefinitionsAsync(
            new DeleteTaskDefinitionsRequest { TaskDefinitions = ["web:1", "web:2", "none:1", "web"] },
            world.Caller
        );

        answer
            .TaskDefinitions!.Single()
            .ShouldSatisfyAllConditions(
                definition => definition.Revision.ShouldBe(1),
                definition => definition.Status.ShouldBe("DELETE_IN_PROGRESS"),
                definition => definition.DeleteRequestedAt.ShouldBe(EcsWorld.Start)
            );
        answer
            .Failures!.Select(failure => failure.Reason)
            .ShouldBe([
                "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
                "The specified task definition does not exist. Specify a valid account, family, revision and try "
                    + "again.",
                "The specified task definition does not exist. Specify a valid account, family, revision and try "
                    + "again.",
            ]);
    }

    [Fact]
    public async Task A_deleted_revision_is_gone_and_its_number_is_not_used_again()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.RegisterAsync();
        await TaskDefinitionTests.DeregisterAsync(world, "web:1");
        await world.Api.DeleteTaskDefinitionsAsync(
            new DeleteTaskDefinitionsRequest { TaskDefinitions = ["web:1"] },
            world.Caller
        );
        await world.SweepAsync();

        (
            await world.Api.ListTaskDefinitionFamiliesAsync(new ListTaskDefinitionFamiliesRequest(), world.Caller)
        ).Families.ShouldBeEmpty();
        (
            await ListAsync(world, new ListTaskDefinitionsRequest { Status = TaskDefinitionStatus.DeleteInProgress })
        ).ShouldBeEmpty();
        (await world.RegisterAsync()).ShouldEndWith(":2");
    }

    [Fact]
    public async Task A_deleted_revision_stays_while_a_service_uses_it()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 0);
        await TaskDefinitionTests.DeregisterAsync(world, "web:1");
        await world.Api.DeleteTaskDefinitionsAsync(
            new DeleteTaskDefinitionsRequest { TaskDefinitions = ["web:1"] },
            world.Caller
        );
        await world.SweepAsync();

        (await TaskDefinitionTests.DescribeAsync(world, "web:1")).Status.ShouldBe("DELETE_IN_PROGRESS");
    }

    [Fact]
    public async Task A_deleted_revision_stays_while_a_task_runs()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller);
        await TaskDefinitionTests.DeregisterAsync(world, "web:1");
        await world.Api.DeleteTaskDefinitionsAsync(
            new DeleteTaskDefinitionsRequest { TaskDefinitions = ["web:1"] },
            world.Caller
        );
        await world.SweepAsync();

        (await TaskDefinitionTests.DescribeAsync(world, "web:1")).Status.ShouldBe("DELETE_IN_PROGRESS");
    }

    private static async Task<EcsWorld> WorldAsync()
    {
        var world = await EcsWorld.CreateAsync();
        for (var n = 0; n < 3; n++)
            await world.RegisterAsync("web");
        await world.RegisterAsync("api");
        await world.RegisterAsync("old");
        await TaskDefinitionTests.DeregisterAsync(world, "old:1");
        await TaskDefinitionTests.DeregisterAsync(world, "web:1");
        return world;
    }

    private static async Task<List<string>> ListAsync(EcsWorld world, ListTaskDefinitionsRequest request) =>
        [.. (await world.Api.ListTaskDefinitionsAsync(request, world.Caller)).TaskDefinitionArns!.Select(Short)];

    private static string Short(string arn) => arn[(arn.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
