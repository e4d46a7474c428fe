using Estiba.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests.Services;

public sealed class ConcernedServicesTests
{
    private const string Cluster = "123456789012/eu-west-1/default/";

    [Fact]
    public async Task A_draining_instance_concerns_the_services_with_tasks_on_it_and_those_with_one_on_each()
    {
        var (world, recorded) = await WorldAsync();
        await using var _ = world;
        string[] instances = [await world.AddInstanceAsync(), await world.AddInstanceAsync()];
        await world.CreateServiceAsync(desired: 1, name: "here", with: LeftAlone);
        await world.CreateServiceAsync(desired: 0, name: "nowhere", with: LeftAlone);
        await world.CreateServiceAsync(desired: 0, name: "everywhere", with: AsDaemon);
        var home = (await world.TasksAsync(service: "here")).Single().ContainerInstanceArn!;
        recorded.Clear();

        await DrainAsync(world, instances.Single(instance => instance != home));

        recorded.Of("ecs.services").ShouldBe([Cluster + "everywhere"]);
        recorded.Clear();

        await DrainAsync(world, home);

        recorded.Of("ecs.services").ShouldBe([Cluster + "here", Cluster + "everywhere"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_first_instance_of_a_zone_concerns_those_who_balance_their_zones_and_the_next_does_not()
    {
        var (world, recorded) = await WorldAsync();
        await using var _ = world;
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.CreateServiceAsync(desired: 1, name: "balanced", with: Balanced);
        await world.CreateServiceAsync(desired: 1, name: "left-alone", with: LeftAlone);
        recorded.Clear();

        await world.AddInstanceAsync(zone: "eu-west-1b");

        recorded.Of("ecs.services").ShouldBe([Cluster + "balanced"]);
        await world.ObeyAsync();
        recorded.Clear();

        await world.AddInstanceAsync(zone: "eu-west-1b");

        recorded.Of("ecs.services").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_that_waits_for_capacity_in_a_zone_is_concerned_by_every_instance()
    {
        var (world, recorded) = await WorldAsync();
        await using var _ = world;
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.CreateServiceAsync(desired: 4, with: Balanced);
        await world.ObeyAsync();
        await world.AddInstanceAsync(zone: "eu-west-1b", memory: 100);
        await world.ObeyAsync();
        world.View.Range(EcsTables.ServiceRollouts).Single().Rebalancing!.UnavailableZone.ShouldBe("eu-west-1b");
        recorded.Clear();

        await world.AddInstanceAsync(zone: "eu-west-1b");

        recorded.Of("ecs.services").ShouldBe([Cluster + "s"]);
    }

    /// <summary>Whatever happens to an instance: a service that is not reconciled then has nothing to do.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_service_is_missed(int seed)
    {
        var random = new Random(seed);
        var (world, recorded) = await WorldAsync();
        await using var _ = world;
        for (var i = 0; i < 4; i++)
            await world.AddInstanceAsync(zone: Zone(random));
        await world.CreateServiceAsync(desired: random.Next(6), name: "plain", with: LeftAlone);
        await world.CreateServiceAsync(desired: random.Next(6), name: "balanced", with: Balanced);
        await world.CreateServiceAsync(desired: 0, name: "daemon", with: AsDaemon);
        await world.CreateServiceAsync(desired: 0, name: "some", with: request =>
            AsDaemon(request) with
            {
                PlacementConstraints =
                [
                    new PlacementConstraint { Type = "memberOf", Expression = "attribute:stack == blue" },
                ],
            }
        );
        var unconcerned = 0;
        for (var step = 0; step < 25; step++)
        {
            await world.ObeyAsync();
            recorded.Clear();
            await ChangeAsync(world, random);

            var concerned = recorded.Of("ecs.services");
            var before = world.View.Revision;
            foreach (
                var service in world
                    .View.Range(EcsTables.Services)
                    .Where(service => !concerned.Contains(service.Key))
                    .ToList()
            )
            {
                unconcerned++;
                await world.ReconcileServiceAsync(service.Name);
                world.View.Revision.ShouldBe(before, $"{service.Name} was missed in step {step}");
            }
        }

        unconcerned.ShouldBeGreaterThan(0);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 20)];

    private static string Zone(Random random) => "eu-west-1" + "abc"[random.Next(3)];

    private static async Task ChangeAsync(EcsWorld world, Random random)
    {
        var instances = world.View.Range(EcsTables.ContainerInstances).ToList();
        var instance = instances[random.Next(instances.Count)];
        switch (random.Next(6))
        {
            case 0 when instance.Status == ContainerInstanceStatus.Active:
                await DrainAsync(world, instance.Arn);
                break;
            case 0 or 1:
                await world.Api.UpdateContainerInstancesStateAsync(
                    new UpdateContainerInstancesStateRequest { ContainerInstances = [instance.Arn], Status = "ACTIVE" },
                    world.Caller
                );
                break;
            case 2:
                await world.Store.CommitAsync(transaction =>
                    transaction.Put(
                        EcsTables.ContainerInstances,
                        instance with
                        {
                            LostAt = instance.LostAt is null ? EcsWorld.Start : null,
                        }
                    )
                );
                break;
            case 3:
                await world.ConnectAsync(instance.Arn, !instance.AgentConnected);
                break;
            case 4:
                await world.Api.PutAttributesAsync(
                    new PutAttributesRequest
                    {
                        Attributes =
                        [
                            new EcsAttribute
                            {
                                Name = "stack",
                                Value = random.Next(2) == 0 ? "blue" : "green",
                                TargetId = instance.Arn,
                            },
                        ],
                    },
                    world.Caller
                );
                break;
            default:
                await world.AddInstanceAsync(zone: Zone(random));
                break;
        }
    }

    private static Task DrainAsync(EcsWorld world, string instance) =>
        world.Api.UpdateContainerInstancesStateAsync(
            new UpdateContainerInstancesStateRequest { ContainerInstances = [instance], Status = "DRAINING" },
            world.Caller
        );

    private static CreateServiceRequest AsDaemon(CreateServiceRequest request) =>
        request with
        {
            DesiredCount = null,
            SchedulingStrategy = SchedulingStrategy.Daemon,
        };

    private static CreateServiceRequest Balanced(CreateServiceRequest request) =>
        request with
        {
            AvailabilityZoneRebalancing = AvailabilityZoneRebalancing.Enabled,
        };

    private static CreateServiceRequest LeftAlone(CreateServiceRequest request) =>
        request with
        {
            AvailabilityZoneRebalancing = AvailabilityZoneRebalancing.Disabled,
        };

    private static async Task<(EcsWorld World, KeyRecorder Recorded)> WorldAsync()
    {
        var world = await EcsWorld.CreateAsync();
        var recorded = await world.RecordKeysAsync();
        await world.RegisterAsync();
        return (world, recorded);
    }
}
