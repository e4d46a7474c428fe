using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Tasks;

public sealed class TaskProtectionTests
{
    [Fact]
    public async Task A_protected_task_outlives_scaling_in_until_its_protection_ends()
    {
        await using var world = await RunningAsync(desired: 2);
        var kept = (await world.TasksAsync())[0].TaskArn!;

        var answer = await ProtectAsync(world, kept, minutes: null);
        answer.ProtectedTasks!.Single().ExpirationDate.ShouldBe(world.Clock.GetUtcNow().AddHours(2));
        await world.Api.UpdateServiceAsync(new UpdateServiceRequest { Service = "s", DesiredCount = 0 }, world.Caller);
        await world.ObeyAsync();
        (await world.TasksAsync()).Single().TaskArn.ShouldBe(kept);

        world.Clock.Advance(TimeSpan.FromHours(2));
        await world.ObeyAsync();
        (await world.TasksAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deployment_waits_for_protected_tasks()
    {
        await using var world = await RunningAsync(desired: 1);
        var kept = (await world.TasksAsync()).Single().TaskArn!;
        await ProtectAsync(world, kept, minutes: 1);

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = await world.RegisterAsync() },
            world.Caller
        );
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();
        (await world.TasksAsync()).Count.ShouldBe(2);
        (await world.ServiceAsync()).Deployments!.Count.ShouldBe(2);

        await ProtectAsync(world, kept, minutes: null, enable: false);
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();
        (await world.ServiceAsync()).Deployments!.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(100, 200)]
    public async Task A_deployment_of_a_daemon_waits_for_protected_tasks(int minimum, int maximum)
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        var configuration = new DeploymentConfiguration { MinimumHealthyPercent = minimum, MaximumPercent = maximum };
        await world.Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                ServiceName = "s",
                TaskDefinition = "web",
                SchedulingStrategy = "DAEMON",
                DeploymentConfiguration = configuration,
            },
            world.Caller
        );
        await world.ObeyAsync();
        var kept = (await world.TasksAsync()).Single().TaskArn!;
        await ProtectAsync(world, kept, minutes: 1);

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = await world.RegisterAsync() },
            world.Caller
        );
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();
        (await world.TasksAsync(desired: "RUNNING")).ShouldContain(task => task.TaskArn == kept);

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        for (var round = 0; round < 4; round++)
            await world.ObeyAsync();
        (await world.TasksAsync()).Single().TaskArn.ShouldNotBe(kept);
        (await world.ServiceAsync()).Deployments!.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Somebody_may_stop_a_protected_task()
    {
        await using var world = await RunningAsync(desired: 1);
        var arn = (await world.TasksAsync()).Single().TaskArn!;
        await ProtectAsync(world, arn, minutes: 10);

        (await world.Api.StopTaskAsync(new StopTaskRequest { Task = arn }, world.Caller)).Task!.DesiredStatus.ShouldBe(
            "STOPPED"
        );
    }

    [Fact]
    public async Task The_protection_is_shown_until_it_ends()
    {
        await using var world = await RunningAsync(desired: 1);
        var arn = (await world.TasksAsync()).Single().TaskArn!;
        await ProtectAsync(world, arn, minutes: 1);

        (await GetAsync(world, arn)).ProtectedTasks!.Single().ProtectionEnabled.ShouldBe(true);
        (await GetAsync(world)).ProtectedTasks!.Single().TaskArn.ShouldBe(arn);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        (await GetAsync(world, arn))
            .ProtectedTasks!.Single()
            .ShouldSatisfyAllConditions(
                task => task.ProtectionEnabled.ShouldBe(false),
                task => task.ExpirationDate.ShouldBeNull()
            );
        (await GetAsync(world)).ProtectedTasks!.ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_tasks_of_services_that_stay_can_be_protected()
    {
        await using var world = await RunningAsync(desired: 1);
        var own = (await world.TasksAsync()).Single().TaskArn!;
        var alone = (await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller))
            .Tasks!.Single()
            .TaskArn!;
        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", ForceNewDeployment = true },
            world.Caller
        );

        (await ProtectAsync(world, alone, minutes: 1)).Failures!.Single().Reason.ShouldBe("TASK_NOT_VALID");
        (await ProtectAsync(world, own, minutes: 1)).Failures!.Single().Reason.ShouldBe("DEPLOYMENT_BLOCKED");
        (await ProtectAsync(world, "0123456789abcdef0123456789abcdef", minutes: 1))
            .Failures!.Single()
            .Reason.ShouldBe("MISSING");
        (await Should.ThrowAsync<AwsException>(() => ProtectAsync(world, own, minutes: 2881))).Code.ShouldBe(
            "InvalidParameterException"
        );
    }

    private static async Task<EcsWorld> RunningAsync(int desired)
    {
        var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired);
        await world.ObeyAsync();
        return world;
    }

    private static Task<UpdateTaskProtectionResponse> ProtectAsync(
        EcsWorld world,
        string task,
        int? minutes,
        bool enable = true
    ) =>
        world.Api.UpdateTaskProtectionAsync(
            new UpdateTaskProtectionRequest
            {
                Cluster = "default",
                Tasks = [task],
                ProtectionEnabled = enable,
                ExpiresInMinutes = minutes,
            },
            world.Caller
        );

    private static Task<GetTaskProtectionResponse> GetAsync(EcsWorld world, params string[] tasks) =>
        world.Api.GetTaskProtectionAsync(
            new GetTaskProtectionRequest { Cluster = "default", Tasks = tasks },
            world.Caller
        );
}
