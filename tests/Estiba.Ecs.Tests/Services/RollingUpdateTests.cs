using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Tests.Services;

public sealed class RollingUpdateTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_new_service_asks_for_all_its_tasks() => Next(Service(desired: 3)).Start.ShouldBe(3);

    [Fact]
    public void A_service_with_what_it_wants_is_settled() =>
        Next(Service(desired: 1), Running("new")).IsSettled.ShouldBeTrue();

    [Fact]
    public void A_service_whose_task_does_not_run_yet_is_not_settled() =>
        Next(Service(desired: 1), Pending("new")).IsSettled.ShouldBeFalse();

    [Fact]
    public void With_a_minimum_of_100_and_a_maximum_of_200_new_tasks_come_before_old_ones_go()
    {
        var step = Next(Service(desired: 2), Running("old"), Running("old"));

        step.Start.ShouldBe(2);
        step.Stop.ShouldBeEmpty();
    }

    [Fact]
    public void With_a_minimum_of_0_and_a_maximum_of_100_old_tasks_go_first()
    {
        var step = Next(Service(desired: 2, minimum: 0, maximum: 100), Running("old"), Running("old"));

        step.Stop.Count.ShouldBe(2);
        step.Start.ShouldBe(2);
    }

    [Fact]
    public void A_maximum_beyond_all_numbers_is_none() =>
        ServiceBounds
            .Of(new DeploymentConfiguration { MaximumPercent = int.MaxValue }, desired: 5000)
            .Most.ShouldBe(int.MaxValue);

    [Fact]
    public void The_minimum_is_rounded_up_and_the_maximum_down()
    {
        var step = Next(Service(desired: 3, minimum: 50, maximum: 150), Running("old"), Running("old"), Running("old"));

        step.Stop.Count.ShouldBe(1);
        step.Start.ShouldBe(2);
    }

    [Fact]
    public void Old_tasks_that_never_ran_are_not_waited_for() =>
        Next(Service(desired: 1), Pending("old"), Pending("new")).Stop.ShouldHaveSingleItem().StartedBy.ShouldBe("old");

    [Fact]
    public void A_task_that_waits_for_room_is_discarded_when_it_is_too_much()
    {
        var step = Next(Service(desired: 0), Waiting("new"));

        step.Discard.Count.ShouldBe(1);
        step.Stop.ShouldBeEmpty();
    }

    [Fact]
    public void Too_many_tasks_go_from_the_fullest_zone_first()
    {
        var step = Next(
            Service(desired: 2),
            Running("new", zone: "a"),
            Running("new", zone: "b"),
            Running("new", zone: "b", instance: "i2")
        );

        step.Stop.ShouldHaveSingleItem().AvailabilityZone.ShouldBe("b");
    }

    [Fact]
    public void A_task_that_is_not_healthy_yet_goes_before_one_that_is()
    {
        var step = Next(
            Service(desired: 1),
            Running("new", zone: "b"),
            Running("new", zone: "a") with
            {
                HasHealthCheck = true,
            },
            Running("new", zone: "b") with
            {
                HasHealthCheck = true,
                HealthStatus = HealthStatus.Healthy,
            }
        );

        step.Stop.Count.ShouldBe(2);
        step.Stop[0].AvailabilityZone.ShouldBe("a");
    }

    [Fact]
    public void Tasks_on_a_draining_instance_are_replaced_before_they_go()
    {
        var service = Service(desired: 1);

        RollingUpdate
            .NextStep(service, Rollout, [Running("new", instance: "leaving")], Leaving, At(Start))
            .ShouldSatisfyAllConditions(step => step.Start.ShouldBe(1), step => step.Stop.ShouldBeEmpty());
        RollingUpdate
            .NextStep(
                service,
                Rollout,
                [Running("new", instance: "leaving"), Running("new", instance: "staying")],
                Leaving,
                At(Start)
            )
            .Stop.ShouldHaveSingleItem()
            .ContainerInstance.ShouldBe("leaving");
    }

    [Fact]
    public void Tasks_on_a_lost_instance_are_replaced_and_given_up_only_when_others_are_healthy()
    {
        var service = Service(desired: 2, maximum: 100, minimum: 50);

        var first = RollingUpdate.NextStep(
            service,
            Rollout,
            [Running("new", instance: "lost"), Running("new")],
            Lost,
            At(Start)
        );
        first.Start.ShouldBe(1);
        first.Stop.ShouldBeEmpty();

        RollingUpdate
            .NextStep(
                service,
                Rollout,
                [Running("new", instance: "lost"), Running("new"), Pending("new")],
                Lost,
                At(Start)
            )
            .Stop.ShouldBeEmpty();
        RollingUpdate
            .NextStep(
                service,
                Rollout,
                [Running("new", instance: "lost"), Running("new"), Running("new")],
                Lost,
                At(Start)
            )
            .Stop.ShouldHaveSingleItem()
            .ContainerInstance.ShouldBe("lost");
    }

    [Fact]
    public void When_a_lost_instance_comes_back_its_tasks_are_adopted_and_the_replacements_that_do_not_run_yet_go()
    {
        var step = Next(Service(desired: 1), Running("new", instance: "lost"), Pending("new"));

        step.Stop.ShouldHaveSingleItem().LastStatus.ShouldBe(TaskStatus.Pending);
    }

    [Fact]
    public void A_task_that_was_given_up_on_a_lost_instance_does_not_keep_the_service_unsettled()
    {
        var step = RollingUpdate.NextStep(
            Service(desired: 1),
            Rollout,
            [Running("new", instance: "lost") with { DesiredStatus = DesiredStatus.Stopped }, Running("new")],
            Lost,
            At(Start)
        );

        step.IsSettled.ShouldBeTrue();
    }

    [Fact]
    public void An_unhealthy_task_goes_when_its_replacement_is_healthy()
    {
        var service = Service(desired: 1);

        Next(service, Failing("new"))
            .ShouldSatisfyAllConditions(step => step.Start.ShouldBe(1), step => step.StopUnhealthy.ShouldBeEmpty());
        Next(service, Failing("new"), Pending("new"))
            .ShouldSatisfyAllConditions(step => step.Start.ShouldBe(0), step => step.StopUnhealthy.ShouldBeEmpty());
        Next(service, Failing("new"), Running("new")).StopUnhealthy.Count.ShouldBe(1);
    }

    [Fact]
    public void An_unhealthy_task_goes_at_once_when_the_maximum_leaves_no_room_for_its_replacement() =>
        Next(Service(desired: 1, minimum: 0, maximum: 100), Failing("new"))
            .ShouldSatisfyAllConditions(step => step.Start.ShouldBe(1), step => step.StopUnhealthy.Count.ShouldBe(1));

    [Fact]
    public void Failed_health_checks_are_not_minded_in_the_grace_period_after_the_start()
    {
        var service = Service(desired: 1, minimum: 0, maximum: 100);
        service = service with { Settings = service.Settings with { HealthCheckGracePeriodSeconds = 60 } };
        var failing = Failing("new") with { StartedAt = Start };

        RollingUpdate
            .NextStep(service, Rollout, [failing], Staying, At(Start.AddSeconds(59)))
            .StopUnhealthy.ShouldBeEmpty();
        RollingUpdate
            .NextStep(service, Rollout, [failing], Staying, At(Start.AddSeconds(60)))
            .StopUnhealthy.Count.ShouldBe(1);
    }

    [Fact]
    public void A_task_with_a_health_check_counts_as_healthy_only_when_it_has_passed_it()
    {
        var starting = Running("new") with { HasHealthCheck = true, HealthStatus = HealthStatus.Unknown };

        Next(Service(desired: 1), Running("old"), starting).Stop.ShouldBeEmpty();
        Next(Service(desired: 1), Running("old"), starting with { HealthStatus = HealthStatus.Healthy })
            .Stop.ShouldHaveSingleItem()
            .StartedBy.ShouldBe("old");
    }

    [Fact]
    public void Protected_tasks_stay_through_scaling_and_deployments()
    {
        var protectedTask = Running("old") with { ProtectedUntil = Start.AddMinutes(1) };

        Next(Service(desired: 1), protectedTask, Running("new")).Stop.ShouldBeEmpty();
        Next(Service(desired: 0), Running("new") with { ProtectedUntil = Start.AddMinutes(1) }, Running("new"))
            .Stop.ShouldHaveSingleItem()
            .ProtectedUntil.ShouldBeNull();
        Next(Service(desired: 1), protectedTask with { ProtectedUntil = Start }, Running("new")).Stop.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(DeploymentRolloutState.InProgress, 200)]
    [InlineData(DeploymentRolloutState.Failed, 100)]
    public void Healthy_tasks_do_not_go_in_place_of_protected_ones_that_are_not_healthy_when_they_are_needed(
        string state,
        int maximum
    )
    {
        var service = Service(desired: 2, maximum: maximum);
        var rollout = Rollout with { Deployments = [Rollout.Primary with { RolloutState = state }] };
        var unproven = Running("new") with
        {
            ProtectedUntil = Start.AddMinutes(1),
            HasHealthCheck = true,
            HealthStatus = HealthStatus.Unknown,
        };

        Next(service, rollout, Running("new"), Running("new"), unproven).Stop.ShouldBeEmpty();
        Next(service, rollout, Running("new"), Running("new"), unproven with { HealthStatus = HealthStatus.Healthy })
            .Stop.ShouldHaveSingleItem()
            .ProtectedUntil.ShouldBeNull();
    }

    [Fact]
    public void A_deployment_that_has_failed_starts_nothing_and_leaves_the_old_tasks_alone()
    {
        var service = Service(desired: 2);
        var failed = Rollout with
        {
            Deployments =
            [
                Rollout.Primary with
                {
                    RolloutState = DeploymentRolloutState.Failed,
                },
                .. Rollout.Deployments.Skip(1),
            ],
        };

        var step = Next(service, failed, Running("old"), Running("old"), Waiting("new"));

        step.ShouldSatisfyAllConditions(
            () => step.Start.ShouldBe(0),
            () => step.Stop.ShouldBeEmpty(),
            () => step.Discard.Count.ShouldBe(1),
            () => step.IsSettled.ShouldBeFalse()
        );
    }

    [Fact]
    public void A_deployment_that_has_failed_keeps_no_more_of_its_own_tasks_than_are_wanted()
    {
        var service = Service(desired: 2);
        var failed = Rollout with
        {
            Deployments = [Rollout.Primary with { RolloutState = DeploymentRolloutState.Failed }],
        };

        Next(service, failed, Failing("new"), Failing("new"), Failing("new")).Stop.Count.ShouldBe(1);
        Next(service, failed, Running("old"), Running("new"), Running("new")).Stop.ShouldBeEmpty();
    }

    [Fact]
    public void A_deleted_service_stops_everything_at_once()
    {
        var service = Service(desired: 0) with { Status = ServiceStatus.Draining };

        Next(service, Running("new"), Running("old"), Pending("new")).Stop.Count.ShouldBe(3);
    }

    /// <summary>
    /// Random services, tasks and percentages, played to the end: the bounds hold at every step and the end is what was
    /// wanted.
    /// </summary>
    [Fact]
    public void Every_history_stays_within_the_percentages_and_settles()
    {
        for (var seed = 0; seed < 2_000; seed++)
            Play(new Random(seed), $"seed {seed}");
    }

    private static void Play(Random random, string name)
    {
        var minimum = random.Next(0, 101);
        var maximum = random.Next(minimum == 100 ? 101 : 100, 301);
        var desired = random.Next(0, 12);
        var service = Service(desired, minimum, maximum);
        var tasks = Enumerable
            .Range(0, random.Next(0, 12))
            .Select(_ =>
                random.Next(3) switch
                {
                    0 => Pending(random.Next(2) == 0 ? "old" : "new"),
                    1 => Waiting(random.Next(2) == 0 ? "old" : "new"),
                    _ => Running(
                        random.Next(2) == 0 ? "old" : "new",
                        zone: "zone" + random.Next(3),
                        instance: "i" + random.Next(4)
                    ),
                }
            )
            .ToList();

        // One task at least may always be exchanged when rounding leaves no room at all: such a deployment stands
        // still, as in ECS.
        var least = (int)Math.Ceiling(desired * minimum / 100m);
        var most = (int)Math.Floor(desired * maximum / 100m);
        var standsStill = desired > 0 && least == desired && most == desired;

        for (var round = 0; round < 200; round++)
        {
            var healthyBefore = tasks.Count(task => task is { LastStatus: TaskStatus.Running, IsWanted: true });
            var step = RollingUpdate.NextStep(service, Rollout, tasks, Staying, At(Start));
            if (step.IsSettled)
                return;

            foreach (var task in step.Discard)
                tasks.Remove(task);
            foreach (var task in step.Stop)
                tasks[tasks.IndexOf(task)] = task with { DesiredStatus = DesiredStatus.Stopped };
            for (var n = 0; n < step.Start; n++)
                tasks.Add(Waiting("new"));

            var healthy = tasks.Count(task => task is { LastStatus: TaskStatus.Running, IsWanted: true });
            if (healthy < healthyBefore)
                healthy.ShouldBeGreaterThanOrEqualTo(least, name);
            if (step.Start > 0)
                tasks.Count(task => task.IsWanted).ShouldBeLessThanOrEqualTo(Math.Max(most, desired), name);

            var next = random.Next(tasks.Count + 1);
            if (next < tasks.Count)
                tasks[next] = Advance(tasks[next]);
            tasks.RemoveAll(task => task.IsStopped);
        }

        if (!standsStill)
            RollingUpdate
                .NextStep(service, Rollout, Finish(service, tasks), Staying, At(Start))
                .IsSettled.ShouldBeTrue(name);
    }

    // Lets everything happen that can, until nothing changes.
    private static List<TaskRecord> Finish(ServiceRecord service, List<TaskRecord> tasks)
    {
        for (var round = 0; round < 200; round++)
        {
            var step = RollingUpdate.NextStep(service, Rollout, tasks, Staying, At(Start));
            foreach (var task in step.Discard)
                tasks.Remove(task);
            foreach (var task in step.Stop)
                tasks[tasks.IndexOf(task)] = task with { DesiredStatus = DesiredStatus.Stopped };
            for (var n = 0; n < step.Start; n++)
                tasks.Add(Waiting("new"));
            for (var n = 0; n < tasks.Count; n++)
                tasks[n] = Advance(tasks[n]);
            tasks.RemoveAll(task => task.IsStopped);
        }

        return tasks;
    }

    private static TaskRecord Advance(TaskRecord task) =>
        task switch
        {
            { IsWaiting: true } => task with
            {
                ContainerInstance = "i1",
                AvailabilityZone = "zone1",
                LastStatus = TaskStatus.Pending,
            },
            { DesiredStatus: DesiredStatus.Stopped } => task with { LastStatus = TaskStatus.Stopped },
            _ => task with { LastStatus = TaskStatus.Running },
        };

    private static ServiceStep Next(ServiceRecord service, params TaskRecord[] tasks) => Next(service, Rollout, tasks);

    private static ServiceStep Next(ServiceRecord service, ServiceRolloutRecord rollout, params TaskRecord[] tasks) =>
        RollingUpdate.NextStep(service, rollout, tasks, Staying, At(Start));

    private static HealthCount At(DateTimeOffset now) => new(now, TimeSpan.Zero);

    private static InstanceAvailability Staying(string instance) => InstanceAvailability.Available;

    private static InstanceAvailability Leaving(string instance) =>
        instance == "leaving" ? InstanceAvailability.Draining : InstanceAvailability.Available;

    private static InstanceAvailability Lost(string instance) =>
        instance == "lost" ? InstanceAvailability.Lost : InstanceAvailability.Available;

    private static ServiceRecord Service(int desired, int minimum = 100, int maximum = 200) =>
        new()
        {
            Scope = new Scope("123456789012", "eu-west-1"),
            Cluster = "c",
            Name = "s",
            Status = ServiceStatus.Active,
            DesiredCount = desired,
            CreatedAt = Start,
            Settings = new Service
            {
                DeploymentConfiguration = new DeploymentConfiguration
                {
                    MinimumHealthyPercent = minimum,
                    MaximumPercent = maximum,
                },
            },
        };

    private static ServiceRolloutRecord Rollout { get; } =
        new() { ServiceKey = "123456789012/eu-west-1/c/s", Deployments = [Deployment("new"), Deployment("old")] };

    private static DeploymentRecord Deployment(string id) =>
        new()
        {
            Id = id,
            Family = "f",
            Revision = 1,
            CreatedAt = Start,
            UpdatedAt = Start,
            RolloutState = DeploymentRolloutState.InProgress,
            RolloutStateReason = "",
        };

    private static TaskRecord Waiting(string deployment) =>
        new()
        {
            Scope = new Scope("123456789012", "eu-west-1"),
            Cluster = "c",
            Id = Guid.NewGuid().ToString("N"),
            Family = "f",
            Revision = 1,
            LastStatus = TaskStatus.Provisioning,
            DesiredStatus = DesiredStatus.Running,
            LaunchType = LaunchType.Ec2,
            Group = "service:s",
            Service = "s",
            StartedBy = deployment,
            CreatedAt = Start,
            Version = 1,
            Containers = [],
            Resources = new TaskResources(0, 0),
        };

    private static TaskRecord Pending(string deployment) =>
        Waiting(deployment) with
        {
            ContainerInstance = "i1",
            AvailabilityZone = "a",
            LastStatus = TaskStatus.Pending,
        };

    private static TaskRecord Failing(string deployment) =>
        Running(deployment) with
        {
            HasHealthCheck = true,
            HealthStatus = HealthStatus.Unhealthy,
        };

    private static TaskRecord Running(string deployment, string zone = "a", string instance = "i1") =>
        Pending(deployment) with
        {
            AvailabilityZone = zone,
            ContainerInstance = instance,
            LastStatus = TaskStatus.Running,
        };
}
