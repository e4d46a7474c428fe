using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.LoadBalancers;

/// <summary>Tasks as targets: when they are registered, what a service makes of them, and how they end.</summary>
public sealed class TargetTests
{
    [Fact]
    public async Task A_task_is_registered_with_its_instance_and_port_once_it_runs()
    {
        await using var world = await WorldAsync();
        var group = world.Elb.Groups[await BalancedAsync(world, desired: 2)];

        group.Targets.ShouldBeEmpty();
        await world.ObeyAsync();

        group.Targets.Keys.ShouldBe([("i-1", 32768), ("i-1", 32769)], ignoreOrder: true);
        Messages(await world.ServiceAsync())
            .ShouldContain(message => message.StartsWith("registered 2 targets in ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deployment_rests_on_the_health_of_targets()
    {
        await using var world = await WorldAsync();
        var arn = world.Elb.Add();
        world.Elb.Groups[arn].FirstState = "initial";
        await BalancedAsync(world, desired: 1, arn);
        await world.ObeyAsync();
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("IN_PROGRESS");

        world.Elb.Groups[arn].Set("healthy");
        await world.SettleAsync();

        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task A_new_task_counts_when_its_slow_start_is_over()
    {
        await using var world = await WorldAsync();
        var arn = world.Elb.Add();
        world.Elb.Groups[arn].SlowStartSeconds = 30;
        await BalancedAsync(world, desired: 1, arn);
        await world.ObeyAsync();

        world.Clock.Advance(TimeSpan.FromSeconds(29));
        await world.SettleAsync();
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("IN_PROGRESS");
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.SettleAsync();

        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task A_task_that_is_to_stop_hears_of_it_when_its_target_has_drained()
    {
        await using var world = await WorldAsync();
        var group = world.Elb.Groups[await BalancedAsync(world, desired: 1)];
        await world.ObeyAsync();
        var task = (await world.TasksAsync()).Single();

        var stopped = await world.Api.StopTaskAsync(new StopTaskRequest { Task = task.TaskArn }, world.Caller);
        await world.SettleAsync();
        var record = Record(world, task);

        stopped.Task!.LastStatus.ShouldBe("DEACTIVATING");
        group.States.ShouldContain("draining");
        (record.DesiredByAgent, record.IsTransitional).ShouldBe(("RUNNING", false));
        Messages(await world.ServiceAsync()).ShouldContain("has begun draining connections on 1 tasks.");

        group.Drain();
        await world.SettleAsync();
        record = Record(world, task);

        (record.LastStatus, record.DesiredByAgent, record.IsTransitional).ShouldBe(("STOPPING", "STOPPED", true));
    }

    [Fact]
    public async Task A_task_that_ends_by_itself_is_taken_off()
    {
        await using var world = await WorldAsync();
        var group = world.Elb.Groups[await BalancedAsync(world, desired: 1)];
        await world.ObeyAsync();

        await world.ReportAsync((await world.TasksAsync()).Single().TaskArn!, "STOPPED", exitCode: 1);
        await world.SettleAsync();

        group.States.ShouldBe(["draining"]);
    }

    [Fact]
    public async Task A_task_that_ends_while_it_drains_leaves_its_port_to_the_next()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(ec2: "i-1");
        await world.RegisterAsync(hostPort: 8080);
        var group = world.Elb.Groups[await BalancedAsync(world, desired: 1)];
        NetworkBinding[] port = [new() { ContainerPort = 80, HostPort = 8080 }];
        var first = (await world.TasksAsync()).Single();
        await world.ReportAsync(first.TaskArn!, "RUNNING", bindings: port);
        await world.SettleAsync();
        await world.Api.StopTaskAsync(new StopTaskRequest { Task = first.TaskArn }, world.Caller);
        await world.SettleAsync();
        group.States.ShouldBe(["draining"]);

        await world.ReportAsync(first.TaskArn!, "STOPPED", exitCode: 1);
        await world.SettleAsync();
        var next = (await world.TasksAsync("RUNNING")).Single();
        await world.ReportAsync(next.TaskArn!, "RUNNING", bindings: port);
        await world.SettleAsync();

        group.States.ShouldBe(["healthy"]);
        Record(world, next).Targets!.Single().IsHealthy.ShouldBeTrue();
        Record(world, first).TargetsOf.ShouldBeNull("nobody waits for its target, so that it can be removed");
    }

    [Fact]
    public async Task A_port_that_another_task_has_by_now_stays()
    {
        await using var world = await WorldAsync();
        var group = world.Elb.Groups[await BalancedAsync(world, desired: 1)];
        await world.ObeyAsync();
        var ended = Record(world, (await world.TasksAsync()).Single());
        await world.Store.CommitAsync(transaction =>
            transaction.Put(
                EcsTables.Tasks,
                ended with
                {
                    Id = new string('a', 32),
                    LastStatus = "STOPPED",
                    DesiredStatus = "STOPPED",
                }
            )
        );

        await world.SettleAsync();

        group.States.ShouldBe(["healthy"]);
    }

    [Fact]
    public async Task A_task_that_fails_the_checks_of_its_target_group_is_replaced_after_the_grace_period()
    {
        await using var world = await WorldAsync();
        var arn = await BalancedAsync(world, desired: 1, with: request =>
            request with
            {
                HealthCheckGracePeriodSeconds = 60,
            }
        );
        await world.ObeyAsync();
        var task = (await world.TasksAsync()).Single();

        world.Elb.Groups[arn].Set("unhealthy", "Health checks failed with these codes: [502]");
        await world.ObeyAsync();
        var patient = Record(world, task).DesiredStatus;
        world.Clock.Advance(TimeSpan.FromSeconds(60));
        await world.ObeyAsync();
        await world.ObeyAsync();

        patient.ShouldBe("RUNNING");
        Record(world, task)
            .StoppedReason.ShouldBe(
                $"Task failed ELB health checks in (target-group {arn}): Health checks failed with these codes: [502]"
            );
        Messages(await world.ServiceAsync())
            .ShouldContain(
                $"(instance i-1) (port 32768) is unhealthy in (target-group {arn}) due to (reason Health checks failed "
                    + "with these codes: [502])"
            );
        (await world.TasksAsync("RUNNING")).ShouldContain(other => other.TaskArn != task.TaskArn);
    }

    [Fact]
    public async Task A_target_that_somebody_else_took_off_is_registered_again()
    {
        await using var world = await WorldAsync();
        var group = world.Elb.Groups[await BalancedAsync(world, desired: 1)];
        await world.ObeyAsync();

        group.Targets.Clear();
        await world.SettleAsync();

        group.States.ShouldBe(["healthy"]);
    }

    [Fact]
    public async Task A_target_that_is_refused_keeps_no_other_away_and_is_said_once()
    {
        await using var world = await WorldAsync();
        await world.AddInstanceAsync(ec2: "i-2");
        var arn = world.Elb.Add();
        var group = world.Elb.Groups[arn];
        group.Refused.Add("i-2");
        await BalancedAsync(world, desired: 2, arn, request =>
            request with
            {
                PlacementStrategy = [new PlacementStrategy { Type = "spread", Field = "instanceId" }],
            }
        );

        await world.ObeyAsync();
        await world.SettleAsync();

        group.Targets.Keys.Select(target => target.Id).ShouldBe(["i-1"]);
        Messages(await world.ServiceAsync())
            .Count(message => message.StartsWith("failed to register targets in ", StringComparison.Ordinal))
            .ShouldBe(1);
    }

    [Fact]
    public async Task A_task_on_a_host_without_an_instance_id_says_why_it_is_no_target()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync(hostPort: 0);
        var arn = await BalancedAsync(world, desired: 1);

        await world.ObeyAsync();
        await world.SettleAsync();

        Messages(await world.ServiceAsync())
            .ShouldContain(
                $"failed to register targets in (target-group {arn}) with (error The container instance of the task "
                    + "has no EC2 instance ID, or the container has no port on it.)"
            );
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("IN_PROGRESS");
    }

    [Theory]
    [InlineData(false, "STOPPED")]
    [InlineData(true, "ROLLBACK_SUCCESSFUL")]
    public async Task A_deployment_whose_target_group_was_deleted_fails_and_says_so(bool rollsBack, string status)
    {
        await using var world = await WorldAsync();
        var first = await BalancedAsync(world, desired: 1, with: request => request with { DeploymentConfiguration =
                    new DeploymentConfiguration
                    {
                        DeploymentCircuitBreaker = new DeploymentCircuitBreaker
                        {
                            Enable = rollsBack,
                            Rollback = rollsBack,
                        },
                    } });
        await world.ObeyAsync();
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = world.Elb.Add("second");
        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", LoadBalancers = [LoadBalancerOf(second)] },
            world.Caller
        );
        world.Elb.Groups.Remove(second);

        for (var n = 0; n < 4; n++)
        {
            await world.ObeyAsync();
            world.Elb.Groups[first].Drain();
        }

        var deployments = await world.Api.ListServiceDeploymentsAsync(
            new ListServiceDeploymentsRequest { Service = "s" },
            world.Caller
        );
        deployments.ServiceDeployments![0].Status.ShouldBe(status);
        Messages(await world.ServiceAsync())
            .ShouldContain(message => message.EndsWith($"The target group {second} does not exist any more."));
        world.Elb.Groups[first].States.ShouldBe(["healthy"]);
    }

    [Fact]
    public async Task An_update_of_the_load_balancers_moves_the_tasks()
    {
        await using var world = await WorldAsync();
        var first = await BalancedAsync(world, desired: 1);
        await world.ObeyAsync();
        var second = world.Elb.Add("second");

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", LoadBalancers = [LoadBalancerOf(second)] },
            world.Caller
        );
        for (var n = 0; n < 4; n++)
        {
            await world.ObeyAsync();
            world.Elb.Groups[first].Drain();
        }

        world.Elb.Groups[first].Targets.ShouldBeEmpty();
        world.Elb.Groups[second].States.ShouldBe(["healthy"]);
        (await world.ServiceAsync()).LoadBalancers!.Single().TargetGroupArn.ShouldBe(second);
    }

    [Fact]
    public async Task A_service_that_is_deleted_leaves_no_target()
    {
        await using var world = await WorldAsync();
        var group = world.Elb.Groups[await BalancedAsync(world, desired: 1)];
        await world.ObeyAsync();

        await world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "s", Force = true }, world.Caller);
        await world.ObeyAsync();
        group.Drain();
        await world.ObeyAsync();

