using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.HealthChecks;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.Targets;

public sealed class TargetHealthTests
{
    private static readonly (string?, string?, string?) Healthy = ("healthy", null, null);
    private static readonly (string?, string?, string?) Initial = (
        "initial",
        "Elb.InitialHealthChecking",
        "Initial health checks in progress"
    );
    private static readonly (string?, string?, string?) Unused = (
        "unused",
        "Target.NotInUse",
        "Target group is not configured to receive traffic from the load balancer"
    );

    [Fact]
    public async Task A_group_that_no_load_balancer_uses_is_not_checked()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();

        await world.RegisterAsync(group, "10.0.1.5");
        await world.AdvanceAsync(60);

        (await world.OnlyHealthAsync(group)).ShouldBe(Unused);
        world.Probe.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_success_makes_a_new_target_healthy()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world);

        await world.RegisterAsync(group, "10.0.1.5");

        (await world.OnlyHealthAsync(group)).ShouldBe(Healthy);
        world.Probe.Asked.ShouldHaveSingleItem().Target.ShouldBe("10.0.1.5:80");
        var described = (await world.HealthAsync(group))[0];
        described.HealthCheckPort.ShouldBe("80");
        described.AdministrativeOverride!.State.ShouldBe("no_override");
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task A_clock_that_is_set_changes_nothing_about_when_targets_are_checked(int seconds)
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world, request => request with { HealthCheckIntervalSeconds = 30 });
        await world.RegisterAsync(group, "10.0.1.5");
        await world.IdleAsync();
        world.Time.Set(TimeSpan.FromSeconds(seconds));

        await world.AdvanceAsync(29);
        world.Probe.Asked.Count.ShouldBe(1);
        await world.AdvanceAsync(1);
        world.Probe.Asked.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("AnomalyDetection")]
    [InlineData("All")]
    public async Task Whether_a_target_is_anomalous_is_told_to_who_asks(string include)
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world);
        await world.RegisterAsync(group, "10.0.1.5");
        await world.IdleAsync();

        (await world.HealthAsync(group))[0].AnomalyDetection.ShouldBeNull();
        var described = await world.Api.DescribeTargetHealthAsync(
            new DescribeTargetHealthInput { TargetGroupArn = group.TargetGroupArn, Include = [include] },
            Context
        );

        described
            .TargetHealthDescriptions!.Single()
            .AnomalyDetection.ShouldBe(new AnomalyDetection { Result = "normal", MitigationInEffect = "no" });
    }

    [Fact]
    public async Task Failures_make_a_target_unhealthy_at_the_threshold_and_successes_healthy_again()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world, request => request with { HealthyThresholdCount = 3 });
        world.Probe.Answer = _ => new ProbeOutcome(ProbeKind.Answered, 503);

        await world.RegisterAsync(group, "10.0.1.5");
        var first = await world.OnlyHealthAsync(group);
        await world.AdvanceAsync(30);
        var second = await world.OnlyHealthAsync(group);
        world.Probe.Answer = _ => StandInProbe.Well;
        await world.AdvanceAsync(60);
        var twice = await world.OnlyHealthAsync(group);
        await world.AdvanceAsync(30);

        first.ShouldBe(Initial);
        second.ShouldBe(("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"));
        twice.State.ShouldBe("unhealthy");
        (await world.OnlyHealthAsync(group)).ShouldBe(Healthy);
    }

    [Fact]
    public async Task What_the_last_answer_said_follows_its_code()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world);
        world.Probe.Answer = _ => new ProbeOutcome(ProbeKind.Answered, 503, "database is away");

        await world.RegisterAsync(group, "10.0.1.5");
        await world.AdvanceAsync(30);

        (await world.OnlyHealthAsync(group)).Description.ShouldBe(
            "Health checks failed with these codes: [503]: database is away"
        );
    }

    [Fact]
    public async Task A_target_is_asked_at_the_interval()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world, request => request with { HealthCheckIntervalSeconds = 10 });
        await world.RegisterAsync(group, "10.0.1.5");

        await world.AdvanceAsync(9);
        var before = world.Probe.Asked.Count;
        await world.AdvanceAsync(21);

        (before, world.Probe.Asked.Count).ShouldBe((1, 4));
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_none()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world, request =>
            request with
            {
                HealthCheckIntervalSeconds = 10,
                HealthCheckTimeoutSeconds = 4,
            }
        );
        world.Probe.Answer = _ => null;

        var registering = world.RegisterAsync(group, "10.0.1.5");
        await world.Probe.AskedOnceMoreAsync();
        world.Time.Advance(TimeSpan.FromSeconds(4));
        await registering;
        await world.IdleAsync();
        var first = await world.OnlyHealthAsync(group);
        world.Time.Advance(TimeSpan.FromSeconds(6));
        await world.Probe.AskedOnceMoreAsync();
        world.Time.Advance(TimeSpan.FromSeconds(4));
        await world.IdleAsync();

        first.ShouldBe(Initial);
        (await world.OnlyHealthAsync(group)).ShouldBe(("unhealthy", "Target.Timeout", "Request timed out"));
    }

    [Fact]
    public async Task A_network_load_balancer_says_only_that_checks_failed()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync(change: request => request with { Protocol = "TCP" });
        await world.ForwardAsync(await world.NetworkLoadBalancerAsync(), group);
        world.Probe.Answer = _ => new ProbeOutcome(ProbeKind.Failed);
        await world.RegisterAsync(group, "10.0.1.5");

        await world.AdvanceAsync(30);

        world.Probe.Asked.ShouldAllBe(asked => asked.Settings.Protocol == "TCP");
        (await world.OnlyHealthAsync(group)).ShouldBe(
            ("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
        );
    }

    [Theory]
    [InlineData("200-299,301", 204, true)]
    [InlineData("200-299,301", 301, true)]
    [InlineData("200-299,301", 302, false)]
    [InlineData("200", 201, false)]
    public async Task The_matcher_says_which_codes_are_a_success(string matcher, int code, bool isHealthy)
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world, request => request with { Matcher = new Matcher
                {
                    HttpCode = matcher,
                }, HealthCheckPort = "8080", HealthCheckPath = "/health" });
        world.Probe.Answer = _ => new ProbeOutcome(ProbeKind.Answered, code);

        await world.RegisterAsync(group, "10.0.1.5");

        (await world.OnlyHealthAsync(group)).ShouldBe(isHealthy ? Healthy : Initial);
        var (target, settings) = world.Probe.Asked.ShouldHaveSingleItem();
        (target, settings.Path).ShouldBe(("10.0.1.5:8080", "/health"));
    }

    [Fact]
    public async Task Changed_settings_are_checked_with_at_once()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world);
        await world.RegisterAsync(group, "10.0.1.5");

        await world.Api.ModifyTargetGroupAsync(
            new ModifyTargetGroupInput { TargetGroupArn = group.TargetGroupArn, HealthCheckPath = "/other" },
            Context
        );
        await world.IdleAsync();

        world.Probe.Asked.Select(asked => asked.Settings.Path).ShouldBe(["/", "/other"]);
    }

    [Fact]
    public async Task A_deregistered_target_drains_and_is_gone_after_the_delay()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world);
        await SetDelayAsync(world, group, 20);
        await world.RegisterAsync(group, "10.0.1.5");

        await world.DeregisterAsync(group, "10.0.1.5");
        await world.AdvanceAsync(19);
        var draining = await world.OnlyHealthAsync(group);
        await world.AdvanceAsync(1);

        draining.ShouldBe(("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"));
        (await world.HealthAsync(group)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_target_that_has_answered_everything_is_gone_at_once()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world);
        await world.RegisterAsync(group, "10.0.1.5");

        await world.DeregisterAsync(group, "10.0.1.5");
        await world.AdvanceAsync(30);
        var asked = await world.OnlyHealthAsync(group);
        world.HasDrained = true;
        await world.AdvanceAsync(1);

        asked.State.ShouldBe("draining");
        (await world.HealthAsync(group)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Draining_goes_on_after_the_platform_was_killed()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world);
        await world.RegisterAsync(group, "10.0.1.5");
        await world.DeregisterAsync(group, "10.0.1.5");

        await world.AdvanceAsync(200);
        await world.RestartAsync();
        await world.AdvanceAsync(99);
        var draining = await world.OnlyHealthAsync(group);
        await world.AdvanceAsync(1);

        draining.State.ShouldBe("draining");
        (await world.HealthAsync(group)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_target_that_drains_comes_back_when_it_is_registered_anew()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world);
        await world.RegisterAsync(group, "10.0.1.5");
        await world.DeregisterAsync(group, "10.0.1.5");

        await world.RegisterAsync(group, "10.0.1.5");
        await world.AdvanceAsync(301);

        (await world.OnlyHealthAsync(group)).ShouldBe(Healthy);
    }

    [Fact]
    public async Task Health_outlives_the_platform_and_checks_go_on()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world);
        await world.RegisterAsync(group, "10.0.1.5");
        world.Probe.Answer = _ => new ProbeOutcome(ProbeKind.Failed);

        await world.RestartAsync();
        var after = await world.OnlyHealthAsync(group);
        await world.AdvanceAsync(30);

        after.ShouldBe(Healthy);
        (await world.OnlyHealthAsync(group)).State.ShouldBe("unhealthy");
    }

    [Fact]
    public async Task An_instance_is_asked_at_its_private_address_and_unused_while_it_is_stopped()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world, request => request with { TargetType = "instance" });
        world.Ec2.Run("i-1", "10.0.1.5");
        await world.RegisterAsync(group, "i-1");
        var running = await world.OnlyHealthAsync(group);

        world.Ec2.Run("i-1", "10.0.1.5", state: "stopped");
        await world.AdvanceAsync(30);
        var stopped = await world.OnlyHealthAsync(group);
        world.Ec2.Run("i-1", "10.0.1.6");
        await world.AdvanceAsync(30);

        running.ShouldBe(Healthy);
        stopped.ShouldBe(("unused", "Target.InvalidState", "Target is in the stopped state"));
        world.Probe.Asked.Select(asked => asked.Target).ShouldBe(["10.0.1.5:80", "10.0.1.6:80"]);
    }

    [Fact]
    public async Task A_terminated_instance_is_deregistered()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world, request => request with { TargetType = "instance" });
        world.Ec2.Run("i-1", "10.0.1.5");
        await world.RegisterAsync(group, "i-1");

        world.Ec2.Run("i-1", "10.0.1.5", state: "terminated");
        await world.AdvanceAsync(30);

        (await world.HealthAsync(group)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_target_in_a_zone_of_its_own_is_unused()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();
        var loadBalancer = await world.LoadBalancerAsync(change: request =>
            request with
            {
                Subnets = ["subnet-a", "subnet-b"],
            }
        );
        await world.ForwardAsync(loadBalancer, group);

        await world.RegisterAsync(group, "10.0.3.5");
        var before = await world.OnlyHealthAsync(group);
        await world.Api.SetSubnetsAsync(
            new SetSubnetsInput { LoadBalancerArn = loadBalancer.LoadBalancerArn, Subnets = StandInEc2.Subnets },
            Context
        );
        await world.IdleAsync();

        before.ShouldBe(
            ("unused", "Target.NotInUse", "Target is in an Availability Zone that is not enabled for the load balancer")
        );
        (await world.OnlyHealthAsync(group)).ShouldBe(Healthy);
    }

    [Fact]
    public async Task The_address_of_a_load_balancer_is_no_target()
    {
        await using var world = await CreateAsync();
        var group = await UsedAsync(world);
        var its = world.Ec2.Interfaces[0].PrivateIpAddress!;

        await world.RegisterAsync(group, its);

        (await world.OnlyHealthAsync(group)).ShouldBe(
            (
                "unused",
                "Target.IpUnusable",
                "The IP address cannot be used as a target, as it is in use by a load balancer"
            )
        );
    }

    [Fact]
    public async Task Targets_of_a_load_balancer_that_is_not_active_yet_are_being_registered()
    {
        await using var world = await CreateAsync();
        world.Ec2.Before = name =>
        {
            if (name == "CreateNetworkInterface")
                throw new InvalidOperationException("EC2 is not there");
        };
        var group = await UsedAsync(world);
        await world.RegisterAsync(group, "10.0.1.5");
        var before = await world.OnlyHealthAsync(group);

        world.Ec2.Before = static _ => { };
        await world.AdvanceAsync(1);

        before.ShouldBe(("initial", "Elb.RegistrationInProgress", "Target registration is in progress"));
        (await world.OnlyHealthAsync(group)).ShouldBe(Healthy);
    }

    [Fact]
    public async Task Targets_are_unused_when_the_last_rule_is_gone()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync();
        var listener = await world.ForwardAsync(await world.LoadBalancerAsync(), group);
        await world.RegisterAsync(group, "10.0.1.5");

        await world.Api.DeleteListenerAsync(new DeleteListenerInput { ListenerArn = listener.ListenerArn }, Context);
        await world.IdleAsync();

        (await world.OnlyHealthAsync(group)).ShouldBe(Unused);
    }

    [Fact]
    public async Task A_load_balancer_as_a_target_is_asked_at_its_address()
    {
        await using var world = await CreateAsync();
        var application = await world.LoadBalancerAsync();
        await world.ListenerAsync(application);
        var group = await world.TargetGroupAsync(change: request =>
            request with
            {
                Protocol = "TCP",
                TargetType = "alb",
            }
        );
        await world.ForwardAsync(await world.NetworkLoadBalancerAsync(), group);

        await world.RegisterAsync(group, application.LoadBalancerArn!);

        (await world.OnlyHealthAsync(group)).ShouldBe(Healthy);
        var addresses = world
            .Ec2.Interfaces.Where(its => its.Description!.Contains("app/web"))
            .Select(its => its.PrivateIpAddress + ":80");
        addresses.ShouldContain(world.Probe.Asked.ShouldHaveSingleItem().Target);
    }

    private static async Task<TargetGroup> UsedAsync(
        LoadBalancingWorld world,
        Func<CreateTargetGroupInput, CreateTargetGroupInput>? change = null
    )
    {
        var group = await world.TargetGroupAsync(change: change);
        await world.ForwardAsync(await world.LoadBalancerAsync(), group);
        return group;
    }

    private static Task SetDelayAsync(LoadBalancingWorld world, TargetGroup group, int seconds) =>
        world.Api.ModifyTargetGroupAttributesAsync(
            new ModifyTargetGroupAttributesInput
            {
                TargetGroupArn = group.TargetGroupArn,
                Attributes =
                [
                    new TargetGroupAttribute { Key = "deregistration_delay.timeout_seconds", Value = $"{seconds}" },
                ],
            },
            Context
        );
}
