using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Services;

/// <summary>
/// Deployments that run beside what serves: when the traffic goes where, and how they end.
/// </summary>
public sealed class TrafficShiftTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_first_deployment_shifts_nothing()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN");

        (await world.DeploymentAsync()).Status.ShouldBe("SUCCESSFUL");
        world.Blue.States.ShouldBe(["healthy"]);
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
    }

    [Fact]
    public async Task A_new_revision_gets_all_of_the_traffic_when_it_is_healthy_and_the_old_one_bakes()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake: 5);
        world.Green.FirstState = "initial";
        await world.UpdateAsync();
        await world.ObeyAsync();
        var scaling = await world.DeploymentAsync();
        var whileScaling = world.Production;

        world.Green.Set("healthy");
        await world.ObeyAsync();
        var baking = await world.DeploymentAsync();
        var whileBaking = world.Production;
        world.Ecs.Clock.Advance(5 * Minute - TimeSpan.FromSeconds(1));
        await world.ObeyAsync();
        var blueStill = world.Blue.States.ToList();
        world.Ecs.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.EndAsync();

        (scaling.Status, scaling.LifecycleStage).ShouldBe(("IN_PROGRESS", "SCALE_UP"));
        whileScaling.ShouldBe(world.Shares(blue: 100, green: 0));
        baking.LifecycleStage.ShouldBe("BAKE_TIME");
        baking.TargetServiceRevision!.RequestedProductionTrafficWeight.ShouldBe(100);
        baking.SourceServiceRevisions!.Single().RequestedProductionTrafficWeight.ShouldBe(0);
        whileBaking.ShouldBe(world.Shares(blue: 0, green: 100));
        blueStill.ShouldBe(["healthy"]);
        (await world.DeploymentAsync()).Status.ShouldBe("SUCCESSFUL");
        world.Blue.Targets.ShouldBeEmpty();
        world.Green.States.ShouldBe(["healthy"]);
        world.Production.ShouldBe(world.Shares(blue: 0, green: 100));
    }

    [Fact]
    public async Task The_next_deployment_goes_back_to_the_first_target_group()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN");
        await world.UpdateAsync();
        await world.EndAsync();
        var first = world.Production;

        await world.UpdateAsync();
        await world.EndAsync();

        first.ShouldBe(world.Shares(blue: 0, green: 100));
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
        (world.Blue.Targets.Count, world.Green.Targets.Count).ShouldBe((1, 0));
    }

    [Fact]
    public async Task A_canary_gets_its_share_first()
    {
        await using var world = await ShiftingWorld.CreateAsync("CANARY", with: configuration =>
            configuration with
            {
                CanaryConfiguration = new CanaryConfiguration { CanaryPercent = 2.5, CanaryBakeTimeInMinutes = 3 },
            }
        );
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        var canary = world.Production;
        world.Ecs.Clock.Advance(3 * Minute);
        await world.EndAsync();

        canary.ShouldBe(world.Shares(blue: 878, green: 22));
        world.Production.ShouldBe(world.Shares(blue: 0, green: 100));
    }

    [Fact]
    public async Task A_linear_deployment_goes_step_by_step()
    {
        await using var world = await ShiftingWorld.CreateAsync("LINEAR", with: configuration =>
            configuration with
            {
                LinearConfiguration = new LinearConfiguration { StepPercent = 40, StepBakeTimeInMinutes = 1 },
            }
        );
        await world.UpdateAsync();
        await world.ObeyAsync();
        var shares = new List<int>();
        for (var step = 0; step < 3; step++)
        {
            await world.ObeyAsync();
            shares.Add(world.Production[world.GreenArn]);
            world.Ecs.Clock.Advance(Minute);
        }

        await world.EndAsync();

        shares.ShouldBe([40, 80, 100]);
        (await world.DeploymentAsync()).Status.ShouldBe("SUCCESSFUL");
    }

    [Fact]
    public async Task The_test_rule_leads_to_the_new_revision_first()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", hasTestRule: true, with: configuration =>
            ShiftingWorld.Pausing(configuration, "POST_TEST_TRAFFIC_SHIFT")
        );

        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();

        world.Ecs.Elb.Rules[world.TestRule!].ShouldBe(world.Shares(blue: 0, green: 100));
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
    }

    [Theory]
    [InlineData("CONTINUE", "SUCCESSFUL", "SUCCEEDED")]
    [InlineData("ROLLBACK", "ROLLBACK_SUCCESSFUL", "FAILED")]
    public async Task A_pause_ends_when_somebody_says_so(string action, string status, string hook)
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", with: configuration =>
            ShiftingWorld.Pausing(configuration, "PRE_PRODUCTION_TRAFFIC_SHIFT")
        );
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        var paused = await world.DeploymentAsync();
        var whilePaused = world.Production;

        await world.Ecs.Api.ContinueServiceDeploymentAsync(
            new ContinueServiceDeploymentRequest
            {
                ServiceDeploymentArn = paused.ServiceDeploymentArn,
                HookId = paused.LifecycleHookDetails!.Single().HookId,
                Action = action,
            },
            world.Ecs.Caller
        );
        await world.EndAsync();

        paused.LifecycleHookDetails!.Single().Status.ShouldBe("AWAITING_ACTION");
        whilePaused.ShouldBe(world.Shares(blue: 100, green: 0));
        var ended = await world.DeploymentAsync();
        (ended.Status, ended.LifecycleHookDetails!.Single().Status).ShouldBe((status, hook));
    }

    [Theory]
    [InlineData("ROLLBACK", "ROLLBACK_SUCCESSFUL")]
    [InlineData("CONTINUE", "SUCCESSFUL")]
    public async Task A_pause_ends_by_itself_when_its_time_is_over(string action, string status)
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", with: configuration =>
            ShiftingWorld.Pausing(configuration, "POST_SCALE_UP", minutes: 10, action)
        );
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        (await world.Ecs.ReconcileServiceAsync()).ShouldBe(10 * Minute, "nobody else says when the time is over");

        world.Ecs.Clock.Advance(10 * Minute);
        await world.EndAsync();

        (await world.DeploymentAsync()).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(0, 5)]
    public async Task A_clock_that_is_set_back_begins_the_time_of_a_stage_anew(int bake, int pause)
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake, with: configuration =>
            pause == 0
                ? configuration
                : ShiftingWorld.Pausing(configuration, "POST_SCALE_UP", minutes: pause, action: "CONTINUE")
        );
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();

        world.Ecs.Clock.AdjustTime(world.Ecs.Clock.GetUtcNow() - TimeSpan.FromHours(2));
        var next = await world.Ecs.ReconcileServiceAsync();
        world.Ecs.Clock.Advance(5 * Minute);
        await world.EndAsync();

        next.ShouldBe(5 * Minute);
        (await world.DeploymentAsync()).Status.ShouldBe("SUCCESSFUL");
    }

    [Fact]
    public async Task Going_back_is_a_change_of_the_listener_rule_and_starts_nothing()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake: 60);
        var serving = (await world.Ecs.TasksAsync("RUNNING")).Single().TaskArn;
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        var before = world.Production;

        await world.Ecs.Api.StopServiceDeploymentAsync(
            new StopServiceDeploymentRequest
            {
                ServiceDeploymentArn = (await world.DeploymentAsync()).ServiceDeploymentArn,
                StopType = "ROLLBACK",
            },
            world.Ecs.Caller
        );
        await world.Ecs.SettleAsync();
        var atOnce = world.Production;
        await world.EndAsync();

        before.ShouldBe(world.Shares(blue: 0, green: 100));
        atOnce.ShouldBe(world.Shares(blue: 100, green: 0));
        (await world.DeploymentAsync()).Status.ShouldBe("ROLLBACK_SUCCESSFUL");
        (await world.Ecs.TasksAsync("RUNNING")).Single().TaskArn.ShouldBe(serving);
        world.Green.Targets.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("BLUE_GREEN")]
    [InlineData("LINEAR")]
    [InlineData("CANARY")]
    public async Task A_deployment_of_each_strategy_can_be_stopped_while_it_shifts(string strategy)
    {
        await using var world = await ShiftingWorld.CreateAsync(strategy, bake: 60);
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        var shifted = world.Production[world.GreenArn];

        await world.StopDeploymentAsync();
        await world.EndAsync();

        shifted.ShouldBePositive();
        world.Production.ShouldBe(world.Shares(blue: 100, green: 0));
        (await world.DeploymentAsync()).Status.ShouldBe("ROLLBACK_SUCCESSFUL");
    }

    [Fact]
    public async Task A_deployment_cannot_be_aborted()
    {
        await using var world = await ShiftingWorld.CreateAsync("CANARY");
        await world.UpdateAsync();
        var arn = (await world.DeploymentAsync()).ServiceDeploymentArn;

        var refusal = await Should.ThrowAsync<AwsException>(() =>
            world.Ecs.Api.StopServiceDeploymentAsync(
                new StopServiceDeploymentRequest { ServiceDeploymentArn = arn, StopType = "ABORT" },
                world.Ecs.Caller
            )
        );

        refusal.Code.ShouldBe("InvalidParameterException");
        (await world.DeploymentAsync()).Status.ShouldBe("IN_PROGRESS");
    }

    [Fact]
    public async Task A_revision_that_is_not_healthy_gets_no_traffic_and_is_taken_back()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", with: configuration =>
            configuration with
            {
                DeploymentCircuitBreaker = new DeploymentCircuitBreaker { Enable = true, Rollback = true },
            }
        );
        world.Green.FirstState = "unhealthy";
        await world.UpdateAsync();

        for (var n = 0; n < 12; n++)
        {
            await world.ObeyAsync();
            world.Green.Drain();
            world.Ecs.Clock.Advance(5 * Minute);
            world.Production[world.BlueArn].ShouldBe(100);
        }

        (await world.DeploymentAsync()).Status.ShouldBe("ROLLBACK_SUCCESSFUL");
        world.Blue.States.ShouldBe(["healthy"]);
    }

    [Fact]
    public async Task A_task_that_serves_is_replaced_while_the_new_revision_bakes()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake: 60);
        var serving = (await world.Ecs.TasksAsync("RUNNING")).Single().TaskArn!;
        await world.UpdateAsync();
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
    public async Task A_listener_rule_that_is_gone_fails_the_deployment()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN");
        world.Ecs.Elb.Rules.Clear();

        await world.UpdateAsync();
        await world.EndAsync();

        var failed = await world.DeploymentAsync();
        failed.Status.ShouldBe("STOPPED");
        failed.StatusReason!.ShouldContain("The listener rule");
        world.Blue.States.ShouldBe(["healthy"]);
    }

    [Fact]
    public async Task A_service_that_is_deleted_in_the_middle_ends()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake: 60);
        await world.UpdateAsync();
        await world.ObeyAsync();
        world.Ecs.Elb.Rules.Clear();

        await world.Ecs.Api.DeleteServiceAsync(
            new DeleteServiceRequest { Service = "s", Force = true },
            world.Ecs.Caller
        );
        await world.EndAsync();

        (await world.Ecs.ServiceAsync()).Status.ShouldBe("INACTIVE");
        (world.Blue.Targets.Count, world.Green.Targets.Count).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_new_deployment_takes_the_place_of_one_that_is_not_done()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN", bake: 60);
        var serving = (await world.Ecs.TasksAsync("RUNNING")).Single().TaskArn;
        await world.UpdateAsync();
        await world.ObeyAsync();
        await world.ObeyAsync();
        var first = world.Production;

        await world.UpdateAsync();
        var between = world.Production;
        await world.EndAsync();

        first.ShouldBe(world.Shares(blue: 0, green: 100));
        between.ShouldBe(world.Shares(blue: 100, green: 0));
        world.Production.ShouldBe(world.Shares(blue: 0, green: 100));
        (await world.DeploymentAsync()).LifecycleStage.ShouldBe("BAKE_TIME");
        var running = (await world.Ecs.TasksAsync("RUNNING")).Select(task => task.TaskArn).ToList();
        (running.Count, running.Contains(serving)).ShouldBe((2, true));
    }

    [Fact]
    public async Task What_a_shift_of_traffic_needs_is_asked_for()
    {
        await using var world = await ShiftingWorld.CreateAsync("BLUE_GREEN");
        async Task<string> RefusedAsync(Func<CreateServiceRequest, CreateServiceRequest> change)
        {
            var refused = await Should.ThrowAsync<AwsException>(() =>
                world.Ecs.Api.CreateServiceAsync(change(world.Request("other")), world.Ecs.Caller)
            );
            return $"{refused.Code}: {refused.Message}";
        }

        (await RefusedAsync(request => request with { LoadBalancers = [Plain(request.LoadBalancers![0])] })).ShouldBe(
            "InvalidParameterException: advancedConfiguration is required for load balancers of services with the "
                + "deployment strategy BLUE_GREEN."
        );
        (
            await RefusedAsync(request =>
                request with
                {
                    LoadBalancers = null,
                    DeploymentConfiguration = new DeploymentConfiguration { Strategy = "CANARY" },
                }
            )
        ).ShouldBe("InvalidParameterException: The deployment strategy CANARY needs a load balancer.");
        (
            await RefusedAsync(request =>
                request with
                {
                    DeploymentConfiguration = new DeploymentConfiguration
                    {
                        Strategy = "BLUE_GREEN",
                        LinearConfiguration = new LinearConfiguration { StepPercent = 10 },
                    },
                }
            )
        ).ShouldBe("InvalidParameterException: linearConfiguration is only valid for the deployment strategy LINEAR.");
        (
            await RefusedAsync(request =>
                request with
                {
                    DeploymentConfiguration = new DeploymentConfiguration
                    {
                        Strategy = "LINEAR",
                        LinearConfiguration = new LinearConfiguration { StepPercent = 2.9 },
                    },
                }
            )
        ).ShouldBe("InvalidParameterException: stepPercent must be between 3 and 100.");
        (
            await RefusedAsync(request =>
                request with
                {
                    DeploymentConfiguration = ShiftingWorld.Pausing(
                        request.DeploymentConfiguration!,
                        "TEST_TRAFFIC_SHIFT"
                    ),
                }
            )
        ).ShouldBe(
            "InvalidParameterException: The lifecycle stage TEST_TRAFFIC_SHIFT is not valid for a hook with the "
                + "targetType PAUSE."
        );
    }

    private static LoadBalancer Plain(LoadBalancer balancer) => balancer with { AdvancedConfiguration = null };
}