        group.Targets.ShouldBeEmpty();
        (await world.ServiceAsync()).Status.ShouldBe("INACTIVE");
    }

    [Fact]
    public Task A_target_group_that_no_load_balancer_has_is_refused() =>
        IsRefusedAsync(
            world => LoadBalancerOf(world.Elb.Add(isUsed: false)),
            arn => $"The target group with targetGroupArn {arn} does not have an associated load balancer."
        );

    [Fact]
    public Task A_target_group_of_addresses_is_refused_for_bridge_mode() =>
        IsRefusedAsync(
            world => LoadBalancerOf(world.Elb.Add(type: "ip")),
            arn =>
                $"The provided target group {arn} has target type ip, which is incompatible with the bridge network "
                + "mode specified in the task definition."
        );

    [Fact]
    public Task A_target_group_that_does_not_exist_is_refused() =>
        IsRefusedAsync(
            _ =>
                LoadBalancerOf("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/none/0123456789abcdef"),
            arn => $"The target group {arn} does not exist."
        );

    [Fact]
    public Task A_container_that_the_definition_does_not_have_is_refused() =>
        IsRefusedAsync(
            world => LoadBalancerOf(world.Elb.Add()) with { ContainerName = "other" },
            _ => "The container other does not exist in the task definition."
        );

    [Fact]
    public Task A_port_that_the_container_does_not_have_is_refused() =>
        IsRefusedAsync(
            world => LoadBalancerOf(world.Elb.Add()) with { ContainerPort = 81 },
            _ => "The container nginx did not have a container port 81 defined."
        );

    [Fact]
    public Task A_target_group_and_a_classic_load_balancer_at_once_are_refused() =>
        IsRefusedAsync(
            world => LoadBalancerOf(world.Elb.Add()) with { LoadBalancerName = "classic" },
            _ =>
                "loadBalancerName and targetGroupArn cannot both be specified. You must specify either a "
                + "loadBalancerName or a targetGroupArn."
        );

    private static async Task IsRefusedAsync(Func<EcsWorld, LoadBalancer> balancer, Func<string, string> message)
    {
        await using var world = await WorldAsync();
        var asked = balancer(world);

        var refused = await Should.ThrowAsync<AwsException>(() =>
            world.Api.CreateServiceAsync(
                new CreateServiceRequest
                {
                    ServiceName = "s",
                    TaskDefinition = "web",
                    DesiredCount = 1,
                    LoadBalancers = [asked],
                },
                world.Caller
            )
        );

        (refused.Code, refused.Message).ShouldBe(("InvalidParameterException", message(asked.TargetGroupArn!)));
        world.View.Range(EcsTables.Services).ShouldBeEmpty();
    }

    private static async Task<EcsWorld> WorldAsync()
    {
        var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(ec2: "i-1");
        await world.RegisterAsync(hostPort: 0);
        return world;
    }

    private static async Task<string> BalancedAsync(
        EcsWorld world,
        int desired,
        string? targetGroup = null,
        Func<CreateServiceRequest, CreateServiceRequest>? with = null
    )
    {
        var arn = targetGroup ?? world.Elb.Add();
        await world.CreateServiceAsync(desired, with: request =>
            (with?.Invoke(request) ?? request) with
            {
                LoadBalancers = [LoadBalancerOf(arn)],
            }
        );
        return arn;
    }

    private static LoadBalancer LoadBalancerOf(string targetGroup) =>
        new()
        {
            TargetGroupArn = targetGroup,
            ContainerName = "nginx",
            ContainerPort = 80,
        };

    private static Ecs.Tasks.TaskRecord Record(EcsWorld world, EcsTask task) =>
        world.View.Range(EcsTables.Tasks).Single(record => record.Arn == task.TaskArn);

    private static IEnumerable<string> Messages(Service service) =>
        service.Events!.Select(happened => happened.Message!["(service s) ".Length..]);
}
