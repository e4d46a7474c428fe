using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Services;

/// <summary>What a service decides rests on what has lasted, not on what happens to run at a moment.</summary>
public sealed class HealthyAfterTests
{
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_deployment_completes_when_its_tasks_have_run_for_forty_seconds_and_not_before()
    {
        await using var world = await WorldAsync(desired: 2);

        await world.ObeyAsync();
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("IN_PROGRESS");
        (await world.ServiceAsync()).RunningCount.ShouldBe(2);
        (await world.ReconcileServiceAsync()).ShouldBe(HealthyAfter, "nobody else says when the time is over");

        world.Clock.Advance(HealthyAfter - Second);
        await world.SettleAsync();
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("IN_PROGRESS");
        SteadyStates(await world.ServiceAsync()).ShouldBe(0);

        world.Clock.Advance(Second);
        await world.SettleAsync();
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
        SteadyStates(await world.ServiceAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Tasks_that_run_for_a_second_replace_nothing_and_trip_the_circuit_breaker()
    {
        await using var world = await WorldAsync(desired: 1, breaker: true);
        var old = await DeployAsync(world);

        for (var n = 0; n < 3; n++)
            await RunForASecondAsync(world);

        var deployment = (
            await world.Api.ListServiceDeploymentsAsync(
                new ListServiceDeploymentsRequest { Service = "s" },
                world.Caller
            )
        ).ServiceDeployments![0];
        deployment.Status.ShouldBe("ROLLBACK_SUCCESSFUL");
        deployment.StatusReason.ShouldBe(
            "Service deployment rolled back because the circuit breaker threshold was exceeded."
        );
        var service = await world.ServiceAsync();
        service.TaskDefinition!.ShouldEndWith("web:1");
        service.Events!.ShouldContain(happened =>
            happened.Message!.EndsWith("deployment failed: tasks failed to start.")
        );
        (await world.TasksAsync("RUNNING")).Single().TaskArn.ShouldBe(old);
    }

    [Fact]
    public async Task Without_a_circuit_breaker_such_a_deployment_goes_on_and_the_old_tasks_stay()
    {
        await using var world = await WorldAsync(desired: 1);
        var old = await DeployAsync(world);
        var steady = SteadyStates(await world.ServiceAsync());

        for (var n = 0; n < 10; n++)
            await RunForASecondAsync(world);

        var service = await world.ServiceAsync();
        service.Deployments!.Select(deployment => deployment.RolloutState).ShouldBe(["IN_PROGRESS", "COMPLETED"]);
        service.Deployments![0].FailedTasks.ShouldBe(10);
        SteadyStates(service).ShouldBe(steady);
        (await world.TasksAsync("RUNNING")).ShouldContain(task => task.TaskArn == old);
    }

    [Fact]
    public async Task A_service_whose_tasks_end_again_and_again_is_not_steady_again_and_again()
    {
        await using var world = await WorldAsync(desired: 1);
        await world.ObeyAsync();
        world.Clock.Advance(HealthyAfter);
        await world.SettleAsync();
        await world.ReportAsync((await world.TasksAsync("RUNNING")).Single().TaskArn!, "STOPPED", exitCode: 1);

        for (var n = 0; n < 10; n++)
            await RunForASecondAsync(world);

        SteadyStates(await world.ServiceAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Only_a_task_that_has_lasted_sets_the_count_of_failures_back()
    {
        await using var world = await WorldAsync(desired: 1, breaker: true);
        await DeployAsync(world);
        for (var n = 0; n < 2; n++)
            await RunForASecondAsync(world);
        world.Clock.Advance(TimeSpan.FromMinutes(1));

        await world.ObeyAsync();
        (await world.ServiceAsync()).Deployments![0].FailedTasks.ShouldBe(2, "it has only begun to run");
        world.Clock.Advance(HealthyAfter);
        await world.SettleAsync();

        var primary = (await world.ServiceAsync()).Deployments![0];
        primary.FailedTasks.ShouldBe(0);
        primary.TaskDefinition!.ShouldEndWith("web:2");
    }

    [Fact]
    public async Task A_task_with_a_health_check_counts_as_soon_as_it_passes()
    {
        await using var world = await EcsWorld.CreateAsync(HealthyAfter);
        await world.AddInstanceAsync(
            attributes: ["ecs.capability.container-health-check", "com.amazonaws.ecs.capability.docker-remote-api.1.24"]
        );
        await world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "web",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = "nginx",
                        Memory = 64,
                        HealthCheck = new HealthCheck { Command = ["CMD", "true"] },
                    },
                ],
            },
            world.Caller
        );
        await world.CreateServiceAsync(desired: 1);
        await world.ObeyAsync();
        world.Clock.Advance(HealthyAfter * 2);
        await world.SettleAsync();
        (await world.ServiceAsync())
            .Deployments!.Single()
            .RolloutState.ShouldBe("IN_PROGRESS", "nobody has said that it is healthy");

        await HealthyAsync(world);

        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task What_has_not_lasted_is_given_up_first_when_there_are_too_many()
    {
        await using var world = await WorldAsync(desired: 1);
        await world.ObeyAsync();
        var old = (await world.TasksAsync()).Single().TaskArn;
        world.Clock.Advance(HealthyAfter);
        await world.SettleAsync();
        await world.Api.UpdateServiceAsync(new UpdateServiceRequest { Service = "s", DesiredCount = 2 }, world.Caller);
        await world.ObeyAsync();

        await world.Api.UpdateServiceAsync(new UpdateServiceRequest { Service = "s", DesiredCount = 1 }, world.Caller);
        await world.SettleAsync();

        (await world.TasksAsync("RUNNING")).Single().TaskArn.ShouldBe(old);
    }

    [Fact]
    public async Task A_rolling_update_within_the_old_number_of_tasks_goes_one_step_each_forty_seconds()
    {
        await using var world = await WorldAsync(desired: 2, percentages: (50, 100));
        await world.ObeyAsync();
        world.Clock.Advance(HealthyAfter);
        await world.SettleAsync();
        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = await world.RegisterAsync() },
            world.Caller
        );

