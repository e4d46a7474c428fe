using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Tasks;

/// <summary>
/// Tasks of the launch type <c>EXTERNAL</c> run on hosts of somebody's own ("External instances (Amazon ECS
/// Anywhere)", developer guide).
/// </summary>
public sealed class ExternalLaunchTypeTests : IAsyncLifetime
{
    private const string Capability = "ecs.capability.external";

    private EcsWorld _world = null!;
    private string _external = "";
    private string _other = "";

    public async ValueTask InitializeAsync()
    {
        _world = await EcsWorld.CreateAsync();
        _other = await _world.AddInstanceAsync();
        _external = await _world.AddInstanceAsync(attributes: [Capability]);
        await RegisterAsync("web", ["EXTERNAL"]);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_task_is_placed_on_external_instances_alone()
    {
        var answer = await _world.Api.RunTaskAsync(
            new RunTaskRequest
            {
                TaskDefinition = "web",
                LaunchType = "EXTERNAL",
                Count = 3,
            },
            _world.Caller
        );

        answer.Tasks!.ShouldAllBe(task => task.LaunchType == "EXTERNAL" && task.ContainerInstanceArn == _external);
        (
            await _world.Api.ListTasksAsync(new ListTasksRequest { LaunchType = "EXTERNAL" }, _world.Caller)
        ).TaskArns!.Count.ShouldBe(3);
        (
            await _world.Api.ListTasksAsync(new ListTasksRequest { LaunchType = "EC2" }, _world.Caller)
        ).TaskArns.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_task_of_EC2_may_be_on_any_instance()
    {
        var answer = await _world.Api.RunTaskAsync(
            new RunTaskRequest
            {
                TaskDefinition = "web",
                Count = 2,
                PlacementStrategy = [new PlacementStrategy { Type = "spread", Field = "instanceId" }],
            },
            _world.Caller
        );

        answer.Tasks!.ShouldAllBe(task => task.LaunchType == "EC2");
        answer.Tasks!.Select(task => task.ContainerInstanceArn!).Order().ShouldBe(new[] { _external, _other }.Order());
    }

    [Fact]
    public async Task A_task_that_is_started_on_an_instance_has_the_launch_type_of_that()
    {
        var answer = await _world.Api.StartTaskAsync(
            new StartTaskRequest { TaskDefinition = "web", ContainerInstances = [_other, _external] },
            _world.Caller
        );

        answer
            .Tasks!.Select(task => (task.ContainerInstanceArn, task.LaunchType))
            .ShouldBe([(_other, "EC2"), (_external, "EXTERNAL")]);
    }

    [Fact]
    public async Task A_service_keeps_its_tasks_on_external_instances()
    {
        var service = await _world.CreateServiceAsync(desired: 3, with: request =>
            request with
            {
                LaunchType = "EXTERNAL",
            }
        );
        await _world.ObeyAsync();

        service.LaunchType.ShouldBe("EXTERNAL");
        (await _world.TasksAsync()).Count.ShouldBe(3);
        (await _world.TasksAsync()).ShouldAllBe(task =>
            task.LaunchType == "EXTERNAL" && task.ContainerInstanceArn == _external
        );
        (await _world.ServiceAsync()).Deployments!.Single().LaunchType.ShouldBe("EXTERNAL");
    }

    [Fact]
    public async Task A_daemon_service_has_a_task_on_each_external_instance()
    {
        await _world.Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                ServiceName = "s",
                TaskDefinition = "web",
                SchedulingStrategy = "DAEMON",
                LaunchType = "EXTERNAL",
            },
            _world.Caller
        );
        await _world.ObeyAsync();

        (await _world.TasksAsync()).ShouldHaveSingleItem().ContainerInstanceArn.ShouldBe(_external);
        (await _world.ServiceAsync()).DesiredCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_set_has_a_launch_type_of_its_own()
    {
        await _world.Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                ServiceName = "s",
                DesiredCount = 2,
                DeploymentController = new DeploymentController { Type = "EXTERNAL" },
            },
            _world.Caller
        );
        var set = (
            await _world.Api.CreateTaskSetAsync(
                new CreateTaskSetRequest
                {
                    Cluster = "default",
                    Service = "s",
                    TaskDefinition = "web",
                    LaunchType = "EXTERNAL",
                    Scale = new Scale { Value = 100, Unit = "PERCENT" },
                },
                _world.Caller
            )
        ).TaskSet!;
        await _world.ObeyAsync();

        set.LaunchType.ShouldBe("EXTERNAL");
        (await _world.TasksAsync()).Count.ShouldBe(2);
        (await _world.TasksAsync()).ShouldAllBe(task =>
            task.LaunchType == "EXTERNAL" && task.ContainerInstanceArn == _external
        );
    }

    [Fact]
    public async Task A_service_waits_for_an_external_instance_and_says_so()
    {
        await _world.ConnectAsync(_external, connected: false);

        await _world.CreateServiceAsync(desired: 1, with: request => request with { LaunchType = "EXTERNAL" });

        (await _world.TasksAsync()).ShouldBeEmpty();
        (await _world.ServiceAsync()).Events!.ShouldContain(happened =>
            happened.Message!.Contains("was unable to place a task", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Without_external_instances_there_are_none_for_the_task()
    {
        await _world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { ContainerInstance = _external },
            _world.Caller
        );

        var refusal = await Should.ThrowAsync<AwsException>(() =>
            _world.Api.RunTaskAsync(
                new RunTaskRequest { TaskDefinition = "web", LaunchType = "EXTERNAL" },
                _world.Caller
            )
        );

        (refusal.Code, refusal.Message).ShouldBe(
            ("InvalidParameterException", "No Container Instances were found in your cluster.")
        );
    }

    [Fact]
    public async Task A_definition_that_no_external_instance_can_run_is_refused_when_run_and_when_it_says_that_one_can()
    {
        await RegisterAsync("mesh", requires: null, networkMode: "awsvpc");
        (
            await Should.ThrowAsync<AwsException>(() =>
                _world.Api.RunTaskAsync(
                    new RunTaskRequest { TaskDefinition = "mesh", LaunchType = "EXTERNAL" },
                    _world.Caller
                )
            )
        ).Message.ShouldBe("Task definition does not support launch_type EXTERNAL.");
        (
            await Should.ThrowAsync<AwsException>(() =>
                _world.Api.CreateServiceAsync(
                    new CreateServiceRequest
                    {
                        ServiceName = "s",
                        TaskDefinition = "mesh",
                        DesiredCount = 1,
                        LaunchType = "EXTERNAL",
                    },
                    _world.Caller
                )
            )
        ).Message.ShouldBe("Task definition does not support launch_type EXTERNAL.");

        (await Should.ThrowAsync<AwsException>(() => RegisterAsync("mesh", ["EXTERNAL"], "awsvpc"))).Code.ShouldBe(
            "ClientException"
        );
    }

    private async Task RegisterAsync(string family, IReadOnlyList<string>? requires, string? networkMode = null)
    {
        var answer = await _world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = family,
                NetworkMode = networkMode,
                RequiresCompatibilities = requires,
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = "nginx",
                        Cpu = 128,
                        Memory = 128,
                    },
                ],
            },
            _world.Caller
        );
        answer.TaskDefinition!.RequiresCompatibilities.ShouldBe(requires);
    }
}
