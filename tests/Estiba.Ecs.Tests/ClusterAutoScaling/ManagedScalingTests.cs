using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.ClusterAutoScaling;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests.ClusterAutoScaling;

/// <summary>Capacity providers and the instances of their Auto Scaling groups.</summary>
public sealed class ManagedScalingTests
{
    private const string Used = "i-0000000000000000a";
    private const string Idle = "i-0000000000000000b";

    [Fact]
    public async Task Tasks_of_a_service_wait_for_instances_of_the_group_and_are_placed_on_them()
    {
        await using var world = await EcsWorld.CreateAsync();
        await PrepareAsync(world);
        await world.CreateServiceAsync(desired: 2);
        (await ReservationAsync(world)).ShouldBe(200);

        await JoinAsync(world, Used);
        await ReconcileAsync(world);
        await world.ObeyAsync();

        var service = await world.ServiceAsync();
        service.RunningCount.ShouldBe(2);
        (await world.TasksAsync()).ShouldAllBe(task => task.CapacityProviderName == "p");
        (await ReservationAsync(world)).ShouldBe(100);
        await JoinAsync(world, Idle);
        await ReconcileAsync(world);
        (await ReservationAsync(world)).ShouldBe(50);
    }

    [Fact]
    public async Task The_group_follows_the_provider_by_a_policy()
    {
        await using var world = await EcsWorld.CreateAsync();
        await PrepareAsync(world);
        await ReconcileAsync(world);

        var policy = world.Groups.Policies.ShouldHaveSingleItem().Value;
        policy.PolicyType.ShouldBe("TargetTrackingScaling");
        policy.EstimatedInstanceWarmup.ShouldBe(60);
        var target = policy.TargetTrackingConfiguration!;
        target.TargetValue.ShouldBe(80);
        (target.CustomizedMetricSpecification!.Namespace, target.CustomizedMetricSpecification.MetricName).ShouldBe(
            ("AWS/ECS/ManagedScaling", "CapacityProviderReservation")
        );
        target
            .CustomizedMetricSpecification.Dimensions!.Select(each => (each.Name, each.Value))
            .ShouldBe([("CapacityProviderName", "p"), ("ClusterName", "default")]);

        await UpdateAsync(
            world,
            new AutoScalingGroupProviderUpdate
            {
                ManagedScaling = new ManagedScaling { Status = "DISABLED" },
                ManagedTerminationProtection = "DISABLED",
            }
        );
        await ReconcileAsync(world);
        world.Groups.Policies.ShouldBeEmpty();
    }

    [Fact]
    public async Task Instances_with_tasks_are_protected_from_scale_in()
    {
        await using var world = await EcsWorld.CreateAsync();
        await PrepareAsync(world);
        await JoinAsync(world, Used);
        await ReconcileAsync(world);
        await world.CreateServiceAsync(desired: 1);
        await world.ObeyAsync();
        await JoinAsync(world, Idle);
        world.Groups.Protected.Add(Idle);

        await ReconcileAsync(world);

        world.Groups.Protected.ShouldBe([Used]);
    }

    [Fact]
    public async Task An_instance_that_its_group_ends_drains_before_it_is_terminated()
    {
        await using var world = await EcsWorld.CreateAsync();
        await PrepareAsync(world);
        await JoinAsync(world, Used);
        await ReconcileAsync(world);
        world
            .Groups.Hooks[ManagedGroup.DrainingHook]
            .LifecycleTransition.ShouldBe("autoscaling:EC2_INSTANCE_TERMINATING");
        await world.CreateServiceAsync(desired: 1);
        await world.ObeyAsync();

        world.Groups.Instances![Used] = "Terminating:Wait";
        await ReconcileAsync(world);
        world.View.Range(EcsTables.ContainerInstances).Single().Status.ShouldBe("DRAINING");
        world.Groups.Released.ShouldBeEmpty("its task runs");

        await JoinAsync(world, Idle);
        await ReconcileAsync(world);
        for (var i = 0; i < 4; i++)
            await world.ObeyAsync();
        await ReconcileAsync(world);
        world.Groups.Released.ShouldBe([Used]);
        (await world.ServiceAsync()).RunningCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_provider_without_a_group_waits_for_one_and_a_deleted_one_leaves_nothing_behind()
    {
        await using var world = await EcsWorld.CreateAsync();
        await PrepareAsync(world);
        var instances = world.Groups.Instances;
        world.Groups.Instances = null;
        (await ReconcileAsync(world)).ShouldBe(ManagedScalingReconciler.IdleInterval);

        world.Groups.Instances = instances;
        await ReconcileAsync(world);
        world.Groups.Hooks.Count.ShouldBe(1);
        await world.Api.PutClusterCapacityProvidersAsync(
            new PutClusterCapacityProvidersRequest
            {
                Cluster = "default",
                CapacityProviders = [],
                DefaultCapacityProviderStrategy = [],
            },
            world.Caller
        );
        await world.Api.DeleteCapacityProviderAsync(
            new DeleteCapacityProviderRequest { CapacityProvider = "p" },
            world.Caller
        );
        (await ReconcileAsync(world)).ShouldBeNull();
        world.Groups.Hooks.ShouldBeEmpty();
        world.Groups.Policies.ShouldBeEmpty();
    }

    [Fact]
    public async Task Termination_protection_is_refused_where_the_group_does_not_protect_new_instances()
    {
        await using var world = await EcsWorld.CreateAsync();
        world.Groups.Protects = false;
        var refused = await Should.ThrowAsync<AwsException>(() => PrepareAsync(world));
        refused.Code.ShouldBe("ClientException");
        refused.Message.ShouldEndWith("must have instance protection from scale in enabled.");
        world.View.Range(EcsTables.CapacityProviders).ShouldBeEmpty();

        world.Groups.Protects = true;
        await PrepareAsync(world);
        await UpdateAsync(world, new AutoScalingGroupProviderUpdate { ManagedTerminationProtection = "DISABLED" });
        world.Groups.Protects = false;
        var enable = new AutoScalingGroupProviderUpdate { ManagedTerminationProtection = "ENABLED" };
        (await Should.ThrowAsync<AwsException>(() => UpdateAsync(world, enable))).Code.ShouldBe("ClientException");
        Provider(world.View).Provider.AutoScalingGroupProvider!.ManagedTerminationProtection.ShouldBe("DISABLED");
    }

    private static async Task PrepareAsync(EcsWorld world)
    {
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
                    ManagedScaling = new ManagedScaling
                    {
                        Status = "ENABLED",
                        TargetCapacity = 80,
                        InstanceWarmupPeriod = 60,
                    },
                    ManagedTerminationProtection = "ENABLED",
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
    }

    private static async Task JoinAsync(EcsWorld world, string id)
    {
        world.Groups.Instances![id] = "InService";
        await world.AddInstanceAsync(ec2: id);
    }

    private static Task UpdateAsync(EcsWorld world, AutoScalingGroupProviderUpdate update) =>
        world.Api.UpdateCapacityProviderAsync(
            new UpdateCapacityProviderRequest { Name = "p", AutoScalingGroupProvider = update },
            world.Caller
        );

    private static Task<TimeSpan?> ReconcileAsync(EcsWorld world) =>
        world.Controller("ecs.managed-scaling").Reconciler.ReconcileAsync(Provider(world.View).Key, default);

    private static async Task<double> ReservationAsync(EcsWorld world)
    {
        var view = world.View;
        var provider = Provider(view);
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
