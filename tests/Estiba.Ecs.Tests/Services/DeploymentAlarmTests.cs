using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Deployments;

namespace Estiba.Ecs.Tests.Services;

/// <summary>Deployments whose alarms speak.</summary>
public sealed class DeploymentAlarmTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Of an alarm of one period of a minute.</summary>
    private static readonly TimeSpan Bake = 3 * Minute;

    [Fact]
    public async Task An_alarm_fails_a_rolling_deployment_which_is_rolled_back()
    {
        await using var world = await DeployedAsync();
        await UpdateAsync(world);
        var before = (await world.ServiceAsync()).Deployments!;

        world.CloudWatch.Set("errors", "ALARM");
        await world.SettleAsync();

        var service = await world.ServiceAsync();
        service.Deployments![0].Id.ShouldBe(before[1].Id);
        service
            .Deployments[0]
            .RolloutStateReason.ShouldBe($"ECS deployment alarm: rolling back to deploymentId {before[1].Id}.");
        (service.Deployments[1].RolloutState, service.Deployments[1].RolloutStateReason).ShouldBe(
            ("FAILED", "ECS deployment alarm: alarm detected.")
        );
        var events = service.Events!.Select(its => its.Message).ToList();
        events.ShouldContain($"(service s) (deployment {before[0].Id}) deployment failed: alarm detected.");
        events.ShouldContain($"(service s) rolling back to deployment {before[1].Id}.");
        var deployment = await DeploymentAsync(world);
        deployment.Status.ShouldBe("ROLLBACK_IN_PROGRESS");
        deployment.StatusReason.ShouldBe(
            "Service deployment rolled back because of alarms in the ALARM state: errors."
        );
        Show(deployment).ShouldBe(("TRIGGERED", "errors", "errors"));

        await world.ObeyAsync();
        await world.ObeyAsync();

        (await DeploymentAsync(world)).Status.ShouldBe("ROLLBACK_SUCCESSFUL");
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task Without_rollback_a_deployment_only_fails()
    {
        await using var world = await DeployedAsync(rollback: false);
        await UpdateAsync(world);

        world.CloudWatch.Set("errors", "ALARM");
        await world.SettleAsync();

        var service = await world.ServiceAsync();
        service.Deployments!.Count.ShouldBe(2);
        (service.Deployments[0].RolloutState, service.Deployments[0].Status).ShouldBe(("FAILED", "PRIMARY"));
        var deployment = await DeploymentAsync(world);
        (deployment.Status, deployment.StatusReason).ShouldBe(("STOPPED", "ECS deployment alarm: alarm detected."));
        deployment.Alarms!.Status.ShouldBe("TRIGGERED");
    }

    [Fact]
    public async Task A_deployment_ends_when_its_alarms_were_quiet_for_the_bake_time()
    {
        await using var world = await DeployedAsync();
        await UpdateAsync(world);
        await world.ObeyAsync();
        await world.ObeyAsync();
        world.Clock.Advance(Bake - Second);
        await world.SettleAsync();
        var baking = await world.ServiceAsync();
        var monitoring = await DeploymentAsync(world);

        world.Clock.Advance(Second);
        await world.SettleAsync();

        baking
            .Deployments!.Select(its => (its.RolloutState, its.RunningCount))
            .ShouldBe([("IN_PROGRESS", 1), ("COMPLETED", 0)]);
        (monitoring.Status, monitoring.Alarms!.Status).ShouldBe(("IN_PROGRESS", "MONITORING"));
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
        var ended = await DeploymentAsync(world);
        (ended.Status, ended.Alarms!.Status).ShouldBe(("SUCCESSFUL", "MONITORING_COMPLETE"));
    }

    [Fact]
    public async Task An_alarm_within_the_bake_time_starts_the_old_tasks_again()
    {
        await using var world = await DeployedAsync();
        var definition = (await world.ServiceAsync()).TaskDefinition;
        await world.RegisterAsync();
        await UpdateAsync(world);
        await world.ObeyAsync();
        await world.ObeyAsync();
        world.Clock.Advance(Minute);
        await world.SettleAsync();

        world.CloudWatch.Set("errors", "ALARM");
        await world.ObeyAsync();
        await world.ObeyAsync();

        var service = await world.ServiceAsync();
        (service.TaskDefinition, service.RunningCount).ShouldBe((definition, 1));
        (await DeploymentAsync(world)).Status.ShouldBe("ROLLBACK_SUCCESSFUL");
    }

    [Fact]
    public async Task An_alarm_before_a_deployment_is_not_its_fault()
    {
        await using var world = await DeployedAsync();
        world.CloudWatch.Set("errors", "ALARM");
        await UpdateAsync(world);
        world.CloudWatch.Set("errors", "OK");
        await world.SettleAsync();
        world.CloudWatch.Set("errors", "ALARM");

        await world.ObeyAsync();
        await world.ObeyAsync();

        var deployment = await DeploymentAsync(world);
        deployment.Status.ShouldBe("SUCCESSFUL");
        Show(deployment).ShouldBe(("DISABLED", "errors", ""));
    }

    [Fact]
    public async Task An_alarm_that_does_not_exist_is_looked_at_when_it_does()
    {
        await using var world = await DeployedAsync();
        world.CloudWatch.Alarms.Clear();
        await UpdateAsync(world);

        world.CloudWatch.Set("errors", "ALARM");
        await world.SettleAsync();

        (await DeploymentAsync(world)).Alarms!.TriggeredAlarmNames.ShouldBe(["errors"]);
    }

    [Fact]
    public async Task A_composite_alarm_counts_like_another()
    {
        await using var world = await DeployedAsync(names: ["all"]);
        world.CloudWatch.Composites["all"] = "OK";
        await UpdateAsync(world);

        world.CloudWatch.Composites["all"] = "ALARM";
        await world.SettleAsync();

        (await DeploymentAsync(world)).Alarms!.TriggeredAlarmNames.ShouldBe(["all"]);
    }

    [Fact]
    public async Task A_bake_time_does_not_end_before_the_alarms_were_looked_at()
    {
        await using var world = await DeployedAsync();
        await UpdateAsync(world);
        await world.ObeyAsync();
        await world.ObeyAsync();

        // Nobody has looked for longer than the bake time, as when the platform was off.
        world.Clock.Advance(10 * Bake);
        await world.ReconcileServiceAsync();
        var before = await DeploymentAsync(world);
        world.CloudWatch.Set("errors", "ALARM");
        await world.SettleAsync();

        before.Status.ShouldBe("IN_PROGRESS");
        (await DeploymentAsync(world)).Status.ShouldBe("ROLLBACK_IN_PROGRESS");
    }

    [Fact]
    public async Task A_deployment_waits_for_a_CloudWatch_that_does_not_answer()
    {
        await using var world = await DeployedAsync();
        await UpdateAsync(world);
        await world.ObeyAsync();
        world.CloudWatch.IsDown = true;
        world.Clock.Advance(10 * Bake);

        var fault = await Should.ThrowAsync<AwsException>(() => world.SettleAsync());
        await world.ReconcileServiceAsync();

        fault.StatusCode.ShouldBe(500);
        (await DeploymentAsync(world)).Status.ShouldBe("IN_PROGRESS");
    }

    [Theory]
    [InlineData("BLUE_GREEN")]
    [InlineData("LINEAR")]
    [InlineData("CANARY")]
    public async Task An_alarm_brings_the_traffic_back(string strategy)
    {
        await using var world = await ShiftingAsync(strategy);
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        var shifted = world.Production[world.GreenArn];

        world.Ecs.CloudWatch.Set("errors", "ALARM");
        await world.EndAsync();

        shifted.ShouldBePositive();
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
        var deployment = await world.DeploymentAsync();
        (deployment.Status, deployment.Alarms!.Status).ShouldBe(("ROLLBACK_SUCCESSFUL", "TRIGGERED"));
        world.Green.Targets.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_alarm_at_the_end_of_the_bake_time_of_a_blue_green_deployment_still_counts()
    {
        await using var world = await ShiftingAsync("BLUE_GREEN", bake: 5);
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        world.Ecs.Clock.Advance(6 * Minute);
        await world.Ecs.ReconcileServiceAsync();
        var baking = await world.DeploymentAsync();

        world.Ecs.CloudWatch.Set("errors", "ALARM");
        await world.EndAsync();

        baking.LifecycleStage.ShouldBe("BAKE_TIME");
        (await world.DeploymentAsync()).Status.ShouldBe("ROLLBACK_SUCCESSFUL");
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
    }

    [Fact]
    public async Task A_blue_green_deployment_with_quiet_alarms_ends_after_its_bake_time()
    {
        await using var world = await ShiftingAsync("BLUE_GREEN", bake: 5);
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();

        world.Ecs.Clock.Advance(5 * Minute);
        await world.EndAsync();

        var deployment = await world.DeploymentAsync();
        (deployment.Status, deployment.Alarms!.Status).ShouldBe(("SUCCESSFUL", "MONITORING_COMPLETE"));
        world.Production.ShouldBe(world.Shares(blue: 0, green: 100));
    }

    [Fact]
    public async Task A_deployment_that_waits_for_its_alarms_can_be_stopped()
    {
        await using var world = await DeployedAsync();
        await UpdateAsync(world);
        await world.ObeyAsync();
        await world.ObeyAsync();

        await world.Api.StopServiceDeploymentAsync(
            new StopServiceDeploymentRequest
            {
                ServiceDeploymentArn = (await DeploymentAsync(world)).ServiceDeploymentArn,
            },
            world.Caller
        );
        await world.ObeyAsync();
        await world.ObeyAsync();

        var deployment = await DeploymentAsync(world);
        (deployment.Status, deployment.Alarms!.Status).ShouldBe(("ROLLBACK_SUCCESSFUL", "MONITORING_COMPLETE"));
    }

    [Fact]
    public async Task CloudWatch_is_asked_as_ECS_for_the_sake_of_the_service()
    {
        await using var world = await DeployedAsync();

        world.CloudWatch.Callers.Distinct().ShouldBe([("ecs.amazonaws.com", (await world.ServiceAsync()).ServiceArn)]);
    }

    [Fact]
    public async Task The_alarms_of_a_service_are_shown_as_they_were_given()
    {
        await using var world = await DeployedAsync();

        (await world.ServiceAsync()).DeploymentConfiguration!.Alarms.ShouldBeEquivalentTo(Alarms());
    }

    [Fact]
    public async Task A_deployment_on_its_way_is_looked_at_again_after_a_restart()
    {
        await using var world = await DeployedAsync();
        await UpdateAsync(world);

        var recorded = await world.RecordKeysAsync();

        recorded.All.ShouldContain(new EnqueuedKey("ecs.alarms", "123456789012/eu-west-1/default/s"));
    }

    [Fact]
    public async Task Alarms_need_names()
    {
        await using var world = await EcsWorld.CreateAsync();

        var refusal = await Should.ThrowAsync<AwsException>(() =>
            CreateAsync(world, Alarms() with { AlarmNames = [] })
        );

        (refusal.Code, refusal.Message).ShouldBe(
            ("InvalidParameterException", "alarmNames must be specified when deployment alarms are enabled.")
        );
    }

    [Fact]
    public async Task Who_deploys_by_task_sets_has_no_deployment_alarms()
    {
        await using var world = await EcsWorld.CreateAsync();

        var refusal = await Should.ThrowAsync<AwsException>(() =>
            CreateAsync(world, Alarms(), request => request with { TaskDefinition = null, DeploymentController =
                        new DeploymentController { Type = "EXTERNAL" } })
        );

        refusal.Code.ShouldBe("InvalidParameterException");
    }

    private static DeploymentAlarms Alarms(bool rollback = true, params string[] names) =>
        new()
        {
            AlarmNames = names.Length == 0 ? ["errors"] : names,
            Enable = true,
            Rollback = rollback,
        };

    private static (string? Status, string Names, string Triggered) Show(ServiceDeployment deployment) =>
        (
            deployment.Alarms!.Status,
            string.Join(' ', deployment.Alarms.AlarmNames!),
            string.Join(' ', deployment.Alarms.TriggeredAlarmNames!)
        );

    /// <summary>A service of one task, whose first deployment has ended.</summary>
    private static async Task<EcsWorld> DeployedAsync(bool rollback = true, params string[] names)
    {
        var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        if (names.Length == 0)
            world.CloudWatch.Set("errors", "OK");
        await CreateAsync(world, Alarms(rollback, names));
        await world.ObeyAsync();
        world.Clock.Advance(10 * Bake);
        await world.SettleAsync();
        (await DeploymentAsync(world)).Status.ShouldBe("SUCCESSFUL");
        return world;
    }

    private static Task<Service> CreateAsync(
        EcsWorld world,
        DeploymentAlarms alarms,
        Func<CreateServiceRequest, CreateServiceRequest>? with = null
    ) => world.CreateServiceAsync(1, with: request =>
        {
            var own = request with { DeploymentConfiguration = new() { Alarms = alarms } };
            return with?.Invoke(own) ?? own;
        });

    private static async Task<ShiftingWorld> ShiftingAsync(string strategy, int bake = 60)
    {
        var world = await ShiftingWorld.CreateAsync(strategy, bake, with: configuration =>
            configuration with
            {
                Alarms = Alarms(),
            }
        );
        world.Ecs.CloudWatch.Set("errors", "OK");
        return world;
    }

    private static async Task UpdateAsync(EcsWorld world)
    {
        world.Clock.Advance(Second);
        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest
            {
                Service = "s",
                TaskDefinition = "web",
                ForceNewDeployment = true,
            },
            world.Caller
        );
        await world.SettleAsync();
    }

    /// <summary>The newest of the service's deployments.</summary>
    private static async Task<ServiceDeployment> DeploymentAsync(EcsWorld world)
    {
        var list = await world.Api.ListServiceDeploymentsAsync(
            new ListServiceDeploymentsRequest { Service = "s" },
            world.Caller
        );
        return (
            await world.Api.DescribeServiceDeploymentsAsync(
                new DescribeServiceDeploymentsRequest
                {
                    ServiceDeploymentArns = [list.ServiceDeployments![0].ServiceDeploymentArn!],
                },
                world.Caller
            )
        ).ServiceDeployments!.Single();
    }
}
