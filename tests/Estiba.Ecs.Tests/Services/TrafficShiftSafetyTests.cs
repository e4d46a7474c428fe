using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Services;

/// <summary>Whatever comes between, production traffic goes to a revision whose tasks run.</summary>
public sealed class TrafficShiftSafetyTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_service_that_is_made_anew_gets_the_traffic_that_went_to_the_other_target_group()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN");
        await world.UpdateAsync();
        await world.EndAsync();
        await world.Ecs.Api.DeleteServiceAsync(
            new DeleteServiceRequest { Service = "s", Force = true },
            world.Ecs.Caller
        );
        await world.EndAsync();
        var before = world.Production;

        await world.Ecs.Api.CreateServiceAsync(world.Request("s"), world.Ecs.Caller);
        await world.EndAsync();

        before.ShouldBe(world.Shares(blue: 0, green: 100));
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
        world.Blue.States.ShouldBe(["healthy"]);
        (await world.DeploymentAsync()).Status.ShouldBe("SUCCESSFUL");
    }

    [Fact]
    public async Task The_next_deployment_leaves_the_traffic_where_it_is_when_the_old_tasks_are_being_cleaned_up()
    {
        await using var world = await CleaningUpAsync();
        world.Blue.FirstState = "initial";

        await world.UpdateAsync();
        await world.ObeyAsync();
        var scaling = world.Production;
        world.Blue.Drain();
        world.Blue.Set("healthy");
        await world.EndAsync();

        scaling.ShouldBe(world.Shares(blue: 0, green: 100));
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
        var all = await world.Ecs.Api.ListServiceDeploymentsAsync(
            new ListServiceDeploymentsRequest { Service = "s" },
            world.Ecs.Caller
        );
        all.ServiceDeployments!.ShouldAllBe(deployment => deployment.Status == "SUCCESSFUL");
    }

    [Fact]
    public async Task A_deployment_whose_old_tasks_are_being_cleaned_up_cannot_be_stopped()
    {
        await using var world = await CleaningUpAsync();

        var refused = await Should.ThrowAsync<AwsException>(world.StopDeploymentAsync);
        await world.EndAsync();

        (refused.Code, refused.Message).ShouldBe(
            (
                "ConflictException",
                "The service deployment cannot be stopped because it is in the lifecycle stage CLEAN_UP."
            )
        );
        (await world.DeploymentAsync()).Status.ShouldBe("SUCCESSFUL");
        world.Production.ShouldBe(world.Shares(blue: 0, green: 100));
    }

    [Fact]
    public async Task A_circuit_breaker_rolls_nothing_back_when_the_old_tasks_are_being_cleaned_up()
    {
        await using var world = await CleaningUpAsync(configuration => Breaking(configuration, rollback: true));

        await world.Ecs.ReportAsync(await OnlyTaskAsync(world, world.Green), "STOPPED", exitCode: 1);
        await world.Ecs.SettleAsync();
        await world.EndAsync();

        (await world.DeploymentAsync()).Status.ShouldBe("SUCCESSFUL");
        world.Production.ShouldBe(world.Shares(blue: 0, green: 100));
        world.Green.States.ShouldBe(["healthy"]);
    }

    [Fact]
    public async Task A_revision_that_has_failed_leaves_the_traffic_to_the_one_that_served()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake: 60, with: configuration =>
            Breaking(configuration, rollback: false)
        );
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        var baking = world.Production;

        await world.Ecs.ReportAsync(await OnlyTaskAsync(world, world.Green), "STOPPED", exitCode: 1);
        await world.EndAsync();

        baking.ShouldBe(world.Shares(blue: 0, green: 100));
        (await world.DeploymentAsync()).Status.ShouldBe("STOPPED");
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
        world.Blue.States.ShouldBe(["healthy"]);
    }

    [Fact]
    public async Task A_deployment_ends_though_an_old_task_is_on_a_host_that_is_lost()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake: 5, instances: 2);
        var serving = (await world.Ecs.TasksAsync("RUNNING")).Single();
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        await world.Ecs.LoseAsync(serving.ContainerInstanceArn!);
        await world.ObeyAsync();

        world.Ecs.Clock.Advance(5 * Minute);
        await world.EndAsync();

        (await world.DeploymentAsync()).Status.ShouldBe("SUCCESSFUL");
        (await world.Ecs.TasksAsync("RUNNING")).Count.ShouldBe(1);
        world.Production.ShouldBe(world.Shares(blue: 0, green: 100));
    }

    [Fact]
    public async Task A_revision_gets_no_traffic_for_tasks_on_a_host_that_is_lost()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", instances: 2);
        var serving = (await world.Ecs.TasksAsync("RUNNING")).Single();
        world.Green.FirstState = "initial";
        await world.UpdateAsync();
        await world.ObeyAsync();
        var added = (await world.Ecs.TasksAsync("RUNNING")).Single(task => task.TaskArn != serving.TaskArn);
        added.ContainerInstanceArn.ShouldNotBe(serving.ContainerInstanceArn);

        await world.Ecs.LoseAsync(added.ContainerInstanceArn!);
        world.Green.Set("healthy");
        await world.ObeyAsync();

        (await world.DeploymentAsync()).LifecycleStage.ShouldBe("SCALE_UP");
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
    }

    [Fact]
    public async Task What_serves_is_replaced_with_the_settings_that_it_was_deployed_with()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake: 60);
        var serving = (await world.Ecs.TasksAsync("RUNNING")).Single().TaskArn!;
        var renamed = await world.Ecs.RegisterAsync(hostPort: 0, container: "app");
        await world.UpdateAsync(request =>
            request with
            {
                TaskDefinition = renamed,
                LoadBalancers = [world.Balancer(world.BlueArn, world.GreenArn, "app")],
            }
        );
        await world.ObeyAsync();
        await world.ObeyAsync();

        await world.Ecs.ReportAsync(serving, "STOPPED", exitCode: 1);
        await world.ObeyAsync();
        world.Blue.Drain();
        world.Ecs.Clock.Advance(Minute);
        await world.ObeyAsync();

        world.Blue.States.ShouldBe(["healthy"]);
        world.Green.States.ShouldBe(["healthy"]);
    }

    [Fact]
    public async Task A_canary_in_new_target_groups_takes_its_share_from_the_one_that_serves()
    {
        await using var world = await CanaryInOtherGroupsAsync();
        var canary = world.Production;
        var other = world.Ecs.Elb.Groups.Keys.Single(arn => arn.Contains("/fourth/", StringComparison.Ordinal));
        var unused = world.Ecs.Elb.Groups.Keys.Single(arn => arn.Contains("/third/", StringComparison.Ordinal));

        world.Ecs.Clock.Advance(3 * Minute);
        await world.EndAsync();

        canary.ShouldBe(new Dictionary<string, int> { [world.BlueArn] = 90, [other] = 10 });
        world.Production.ShouldBe(new Dictionary<string, int> { [unused] = 0, [other] = 100 });
        (await world.DeploymentAsync()).Status.ShouldBe("SUCCESSFUL");
    }

    [Fact]
    public async Task Going_back_from_new_target_groups_is_going_back_to_the_old_ones()
    {
        await using var world = await CanaryInOtherGroupsAsync();

        await world.StopDeploymentAsync();
        await world.EndAsync();

        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
        world.Blue.States.ShouldBe(["healthy"]);
        (await world.DeploymentAsync()).Status.ShouldBe("ROLLBACK_SUCCESSFUL");
    }

    [Fact]
    public async Task Target_groups_that_change_places_are_not_shared_by_two_revisions()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake: 60);
        world.Ecs.Elb.Add("green", isUsed: true);

        await world.UpdateAsync(request =>
            request with
            {
                LoadBalancers = [world.Balancer(world.GreenArn, world.BlueArn)],
            }
        );
        await world.ObeyAsync();
        await world.ObeyAsync();
        var baking = world.Production;
        await world.StopDeploymentAsync();
        await world.EndAsync();

        baking.ShouldBe(world.Shares(blue: 0, green: 100), ignoreOrder: true);
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0), ignoreOrder: true);
        (world.Blue.Targets.Count, world.Green.Targets.Count).ShouldBe((1, 0));
    }

    [Fact]
    public async Task A_revision_that_fails_to_start_does_not_delay_the_one_that_serves()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN");
        var serving = (await world.Ecs.TasksAsync("RUNNING")).Single().TaskArn!;
        await world.UpdateAsync();
        for (var failures = 0; failures < 4; failures++)
        {
            world.Ecs.Clock.Advance(Minute);
            await world.Ecs.SettleAsync();
            var starting = (await world.Ecs.TasksAsync("RUNNING")).Single(task => task.LastStatus == "PENDING");
            await world.Ecs.ReportAsync(starting.TaskArn!, "STOPPED", "Task failed to start");
            await world.Ecs.SettleAsync();
        }

        await world.Ecs.ReportAsync(serving, "STOPPED", exitCode: 1);
        await world.ObeyAsync();

        world.Blue.States.Count(state => state == "healthy").ShouldBe(1);
    }

    [Fact]
    public async Task Going_back_waits_for_a_task_that_answers()
    {
        await using var world = await WithoutOldTasksAsync();

        await world.StopDeploymentAsync();
        var waiting = world.Production;
        await world.EndAsync();

        waiting.ShouldBe(world.Shares(blue: 0, green: 100));
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
        (await world.DeploymentAsync()).Status.ShouldBe("ROLLBACK_SUCCESSFUL");
    }

    [Fact]
    public async Task What_has_all_of_the_traffic_keeps_it_when_the_next_deployment_comes_and_nothing_else_runs()
    {
        await using var world = await WithoutOldTasksAsync();

        await world.UpdateAsync();
        var between = world.Production;
        await world.EndAsync();

        between.ShouldBe(world.Shares(blue: 0, green: 100));
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
        (await world.DeploymentAsync()).LifecycleStage.ShouldBe("BAKE_TIME");
        world.Green.States.ShouldBe(["healthy"]);
    }

    /// <summary>
    /// A new revision that bakes, while the host of the old one's task is lost and another task does not run yet.
    /// </summary>
    private static async Task<ShiftingWorld> WithoutOldTasksAsync()
    {
        var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake: 60, instances: 2);
        var serving = (await world.Ecs.TasksAsync("RUNNING")).Single();
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        await world.Ecs.LoseAsync(serving.ContainerInstanceArn!);
        await world.Ecs.SettleAsync();
        return world;
    }

    /// <summary>A deployment whose new revision has all of the traffic, while the old one's task drains.</summary>
    private static async Task<ShiftingWorld> CleaningUpAsync(
        Func<DeploymentConfiguration, DeploymentConfiguration>? with = null
    )
    {
        var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", with: with);
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        (await world.DeploymentAsync()).LifecycleStage.ShouldBe("CLEAN_UP");
        world.Blue.States.ShouldBe(["draining"]);
        world.Production.ShouldBe(world.Shares(blue: 0, green: 100));
        return world;
    }

    /// <summary>A canary of 10 % that is in neither of the target groups that the service had.</summary>
    private static async Task<ShiftingWorld> CanaryInOtherGroupsAsync()
    {
        var world = await ShiftingWorld.CreateAsync("CANARY", with: configuration =>
            configuration with
            {
                CanaryConfiguration = new CanaryConfiguration { CanaryPercent = 10, CanaryBakeTimeInMinutes = 3 },
            }
        );
        var (third, fourth) = (world.Ecs.Elb.Add("third"), world.Ecs.Elb.Add("fourth"));
        await world.UpdateAsync(request => request with { LoadBalancers = [world.Balancer(third, fourth)] });
        await world.ObeyAsync();
        await world.ObeyAsync();
        return world;
    }

    private static DeploymentConfiguration Breaking(DeploymentConfiguration configuration, bool rollback) =>
        configuration with
        {
            DeploymentCircuitBreaker = new DeploymentCircuitBreaker
            {
                Enable = true,
                Rollback = rollback,
                ThresholdConfiguration = new ThresholdConfiguration { Type = "COUNT", Value = 1 },
            },
        };

    /// <summary>The task that is in a target group.</summary>
    private static async Task<string> OnlyTaskAsync(ShiftingWorld world, StandInTargetGroup group)
    {
        var port = group.Targets.Keys.Single().Port;
        return (await world.Ecs.TasksAsync("RUNNING"))
            .Single(task => task.Containers![0].NetworkBindings!.Any(binding => binding.HostPort == port))
            .TaskArn!;
    }
}
