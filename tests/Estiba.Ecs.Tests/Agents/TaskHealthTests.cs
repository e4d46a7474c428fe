using Estiba.Contracts.Ecs;
using Estiba.Contracts.Tcs;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using ContainerHealth = Estiba.Contracts.Tcs.ContainerHealth;
using TaskHealth = Estiba.Ecs.Agents.TaskHealth;

namespace Estiba.Ecs.Tests.Agents;

/// <summary>What agents say of the health of containers, and what a service makes of it.</summary>
public sealed class TaskHealthTests : IAsyncLifetime
{
    private EcsWorld _world = null!;
    private TaskRecord _task = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EcsWorld.CreateAsync();
        await _world.AddInstanceAsync(
            attributes: ["ecs.capability.container-health-check", "com.amazonaws.ecs.capability.docker-remote-api.1.24"]
        );
        await _world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "web",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = "nginx",
                        Memory = 64,
                    },
                    new ContainerDefinition
                    {
                        Name = "sidecar",
                        Image = "sidecar",
                        Memory = 64,
                        Essential = false,
                        HealthCheck = new HealthCheck { Command = ["CMD", "true"] },
                    },
                ],
            },
            _world.Caller
        );
        await _world.CreateServiceAsync(desired: 2);
        var tasks = await _world.TasksAsync();
        await _world.ReportAsync(tasks[0].TaskArn!, "RUNNING");
        await _world.SettleAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        await _world.ReportAsync(tasks[1].TaskArn!, "STOPPED", "Task failed to start");
        await _world.SettleAsync();
        _task = _world.View.Range(EcsTables.Tasks).Single(task => task.Arn == tasks[0].TaskArn);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("UNHEALTHY")]
    [InlineData("HEALTHY")]
    public async Task A_container_that_does_not_decide_the_health_of_its_task_sets_no_failure_back(string health)
    {
        (await _world.ServiceAsync()).Deployments!.Single().FailedTasks.ShouldBe(1);

        await ReportAsync("sidecar", health);

        Container("sidecar").HealthStatus.ShouldBe(health);
        (await _world.ServiceAsync()).Deployments!.Single().FailedTasks.ShouldBe(1);
    }

    [Fact]
    public async Task What_a_failing_check_said_is_told_of_the_container_by_the_task_and_by_the_service()
    {
        await ReportAsync("sidecar", "UNHEALTHY", "curl: (7) Failed to connect\n\u001b[31mto localhost");

        const string Said = "curl: (7) Failed to connect [31mto localhost";
        Container("sidecar").Reason.ShouldBe(Said);
        var task = _world.View.Find(EcsTables.Tasks, _task.Key)!;
        ServiceEvents
            .FailedHealthChecks(task)
            .ShouldBe($"(task {task.Id}) failed container health checks (container sidecar: {Said}).");
        ServiceEvents.WhyUnhealthy(task).ShouldBe($"Task failed container health checks (container sidecar: {Said})");

        await ReportAsync("sidecar", "UNHEALTHY", "curl: (7) Failed to connect later");
        Container("sidecar").Reason.ShouldBe(Said);
        await ReportAsync("sidecar", "HEALTHY");
        Container("sidecar").Reason.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("healthy")]
    [InlineData("FINE")]
    public async Task Only_the_words_that_there_are_for_health_are_taken(string health)
    {
        await ReportAsync("sidecar", "HEALTHY");

        await ReportAsync("sidecar", health);

        Container("sidecar").HealthStatus.ShouldBe("HEALTHY");
    }

    [Fact]
    public async Task What_an_agent_says_of_a_container_is_kept_as_far_as_it_is_of_a_reasonable_length()
    {
        var text = new string('x', 256);

        await SubmitAsync(
            new ContainerStateChange
            {
                ContainerName = "nginx",
                Status = "RUNNING",
                RuntimeId = text,
                ImageDigest = text,
                NetworkBindings =
                [
                    new NetworkBinding
                    {
                        BindIP = text,
                        ContainerPort = 80,
                        HostPort = 80,
                    },
                ],
            },
            new ManagedAgentStateChange
            {
                ContainerName = "nginx",
                ManagedAgentName = text,
                Status = "RUNNING",
            }
        );

        var container = Container("nginx");
        (container.RuntimeId, container.ImageDigest).ShouldBe(("abc", null));
        (container.NetworkBindings ?? []).ShouldBeEmpty();
        (container.ManagedAgents ?? []).ShouldBeEmpty();
    }

    private Task SubmitAsync(ContainerStateChange container, ManagedAgentStateChange agent) =>
        _world.Api.SubmitTaskStateChangeAsync(
            new SubmitTaskStateChangeRequest
            {
                Task = _task.Arn,
                Containers = [container],
                ManagedAgents = [agent],
            },
            _world.Caller
        );

    private Task ReportAsync(string container, string health, string? output = null) =>
        new TaskHealth(_world.Store, new EcsIds(new Random(1)), _world.Clock).ApplyAsync(
            _task.InstanceKey!,
            new PublishHealthRequest
            {
                Tasks =
                [
                    new Estiba.Contracts.Tcs.TaskHealth
                    {
                        TaskArn = _task.Arn,
                        Containers =
                        [
                            new ContainerHealth
                            {
                                ContainerName = container,
                                HealthStatus = health,
                                Output = output,
                            },
                        ],
                    },
                ],
            },
            default
        );

    private Container Container(string name) =>
        _world.View.Find(EcsTables.Tasks, _task.Key)!.Containers.Single(container => container.Name == name);
}
