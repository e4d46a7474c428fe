using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.ClusterAutoScaling;
using Estiba.Ecs.Scheduling;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests.ClusterAutoScaling;

/// <summary>Tasks of <c>RunTask</c> that wait until a capacity provider has room for them.</summary>
public sealed class WaitingTaskTests
{
    private const string Instance = "i-0000000000000000a";

    [Fact]
    public async Task A_task_waits_in_PROVISIONING_and_runs_when_its_provider_has_an_instance()
    {
        await using var world = await WorldAsync();

        var answer = await RunAsync(world, count: 2);

        answer.Failures.ShouldBeEmpty();
        answer
            .Tasks!.Select(task => (task.LastStatus, task.CapacityProviderName, task.ContainerInstanceArn))
            .ShouldBe([("PROVISIONING", "p", null), ("PROVISIONING", "p", null)]);
        (await world.TasksAsync()).Count.ShouldBe(2);
        (await ReservationAsync(world)).ShouldBe(200);
        await world.ScheduleAsync();
        (await world.TasksAsync()).ShouldAllBe(task => task.LastStatus == "PROVISIONING");

        await JoinAsync(world);
        await world.ScheduleAsync();

        (await world.TasksAsync()).ShouldAllBe(task =>
            task.LastStatus == "PENDING" && task.ContainerInstanceArn != null
        );
        world.View.Range(EcsTables.Tasks).ShouldAllBe(task => task.Placement == null);
    }

