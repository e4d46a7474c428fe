using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests;

public sealed class EcsControllersTests
{
    private const string Services = "ecs.services";
    private const string Scheduler = "ecs.scheduler";
    private const string Payloads = "ecs.payloads";
    private const string Presence = "ecs.presence";
    private const string Cluster = "123456789012/eu-west-1/default";

    [Fact]
    public async Task A_new_service_is_reconciled()
    {
        var (world, recorded) = await WorldAsync();
        await using var _ = world;

        await world.Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                ServiceName = "s",
                TaskDefinition = "web",
                DesiredCount = 1,
            },
            world.Caller
        );

        recorded.All.Distinct().ShouldBe([new EnqueuedKey(Services, Cluster + "/s")]);
    }

    [Fact]
    public async Task A_task_that_was_placed_concerns_its_service_the_scheduler_and_its_agent()
    {
        var (world, recorded) = await WorldAsync();
        await using var _ = world;
        var instance = world.View.Range(EcsTables.ContainerInstances).Single().Key;

        await world.CreateServiceAsync(desired: 1);

        recorded.All.ShouldContain(new EnqueuedKey(Scheduler, Cluster));
        recorded.All.Last(key => key.Controller == Payloads).ShouldBe(new EnqueuedKey(Payloads, instance));
    }

    [Theory]
    [InlineData("PENDING")]
    [InlineData("RUNNING")]
    public async Task A_report_of_a_task_on_its_way_concerns_no_agent(string status)
    {
        var (world, recorded) = await WorldAsync();
        await using var _ = world;
        await world.CreateServiceAsync(desired: 1);
        var task = (await world.TasksAsync())[0].TaskArn!;
        recorded.Clear();

        await world.ReportAsync(task, status);

        recorded.All.ShouldBe([new EnqueuedKey(Services, Cluster + "/s")]);
    }

    [Fact]
    public async Task At_the_start_every_service_every_cluster_and_every_instance_is_reconciled()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);
        var instance = world.View.Range(EcsTables.ContainerInstances).Single().Key;

        var recorded = await world.RecordKeysAsync();

        recorded.All.ShouldBe([
            new EnqueuedKey(Services, Cluster + "/s"),
            new EnqueuedKey(Scheduler, Cluster),
            new EnqueuedKey(Presence, instance),
        ]);
    }

    [Fact]
    public async Task An_agent_that_leaves_concerns_those_who_wait_for_it()
    {
        var (world, recorded) = await WorldAsync();
        await using var _ = world;
        var instance = world.View.Range(EcsTables.ContainerInstances).Single().Key;

        await world.Store.CommitAsync(transaction =>
            AgentConnection.Set(transaction, instance, connected: false, EcsWorld.Start)
        );

        recorded.All.ShouldBe([new EnqueuedKey(Scheduler, Cluster), new EnqueuedKey(Presence, instance)]);
    }

    private static async Task<(EcsWorld World, KeyRecorder Recorded)> WorldAsync()
    {
        var world = await EcsWorld.CreateAsync();
        var recorded = await world.RecordKeysAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        recorded.Clear();
        return (world, recorded);
    }
}
