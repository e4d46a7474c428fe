using Estiba.Contracts.Ecs;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Services;
using Estiba.Ecs.TaskDefinitions;
using FsCheck;
using FsCheck.Fluent;

namespace Estiba.Ecs.Tests.Scheduling;

/// <summary>
/// Whatever the scheduler remembers from pass to pass, it never leaves a task waiting that an instance could have.
/// </summary>
public sealed class SchedulingHistoryTests
{
    private static readonly string?[] Expressions =
    [
        null,
        "attribute:rack == r1",
        "task:group == service:s0",
        "not(task:group == service:s1)",
        "runningTasksCount < 2",
    ];

    [Fact]
    public void Whatever_happens_nothing_waits_that_has_room_and_nothing_is_over_committed()
    {
        var moves = Gen.OneOf(
            Gen.Choose(1, 4).Select(size => (Move)new Move.AddInstance(size * 256)),
            Gen.Choose(0, 5).Select(number => (Move)new Move.Connect(number, false)),
            Gen.Choose(0, 5).Select(number => (Move)new Move.Connect(number, true)),
            Gen.Choose(0, 5)
                .SelectMany(
                    _ => Gen.Elements("ACTIVE", "DRAINING"),
                    (number, status) => (Move)new Move.SetStatus(number, status)
                ),
            Gen.Choose(0, 5).Select(number => (Move)new Move.Mark(number)),
            Gen.Choose(0, 3)
                .SelectMany(_ => Gen.Choose(0, 4), (number, desired) => (number, desired))
                .SelectMany(
                    _ => Gen.Choose(0, Expressions.Length - 1),
                    (pair, query) => (Move)new Move.Wish(pair.number, pair.desired, query)
                ),
            Gen.Choose(0, 20).Select(number => (Move)new Move.Report(number, "RUNNING")),
            Gen.Choose(0, 20).Select(number => (Move)new Move.Report(number, "STOPPED"))
        );

        Prop.ForAll(Arb.From(moves.ListOf()), async history =>
            {
                await using var world = await EcsWorld.CreateAsync();
                await world.Api.CreateClusterAsync(new CreateClusterRequest(), world.Caller);
                await world.RegisterAsync();
                var instances = new List<string>();
                foreach (var move in history)
                {
                    await ApplyAsync(world, instances, move);
                    world.Clock.Advance(TimeSpan.FromMinutes(20));
                    await world.SettleAsync();
                    ShouldHold(world);
                }
            })
            .QuickCheckThrowOnFailure();
    }

    private static async Task ApplyAsync(EcsWorld world, List<string> instances, Move move)
    {
        switch (move)
        {
            case Move.AddInstance(var memory):
                instances.Add(await world.AddInstanceAsync(memory: memory));
                break;
            case Move.Connect(var number, var connected) when number < instances.Count:
                await world.ConnectAsync(instances[number], connected);
                break;
            case Move.SetStatus(var number, var status) when number < instances.Count:
                await world.Api.UpdateContainerInstancesStateAsync(
                    new UpdateContainerInstancesStateRequest
                    {
                        ContainerInstances = [instances[number]],
                        Status = status,
                    },
                    world.Caller
                );
                break;
            case Move.Mark(var number) when number < instances.Count:
                await world.Api.PutAttributesAsync(
                    new PutAttributesRequest
                    {
                        Attributes =
                        [
                            new EcsAttribute
                            {
                                Name = "rack",
                                Value = $"r{number % 2}",
                                TargetId = instances[number],
                            },
                        ],
                    },
                    world.Caller
                );
                break;
            case Move.Wish(var number, var desired, var query):
                var constraints = Expressions[query] is { } expression
                    ? new[]
                    {
                        new PlacementConstraint { Type = "memberOf", Expression = expression },
                    }
                    : [];
                if (world.View.Range(EcsTables.Services).Any(service => service.Name == $"s{number}"))
                    await world.Api.UpdateServiceAsync(
                        new UpdateServiceRequest
                        {
                            Service = $"s{number}",
                            DesiredCount = desired,
                            PlacementConstraints = constraints,
                        },
                        world.Caller
                    );
                else
                    await world.Api.CreateServiceAsync(
                        new CreateServiceRequest
                        {
                            ServiceName = $"s{number}",
                            TaskDefinition = "web",
                            DesiredCount = desired,
                            PlacementConstraints = constraints,
                        },
                        world.Caller
                    );
                break;
            case Move.Report(var number, var status):
                var tasks = world
                    .View.Range(EcsTables.Tasks)
                    .Where(task => task is { IsWaiting: false, IsStopped: false })
                    .ToList();
                if (number < tasks.Count)
                    await world.ReportAsync(tasks[number].Arn, status);
                break;
        }
    }

    private static void ShouldHold(EcsWorld world)
    {
        foreach (var instance in world.View.Range(EcsTables.ContainerInstances))
        {
            var usage = InstanceUsage.Of(world.View, instance.Key);
            usage.Memory.ShouldBeLessThanOrEqualTo(instance.Memory);
            usage.Cpu.ShouldBeLessThanOrEqualTo(instance.Cpu);
        }

        foreach (
            var task in world.View.Range(EcsTables.Tasks).Where(task => task is { IsWaiting: true, IsWanted: true })
        )
        {
            var service = world.View.Find(
                EcsTables.Services,
                ServiceRecord.KeyOf(task.Scope, task.Cluster, task.Service!)
            )!;
            var definition = world.View.Find(
                EcsTables.TaskDefinitions,
                TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision)
            )!;
            var rules = PlacementRules.Of(definition.Definition, service.Settings.PlacementConstraints, []);
            var demand = new PlacementDemand(task, rules);
            var pass = PlacementPass.In(world.View, task.ClusterKey, new Random(1));
            pass.For(demand).Take().ShouldBeNull();

            // Of several that come equally close, the one that was found first stays.
            var failure = world.View.Find(EcsTables.PlacementFailures, service.Key)!.Failure;
            var obstacles = pass.Explain(demand)
                .Where(answer => answer.Obstacle != PlacementObstacle.Inactive)
                .ToList();
            var closest = obstacles
                .Where(answer => answer.Obstacle.Distance == obstacles[0].Obstacle.Distance)
                .Select(answer => new PlacementFailure(answer.Instance.Id, answer.Obstacle));
            if (obstacles.Count > 0)
                closest.ShouldContain(failure);
            else
                failure.ShouldBe(new PlacementFailure());
        }
    }

    private abstract record Move
    {
        internal sealed record AddInstance(int Memory) : Move;

        internal sealed record Connect(int Instance, bool Connected) : Move;

        internal sealed record SetStatus(int Instance, string Status) : Move;

        internal sealed record Mark(int Instance) : Move;

        internal sealed record Wish(int Service, int Desired, int Query) : Move;

        internal sealed record Report(int Task, string Status) : Move;
    }
}