    [Fact]
    public async Task What_waits_is_placed_as_its_call_has_said()
    {
        await using var world = await WorldAsync();
        await RunAsync(world, count: 2, request =>
            request with
            {
                PlacementConstraints = [new PlacementConstraint { Type = "distinctInstance" }],
            }
        );

        await JoinAsync(world);
        await world.ScheduleAsync();
        (await world.TasksAsync()).Select(task => task.LastStatus).Order().ShouldBe(["PENDING", "PROVISIONING"]);

        await JoinAsync(world, "i-0000000000000000b");
        await world.ScheduleAsync();
        (await world.TasksAsync()).Select(task => task.ContainerInstanceArn).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_task_that_has_waited_long_enough_stops_and_says_what_was_missing()
    {
        await using var world = await WorldAsync();
        await RunAsync(world);
        await world.ScheduleAsync();

        world.Clock.Advance(WaitingRoom.Patience - TimeSpan.FromSeconds(1));
        await world.ScheduleAsync();
        (await world.TasksAsync()).ShouldHaveSingleItem();
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.ScheduleAsync();

        var task = (await world.TasksAsync("STOPPED")).ShouldHaveSingleItem();
        (task.LastStatus, task.StopCode, task.StoppedReason).ShouldBe(
            ("STOPPED", "TaskFailedToStart", "EMPTY CAPACITY PROVIDER")
        );
    }

    [Fact]
    public async Task The_scheduler_comes_back_when_the_oldest_has_waited_long_enough()
    {
        await using var world = await WorldAsync();
        await RunAsync(world);

        var cluster = world.View.Range(EcsTables.Clusters).Single();
        (await world.Controller("ecs.scheduler").Reconciler.ReconcileAsync(cluster.Key, default)).ShouldBe(
            WaitingRoom.Patience
        );
    }

    [Fact]
    public async Task A_waiting_task_is_stopped_at_once()
    {
        await using var world = await WorldAsync();
        var task = (await RunAsync(world)).Tasks!.Single();

        var stopped = await world.Api.StopTaskAsync(
            new StopTaskRequest { Task = task.TaskArn, Reason = "not needed" },
            world.Caller
        );

        (stopped.Task!.LastStatus, stopped.Task.StopCode, stopped.Task.StoppedReason).ShouldBe(
            ("STOPPED", "UserInitiated", "not needed")
        );
        await JoinAsync(world);
        await world.ScheduleAsync();
        (await world.TasksAsync()).ShouldBeEmpty();
        (await ReservationAsync(world)).ShouldBe(0);
    }

    [Fact]
    public async Task No_more_than_500_tasks_of_a_cluster_wait()
    {
        await using var world = await WorldAsync();
        for (var i = 0; i < WaitingRoom.MostTasks / 10; i++)
            (await RunAsync(world, count: 10)).Failures.ShouldBeEmpty();

        var answer = await RunAsync(world);

        answer.Tasks.ShouldBeEmpty();
        var failure = answer.Failures.ShouldHaveSingleItem();
        failure.Reason.ShouldBe("EMPTY CAPACITY PROVIDER");
        failure.Arn.ShouldNotBeNull().ShouldEndWith(":capacity-provider/p");
    }

    [Fact]
    public async Task Without_managed_scaling_nobody_waits()
    {
        await using var world = await WorldAsync("DISABLED");

        var refused = await Should.ThrowAsync<AwsException>(() => RunAsync(world));

        refused.Message.ShouldBe("No Container Instances were found in your cluster.");
    }

    [Fact]
    public async Task A_call_that_is_repeated_with_its_token_is_answered_with_the_tasks_that_wait()
    {
        await using var world = await WorldAsync();
        var first = await RunAsync(world, change: request => request with { ClientToken = "t" });

        var second = await RunAsync(world, change: request => request with { ClientToken = "t" });

        second.Tasks!.Single().TaskArn.ShouldBe(first.Tasks!.Single().TaskArn);
        (await world.TasksAsync()).Count.ShouldBe(1);
    }

    private static async Task<EcsWorld> WorldAsync(string managedScaling = "ENABLED")
    {
        var world = await EcsWorld.CreateAsync();
        world.Groups.Instances = [];
        await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "default" }, world.Caller);
        await world.RegisterAsync();
        await world.Api.CreateCapacityProviderAsync(
            new CreateCapacityProviderRequest
            {
                Name = "p",
                AutoScalingGroupProvider = new AutoScalingGroupProvider
                {
                    AutoScalingGroupArn = StandInAutoScaling.Group,
                    ManagedScaling = new ManagedScaling { Status = managedScaling, TargetCapacity = 100 },
                },
            },
            world.Caller
        );
        await world.Api.PutClusterCapacityProvidersAsync(
            new PutClusterCapacityProvidersRequest
            {
                Cluster = "default",
                CapacityProviders = ["p"],
                DefaultCapacityProviderStrategy =
                [
                    new CapacityProviderStrategyItem { CapacityProvider = "p", Weight = 1 },
                ],
            },
            world.Caller
        );
        return world;
    }

    private static Task<RunTaskResponse> RunAsync(
        EcsWorld world,
        int count = 1,
        Func<RunTaskRequest, RunTaskRequest>? change = null
    )
    {
        var definition = world.View.Range(EcsTables.TaskDefinitions).Single();
        var request = new RunTaskRequest { TaskDefinition = definition.Definition.Family, Count = count };
        return world.Api.RunTaskAsync(change is null ? request : change(request), world.Caller);
    }

    private static async Task JoinAsync(EcsWorld world, string id = Instance)
    {
        world.Groups.Instances![id] = "InService";
        await world.AddInstanceAsync(ec2: id);
        await world.Controller("ecs.managed-scaling").Reconciler.ReconcileAsync(Provider(world.View).Key, default);
    }

    private static async Task<double> ReservationAsync(EcsWorld world)
    {
        var (view, provider) = (world.View, Provider(world.View));
        var groups = await world.Groups.DescribeAutoScalingGroupsAsync(
            new Contracts.AutoScaling.AutoScalingGroupNamesType { AutoScalingGroupNames = ["hosts"] },
            world.Caller
        );
        return new ProviderCapacity(view, provider, groups.AutoScalingGroups![0]).ReservationIn(
            ProviderCapacity.ClustersOf(view, provider).Single()
        );
    }

    private static CapacityProviderRecord Provider(View view) => view.Range(EcsTables.CapacityProviders).Single();
}
