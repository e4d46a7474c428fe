using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests;

public sealed class AttentionTests
{
    [Fact]
    public async Task A_new_service_is_looked_at()
    {
        await using var world = await WorldAsync();

        var looks = await DuringAsync(world, () => world.Api.CreateServiceAsync(new CreateServiceRequest { ServiceName = "s", TaskDefinition = "web", DesiredCount = 1 }, world.Caller));

        looks.ShouldBe([new Look(Controller.Services, "123456789012/eu-west-1/default/s")]);
    }

    [Fact]
    public async Task A_task_that_was_placed_concerns_its_service_the_scheduler_and_its_agent()
    {
        await using var world = await WorldAsync();
        var instance = world.View.Range(EcsTables.ContainerInstances).Single().Key;

        var looks = await DuringAsync(world, () => world.CreateServiceAsync(desired: 1));

        looks.ShouldContain(new Look(Controller.Scheduler, "123456789012/eu-west-1/default"));
        looks.Last(look => look.Controller == Controller.Payloads).ShouldBe(new Look(Controller.Payloads, instance));
    }

    [Theory]
    [InlineData("PENDING")]
    [InlineData("RUNNING")]
    public async Task A_report_of_a_task_on_its_way_concerns_no_agent(string status)
    {
        await using var world = await WorldAsync();
        await world.CreateServiceAsync(desired: 1);
        var task = (await world.TasksAsync())[0].TaskArn!;

        var looks = await DuringAsync(world, () => world.ReportAsync(task, status));

        looks.ShouldBe([new Look(Controller.Services, "123456789012/eu-west-1/default/s")]);
    }

    [Fact]
    public async Task A_draining_instance_concerns_every_service_of_its_cluster()
    {
        await using var world = await WorldAsync();
        await world.CreateServiceAsync(desired: 0, name: "a");
        await world.CreateServiceAsync(desired: 0, name: "b");
        var instance = world.View.Range(EcsTables.ContainerInstances).Single().Arn;

        var looks = await DuringAsync(world, () => world.Api.UpdateContainerInstancesStateAsync(new UpdateContainerInstancesStateRequest { ContainerInstances = [instance], Status = "DRAINING" }, world.Caller));

        looks.Where(look => look.Controller == Controller.Services).Select(look => look.Key[^1]).ShouldBe(['a', 'b']);
    }

    [Fact]
    public async Task At_the_start_every_service_every_cluster_and_every_instance_is_looked_at()
    {
        await using var world = await WorldAsync();
        await world.CreateServiceAsync(desired: 1);
        var instance = world.View.Range(EcsTables.ContainerInstances).Single().Key;

        Attention.AtStart(world.View).ShouldBe(
            [new Look(Controller.Services, "123456789012/eu-west-1/default/s"), new Look(Controller.Scheduler, "123456789012/eu-west-1/default"), new Look(Controller.Presence, instance)]);
    }

    [Fact]
    public async Task An_agent_that_leaves_concerns_those_who_wait_for_it()
    {
        await using var world = await WorldAsync();
        var instance = world.View.Range(EcsTables.ContainerInstances).Single().Key;

        var looks = await DuringAsync(world, () => world.Store.CommitAsync(transaction => AgentConnection.Set(transaction, instance, connected: false, EcsWorld.Start)));

        looks.ShouldBe([new Look(Controller.Scheduler, "123456789012/eu-west-1/default"), new Look(Controller.Presence, instance)]);
    }

    private static async Task<EcsWorld> WorldAsync()
    {
        var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        return world;
    }

    private static async Task<List<Look>> DuringAsync(EcsWorld world, Func<Task> change)
    {
        var looks = new List<Look>();
        using (world.Store.Subscribe(commit => looks.AddRange(Attention.After(commit)))) await change();
        return looks;
    }
}
