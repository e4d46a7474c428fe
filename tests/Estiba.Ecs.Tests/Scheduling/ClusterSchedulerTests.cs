using Estiba.Contracts.Ecs;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Scheduling;
using Estiba.State;

namespace Estiba.Ecs.Tests.Scheduling;

public sealed class ClusterSchedulerTests
{
    private const string NoRoom =
        "was unable to place a task because no container instance met all of its requirements.";

    [Theory]
    [InlineData("memory", "has insufficient memory available.")]
    [InlineData("cpu", "has insufficient CPU units available.")]
    [InlineData("port", "is already using a port required by your task.")]
    [InlineData(
        "ports",
        "can not exceed the maximum allowed reserved port limit of 100 host ports per container instance."
    )]
    [InlineData("gpu", "has insufficient GPU resource available.")]
    [InlineData("agent", "encountered error \"AGENT\".")]
    [InlineData("attribute", "is missing an attribute required by your task.")]
    [InlineData("memberOf", "encountered error \"MemberOf placement constraint unsatisfied.\".")]
    public async Task A_service_says_what_the_closest_instance_lacks(string lack, string text)
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        if (lack == "agent")
            await world.ConnectAsync(instance, connected: false);
        await world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "web",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = "nginx",
                        Cpu = lack == "cpu" ? 5000 : 10,
                        Memory = lack == "memory" ? 5000 : 10,
                        PortMappings = lack switch
                        {
                            "port" => [new PortMapping { ContainerPort = 80, HostPort = 22 }],
                            "ports" =>
                            [
                                .. Enumerable
                                    .Range(1000, 100)
                                    .Select(port => new PortMapping { ContainerPort = port, HostPort = port }),
                            ],
                            _ => [],
                        },
                        ResourceRequirements =
                            lack == "gpu" ? [new ResourceRequirement { Type = "GPU", Value = "1" }] : null,
                        LogConfiguration = lack == "attribute" ? new LogConfiguration { LogDriver = "syslog" } : null,
                    },
                ],
                PlacementConstraints =
                    lack == "memberOf"
                        ?
                        [
                            new TaskDefinitionPlacementConstraint
                            {
                                Type = "memberOf",
                                Expression = "attribute:rack == r1",
                            },
                        ]
                        : null,
            },
            world.Caller
        );

        var service = await world.CreateServiceAsync(desired: 1);

        var id = instance[(instance.LastIndexOf('/') + 1)..];
        service
            .Events!.Single()
            .Message.ShouldBe(
                $"(service s) {NoRoom} The closest matching (container-instance {id}) {text} For more information, "
                    + "see the Troubleshooting section of the Amazon ECS Developer Guide."
            );
    }

    [Fact]
    public async Task Instances_that_take_no_tasks_are_as_good_as_none()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.Api.UpdateContainerInstancesStateAsync(
            new UpdateContainerInstancesStateRequest { ContainerInstances = [instance], Status = "DRAINING" },
            world.Caller
        );

        var service = await world.CreateServiceAsync(desired: 1);

        service
            .Events!.Single()
            .Message!.ShouldContain($"{NoRoom} Reason: No Container Instances were found in your cluster.");
    }

    [Fact]
    public async Task A_failure_is_told_once_and_again_after_six_hours()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(memory: 100);
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 2);

        world.Clock.Advance(TimeSpan.FromHours(5));
        await world.SettleAsync();
        (await FailuresAsync(world)).ShouldBe(1);

        world.Clock.Advance(TimeSpan.FromHours(1));
        await world.SettleAsync();
        await world.SettleAsync();
        (await FailuresAsync(world)).ShouldBe(2);
    }

    [Fact]
    public async Task A_failure_is_told_again_when_its_reason_changes()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.RegisterAsync();
        await world.Api.CreateClusterAsync(new CreateClusterRequest(), world.Caller);
        await world.CreateServiceAsync(desired: 1);
        var small = await world.AddInstanceAsync(memory: 100);
        await world.SettleAsync();
        await world.ConnectAsync(small, connected: false);
        await world.SettleAsync();
        await world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { ContainerInstance = small },
            world.Caller
        );
        await world.SettleAsync();

        var messages = (await world.ServiceAsync()).Events!.Select(happened => happened.Message!).Reverse().ToList();
        messages.Count.ShouldBe(4);
        messages[0].ShouldContain("No Container Instances were found");
        messages[1].ShouldContain("has insufficient memory available.");
        messages[2].ShouldContain("encountered error \"AGENT\".");
        messages[3].ShouldContain("No Container Instances were found");
    }

    [Fact]
    public async Task What_waits_is_placed_as_soon_as_room_appears()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(memory: 512);
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 3);
        (await world.TasksAsync()).Count.ShouldBe(2);

        await world.AddInstanceAsync(memory: 512);
        await world.SettleAsync();

        (await world.TasksAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_service_that_fits_nowhere_does_not_hold_up_the_others()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync("large", memory: 10_000);
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 5000, definition: "large", name: "older");
        world.Clock.Advance(TimeSpan.FromMinutes(1));

        await world.CreateServiceAsync(desired: 2, name: "younger");

        (await world.TasksAsync(service: "younger")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_service_whose_tasks_have_waited_longest_comes_first()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.RegisterAsync();
        await world.Api.CreateClusterAsync(new CreateClusterRequest(), world.Caller);
        await world.CreateServiceAsync(desired: 2, name: "z");
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.CreateServiceAsync(desired: 2, name: "a");

        await world.AddInstanceAsync(memory: 3 * 256);
        await world.SettleAsync();

        (await world.TasksAsync(service: "z")).Count.ShouldBe(2);
        (await world.TasksAsync(service: "a")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_must_be_beside_another_is_placed_after_it()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1, name: "beside", with: request =>
            request with
            {
                PlacementConstraints =
                [
                    new PlacementConstraint { Type = "memberOf", Expression = "task:group == service:first" },
                ],
            }
        );
        (await world.TasksAsync()).ShouldBeEmpty();

        await world.CreateServiceAsync(desired: 1, name: "first");

        (await world.TasksAsync(service: "beside")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_that_an_update_may_have_cured_is_looked_into_again()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1, with: request =>
            request with
            {
                PlacementConstraints =
                [
                    new PlacementConstraint { Type = "memberOf", Expression = "attribute:rack exists" },
                ],
            }
        );
        (await world.TasksAsync()).ShouldBeEmpty();

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", PlacementConstraints = [] },
            world.Caller
        );
        await world.SettleAsync();

        (await world.TasksAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Custom_attributes_take_part_in_placement()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instances = new[]
        {
            await world.AddInstanceAsync(),
            await world.AddInstanceAsync(),
            await world.AddInstanceAsync(),
        };
        foreach (var (number, instance) in instances.Index())
            await world.Api.PutAttributesAsync(
                new PutAttributesRequest
                {
                    Attributes =
                    [
                        new EcsAttribute
                        {
                            Name = "rack",
                            Value = number == 0 ? "r1" : "r2",
                            TargetId = instance,
                        },
                    ],
                },
                world.Caller
            );
        await world.RegisterAsync();

        await world.CreateServiceAsync(desired: 4, with: request =>
            request with
            {
                PlacementStrategy = [new PlacementStrategy { Type = "spread", Field = "attribute:rack" }],
            }
        );
        await world.CreateServiceAsync(desired: 2, name: "member", with: request =>
            request with
            {
                PlacementConstraints =
                [
                    new PlacementConstraint { Type = "memberOf", Expression = "attribute:rack == r1" },
                ],
            }
        );

        (await world.TasksAsync(service: "s")).Count(task => task.ContainerInstanceArn == instances[0]).ShouldBe(2);
        (await world.TasksAsync(service: "member")).ShouldAllBe(task => task.ContainerInstanceArn == instances[0]);
    }

    [Fact]
    public async Task Many_tasks_are_placed_in_several_commits()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(cpu: 2_000_000, memory: 2_000_000);
        await world.RegisterAsync();
        var commits = new List<int>();
        using var watch = world.Subscribe(commit =>
            commits.Add(
                commit
                    .Of(EcsTables.Tasks)
                    .Count(change => change.Before?.ContainerInstance != change.After?.ContainerInstance)
            )
        );

        await world.CreateServiceAsync(desired: 5000);

        commits.Sum().ShouldBe(5000);
        commits.Max().ShouldBeLessThanOrEqualTo(2000);
    }

    [Fact]
    public async Task A_daemon_looks_at_each_instance_for_its_own_task_alone()
    {
        await using var world = await EcsWorld.CreateAsync();
        for (var number = 0; number < 3; number++)
            await world.AddInstanceAsync(memory: number == 2 ? 100 : 1000);
        await world.RegisterAsync();
        await world.Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                ServiceName = "s",
                TaskDefinition = "web",
                SchedulingStrategy = "DAEMON",
            },
            world.Caller
        );
        await world.ReconcileServiceAsync();
        var service = world.View.Range(EcsTables.Services).Single();
        var pass = PlacementPass.In(world.View, service.ClusterKey, new Random(1));

        var placement = new ServicePlacement(
            world.View,
            pass,
            BlockedLots.None.Begin(pass),
            service,
            new PreparedQueries()
        );
        placement.Run(most: 10);

        placement.Placed.Count.ShouldBe(2);
        placement.Placed.ShouldAllBe(task => task.ContainerInstance == task.OnlyInstance);
        placement.Failure!.ContainerInstance.ShouldNotBeNull();
        placement.Searches.ShouldBe(0);
    }

    [Fact]
    public async Task A_pass_that_can_place_nothing_commits_nothing()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(memory: 512);
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 3);
        var before = world.View.Revision;

        await world.SettleAsync();

        world.View.Revision.ShouldBe(before);
    }

    [Fact]
    public async Task Nothing_is_remembered_of_a_pass_that_was_not_committed()
    {
        using var journal = new FailingJournal();
        await using var world = await EcsWorld.CreateAsync(journal);
        await world.AddInstanceAsync(memory: 100);
        await world.RegisterAsync();
        await AskForTaskAsync(world, "first");
        journal.Fails = true;

        await Should.ThrowAsync<JournalException>(world.ScheduleAsync);

        world.KnownToScheduler.Count.ShouldBe(0);
        journal.Fails = false;
        await world.ScheduleAsync();
        world.KnownToScheduler.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_known_before_a_pass_that_was_not_committed_stays_known()
    {
        using var journal = new FailingJournal();
        await using var world = await EcsWorld.CreateAsync(journal);
        await world.AddInstanceAsync(memory: 100);
        await world.RegisterAsync();
        await AskForTaskAsync(world, "first");
        await world.ScheduleAsync();
        var known = world.KnownToScheduler;
        await AskForTaskAsync(world, "second");
        journal.Fails = true;

        await Should.ThrowAsync<JournalException>(world.ScheduleAsync);

        world.KnownToScheduler.ShouldBeSameAs(known);
        journal.Fails = false;
        await world.ScheduleAsync();
        world.KnownToScheduler.Count.ShouldBe(2);
    }

    private static async Task AskForTaskAsync(EcsWorld world, string service)
    {
        await world.Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                ServiceName = service,
                TaskDefinition = "web",
                DesiredCount = 1,
            },
            world.Caller
        );
        await world.ReconcileServiceAsync(service);
    }

    private static async Task<int> FailuresAsync(EcsWorld world) =>
        (await world.ServiceAsync()).Events!.Count(happened =>
            happened.Message!.Contains(NoRoom, StringComparison.Ordinal)
        );
}