        await world.ObeyAsync();
        await world.ObeyAsync();
        (await OfRevisionAsync(world, 1)).ShouldBe(1, "one of the new ones runs, and does not count yet");

        world.Clock.Advance(HealthyAfter);
        for (var round = 0; round < 2; round++)
            await world.ObeyAsync();
        (await OfRevisionAsync(world, 1)).ShouldBe(0);
        (await world.ServiceAsync())
            .Deployments!.Select(deployment => deployment.RolloutState)
            .ShouldBe(["IN_PROGRESS"]);

        world.Clock.Advance(HealthyAfter);
        await world.SettleAsync();
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task A_daemon_and_a_task_set_are_steady_when_their_tasks_have_lasted()
    {
        await using var world = await EcsWorld.CreateAsync(HealthyAfter);
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 0, name: "d", with: request =>
            request with
            {
                DesiredCount = null,
                SchedulingStrategy = SchedulingStrategy.Daemon,
            }
        );
        await world.CreateServiceAsync(desired: 1, name: "x", with: request =>
            request with
            {
                TaskDefinition = null,
                DeploymentController = new DeploymentController { Type = DeploymentControllerType.External },
            }
        );
        await world.Api.CreateTaskSetAsync(
            new CreateTaskSetRequest
            {
                Service = "x",
                Cluster = "default",
                TaskDefinition = "web",
                Scale = new Scale { Value = 100, Unit = ScaleUnit.Percent },
            },
            world.Caller
        );
        await world.ObeyAsync();
        (await StatesAsync(world)).ShouldBe(("IN_PROGRESS", "STABILIZING"));

        world.Clock.Advance(HealthyAfter);
        await world.SettleAsync();

        (await StatesAsync(world)).ShouldBe(("COMPLETED", "STEADY_STATE"));

        static async Task<(string?, string?)> StatesAsync(EcsWorld world) =>
            (
                (await world.ServiceAsync("d")).Deployments!.Single().RolloutState,
                (await world.ServiceAsync("x")).TaskSets!.Single().StabilityStatus
            );
    }

    [Fact]
    public async Task A_clock_that_is_set_back_delays_nothing()
    {
        await using var world = await WorldAsync(desired: 1);
        await world.ObeyAsync();

        world.Clock.AdjustTime(world.Clock.GetUtcNow() - TimeSpan.FromHours(1));
        await world.SettleAsync();

        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    private static async Task<EcsWorld> WorldAsync(
        int desired,
        bool breaker = false,
        (int Minimum, int Maximum) percentages = default
    )
    {
        var world = await EcsWorld.CreateAsync(HealthyAfter);
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        var (minimum, maximum) = percentages == default ? (100, 200) : percentages;
        await world.CreateServiceAsync(desired, with: request => request with { DeploymentConfiguration =
                    new DeploymentConfiguration
                    {
                        MinimumHealthyPercent = minimum,
                        MaximumPercent = maximum,
                        DeploymentCircuitBreaker = new DeploymentCircuitBreaker
                        {
                            Enable = breaker,
                            Rollback = breaker,
                        },
                    } });
        return world;
    }

    /// <summary>Lets the first deployment complete and begins the second.</summary>
    /// <returns>The task of the first.</returns>
    private static async Task<string> DeployAsync(EcsWorld world)
    {
        await world.ObeyAsync();
        world.Clock.Advance(HealthyAfter);
        await world.SettleAsync();
        var old = (await world.TasksAsync()).Single().TaskArn!;
        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = await world.RegisterAsync() },
            world.Caller
        );
        await world.SettleAsync();
        return old;
    }

    private static async Task RunForASecondAsync(EcsWorld world)
    {
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        await world.SettleAsync();
        var fresh = (await world.TasksAsync()).Single(task => task.LastStatus == "PENDING").TaskArn!;
        await world.ReportAsync(fresh, "RUNNING");
        await world.SettleAsync();
        world.Clock.Advance(Second);
        await world.ReportAsync(fresh, "STOPPED", exitCode: 1);
        await world.SettleAsync();
    }

    private static async Task HealthyAsync(EcsWorld world)
    {
        var task = world.View.Range(EcsTables.Tasks).Single();
        await world.Store.CommitAsync(
            transaction => transaction.Put(EcsTables.Tasks, task with { HealthStatus = HealthStatus.Healthy }),
            default
        );
        await world.SettleAsync();
    }

    private static async Task<int> OfRevisionAsync(EcsWorld world, int revision) =>
        (await world.TasksAsync("RUNNING")).Count(task =>
            task.TaskDefinitionArn!.EndsWith($":{revision}", StringComparison.Ordinal)
        );

    private static int SteadyStates(Service service) =>
        service.Events!.Count(happened =>
            happened.Message!.EndsWith("has reached a steady state.", StringComparison.Ordinal)
        );
}
