using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.Reconciling;
using LaunchTemplateSpecification = Estiba.Contracts.AutoScaling.LaunchTemplateSpecification;

namespace Estiba.AutoScaling.Tests.Reconciling;

/// <summary>Which instances a group launches and ends.</summary>
public sealed class CapacityPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);
    private static readonly Scope Scope = new("111122223333", "eu-west-1");

    [Fact]
    public void Launches_and_ends_bring_any_group_to_its_capacity_with_even_zones()
    {
        var random = new Random(7);
        for (var history = 0; history < 500; history++)
        {
            var zones = Enumerable.Range(0, random.Next(1, 4)).Select(zone => $"z{zone}").ToList();
            var instances = Enumerable
                .Range(0, random.Next(0, 12))
                .Select(number => Instance($"i-{number}", $"z{random.Next(3)}", Now.AddMinutes(-number)))
                .ToList();
            var group = Group(random.Next(0, 12), zones);
            for (var step = 0; step < 60; step++)
            {
                var plan = CapacityPlan.Next(State(group, instances));
                if (plan.Launches.Count + plan.Ends.Count == 0)
                    break;
                foreach (var end in plan.Ends)
                    instances.RemoveAll(each => each.Id == end.Instance.Id);
                foreach (var launch in plan.Launches)
                    instances.Add(Instance($"i-{history}-{step}-{instances.Count}", launch.Subnet.Zone, Now));
            }

            instances.Count.ShouldBe(group.Desired);
            instances.ShouldAllBe(each => zones.Contains(each.Zone));
            var counts = zones.Select(zone => instances.Count(each => each.Zone == zone)).ToList();
            (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public void Protected_instances_are_never_chosen()
    {
        var random = new Random(8);
        for (var history = 0; history < 300; history++)
        {
            var instances = Enumerable
                .Range(0, random.Next(1, 12))
                .Select(number =>
                    Instance($"i-{number}", $"z{random.Next(3)}", Now) with
                    {
                        IsProtected = random.Next(2) == 0,
                    }
                )
                .ToList();
            var desired = random.Next(0, instances.Count + 1);

            var ends = CapacityPlan.Next(State(Group(desired, ["z0", "z1", "z2"]), instances)).Ends;

            ends.ShouldAllBe(end => !end.Instance.IsProtected);
            ends.Select(end => end.Instance.Id).ShouldBeUnique();
            ends.Count.ShouldBeLessThanOrEqualTo(instances.Count - desired);
        }
    }

    [Theory]
    [InlineData(TerminationPolicy.OldestInstance, "i-old")]
    [InlineData(TerminationPolicy.NewestInstance, "i-new")]
    [InlineData(TerminationPolicy.OldestLaunchTemplate, "i-middle")]
    [InlineData(TerminationPolicy.Default, "i-middle")]
    [InlineData(TerminationPolicy.ClosestToNextInstanceHour, "i-old")]
    public void A_termination_policy_chooses(string policy, string chosen)
    {
        GroupInstanceRecord[] instances =
        [
            Instance("i-old", "z0", Now.AddMinutes(-119)) with
            {
                LaunchTemplate = Version("2"),
            },
            Instance("i-middle", "z0", Now.AddMinutes(-70)) with
            {
                LaunchTemplate = Version("1"),
            },
            Instance("i-new", "z0", Now.AddMinutes(-5)) with
            {
                LaunchTemplate = Version("2"),
            },
        ];
        var group = Group(2, ["z0"]) with { TerminationPolicies = [policy], LaunchTemplate = Version("2") };

        CapacityPlan.Next(State(group, instances)).Ends.ShouldHaveSingleItem().Instance.Id.ShouldBe(chosen);
    }

    [Fact]
    public void The_zone_with_the_most_instances_loses_one_whatever_the_policy()
    {
        GroupInstanceRecord[] instances =
        [
            Instance("i-1", "z0", Now.AddHours(-9)),
            Instance("i-2", "z1", Now.AddHours(-2)),
            Instance("i-3", "z1", Now.AddHours(-1)),
        ];
        var group = Group(2, ["z0", "z1"]) with { TerminationPolicies = [TerminationPolicy.OldestInstance] };

        CapacityPlan.Next(State(group, instances)).Ends.ShouldHaveSingleItem().Instance.Id.ShouldBe("i-2");
    }

    [Fact]
    public void Nothing_is_launched_before_the_time_to_try_again()
    {
        var state = State(Group(2, ["z0"]), []) with { RetryAt = Now.AddSeconds(1) };

        CapacityPlan.Next(state).Launches.ShouldBeEmpty();
        CapacityPlan.Next(state with { Now = Now.AddSeconds(1) }).Launches.Count.ShouldBe(2);
    }

    [Fact]
    public void An_unhealthy_instance_is_replaced_first_where_a_maintenance_policy_wants_all_healthy()
    {
        var sick = Instance("i-1", "z0", Now.AddHours(-1)) with { Unhealthy = "it is sick." };
        var group = Group(1, ["z0"]);

        CapacityPlan.Next(State(group, [sick])).Ends.ShouldHaveSingleItem().Cause.ShouldEndWith("it is sick.");
        var careful = group with
        {
            Maintenance = new Contracts.AutoScaling.InstanceMaintenancePolicy
            {
                MinHealthyPercentage = 100,
                MaxHealthyPercentage = 200,
            },
        };
        var plan = CapacityPlan.Next(State(careful, [sick]));
        plan.Ends.ShouldBeEmpty();
        plan.Launches.ShouldHaveSingleItem().IsExtra.ShouldBeTrue();
        var extra = Instance("i-2", "z0", Now) with { IsExtra = true, State = Lifecycle.Pending };
        CapacityPlan.Next(State(careful, [sick, extra])).ShouldBe(CapacityStep.None);
        CapacityPlan
            .Next(State(careful, [sick, Instance("i-2", "z0", Now)]))
            .Ends.ShouldHaveSingleItem()
            .Instance.Id.ShouldBe("i-1");
    }

    private static GroupState State(GroupRecord group, IReadOnlyList<GroupInstanceRecord> instances) =>
        new()
        {
            Group = group,
            Instances = [.. instances],
            Now = Now,
        };

    private static GroupRecord Group(int desired, IReadOnlyList<string> zones) =>
        new()
        {
            Scope = Scope,
            Name = "web",
            Id = "id",
            CreatedAt = Now,
            Min = 0,
            Max = 100,
            Desired = desired,
            Subnets = [.. zones.Select(zone => new GroupSubnet("subnet-" + zone, zone, null))],
            Role = "role",
        };

    private static GroupInstanceRecord Instance(string id, string zone, DateTimeOffset createdAt) =>
        new()
        {
            Scope = Scope,
            Group = "web",
            Id = id,
            InstanceId = id,
            Zone = zone,
            SubnetId = "subnet-" + zone,
            State = Lifecycle.InService,
            CreatedAt = createdAt,
            InServiceAt = createdAt,
        };

    private static LaunchTemplateSpecification Version(string number) =>
        new() { LaunchTemplateId = "lt-1", Version = number };
}
