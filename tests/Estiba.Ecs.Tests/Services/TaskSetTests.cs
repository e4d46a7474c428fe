using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Services;

public sealed class TaskSetTests
{
    [Fact]
    public async Task A_task_set_runs_its_share_of_the_desired_count_rounded_up()
    {
        await using var world = await WithServiceAsync(desired: 3);

        var created = await CreateAsync(world, scale: 50);
        created.ComputedDesiredCount.ShouldBe(2);
        created.StabilityStatus.ShouldBe("STABILIZING");
        await world.ObeyAsync();

        var set = (await DescribeAsync(world)).Single();
        set.ShouldSatisfyAllConditions(
            () => set.RunningCount.ShouldBe(2),
            () => set.StabilityStatus.ShouldBe("STEADY_STATE"),
            () => set.Status.ShouldBe("ACTIVE"),
            () => set.TaskSetArn.ShouldBe($"arn:aws:ecs:eu-west-1:123456789012:task-set/default/s/{set.Id}")
        );
        (await world.TasksAsync()).ShouldAllBe(task => task.StartedBy == set.Id && task.Group == "service:s");
        (await world.ServiceAsync()).Events!.ShouldContain(happened =>
            happened.Message == $"(service s, taskSet {set.Id}) has reached a steady state."
        );
    }

    [Fact]
    public async Task Traffic_moves_from_one_task_set_to_another_and_the_old_one_goes()
    {
        await using var world = await WithServiceAsync(desired: 2);
        var blue = await CreateAsync(world, scale: 100);
        await world.Api.UpdateServicePrimaryTaskSetAsync(
            new UpdateServicePrimaryTaskSetRequest
            {
                Cluster = "default",
                Service = "s",
                PrimaryTaskSet = blue.Id,
            },
            world.Caller
        );
        await world.ObeyAsync();
        (await world.ServiceAsync()).TaskDefinition!.ShouldEndWith("web:1");

        await world.RegisterAsync();
        var green = await CreateAsync(world, scale: 0);
        await ScaleAsync(world, green, 100);
        await world.ObeyAsync();
        (await world.ServiceAsync()).RunningCount.ShouldBe(4);
        await world.Api.UpdateServicePrimaryTaskSetAsync(
            new UpdateServicePrimaryTaskSetRequest
            {
                Cluster = "default",
                Service = "s",
                PrimaryTaskSet = green.TaskSetArn,
            },
            world.Caller
        );
        (
            await world.Api.DeleteTaskSetAsync(
                new DeleteTaskSetRequest
                {
                    Cluster = "default",
                    Service = "s",
                    TaskSet = blue.Id,
                    Force = true,
                },
                world.Caller
            )
        ).TaskSet!.Status.ShouldBe("DRAINING");
        await world.ObeyAsync();

        var service = await world.ServiceAsync();
        service.RunningCount.ShouldBe(2);
        service.TaskDefinition!.ShouldEndWith("web:2");
        service
            .TaskSets!.Single()
            .ShouldSatisfyAllConditions(set => set.Id.ShouldBe(green.Id), set => set.Status.ShouldBe("PRIMARY"));
    }

    [Fact]
    public async Task The_desired_count_of_the_service_scales_its_task_sets()
    {
        await using var world = await WithServiceAsync(desired: 1);
        await CreateAsync(world, scale: 100);
        await world.ObeyAsync();

        await world.Api.UpdateServiceAsync(new UpdateServiceRequest { Service = "s", DesiredCount = 3 }, world.Caller);
        await world.ObeyAsync();
        (await DescribeAsync(world)).Single().RunningCount.ShouldBe(3);

        await world.Api.UpdateServiceAsync(new UpdateServiceRequest { Service = "s", DesiredCount = 0 }, world.Caller);
        await world.ObeyAsync();
        (await world.TasksAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_task_of_a_task_set_that_fails_to_start_delays_the_next()
    {
        await using var world = await WithServiceAsync(desired: 1);
        await CreateAsync(world, scale: 100);
        await world.SettleAsync();

        await world.ReportAsync((await world.TasksAsync()).Single().TaskArn!, "STOPPED", "Task failed to start");
        await world.SettleAsync();
        (await world.TasksAsync()).ShouldBeEmpty();
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.SettleAsync();

        (await world.TasksAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_set_whose_tasks_fail_to_start_does_not_delay_another()
    {
        await using var world = await WithServiceAsync(desired: 1);
        var works = await CreateAsync(world, scale: 100);
        await world.ObeyAsync();
        var fails = await CreateAsync(world, scale: 100);
        for (var failures = 0; failures < 4; failures++)
        {
            world.Clock.Advance(TimeSpan.FromMinutes(1));
            await world.SettleAsync();
            var starting = (await world.TasksAsync()).Single(task => task.StartedBy == fails.Id);
            await world.ReportAsync(starting.TaskArn!, "STOPPED", "Task failed to start");
            await world.SettleAsync();
        }

        var running = (await world.TasksAsync("RUNNING")).Single();
        await world.Api.StopTaskAsync(new StopTaskRequest { Task = running.TaskArn }, world.Caller);
        await world.SettleAsync();

        (await world.TasksAsync("RUNNING")).Single().StartedBy.ShouldBe(works.Id);
    }

    [Fact]
    public async Task A_deleted_task_set_does_not_wait_for_a_host_that_is_lost()
    {
        await using var world = await WithServiceAsync(desired: 1);
        var set = await CreateAsync(world, scale: 100);
        await world.ObeyAsync();
        await world.LoseAsync((await world.TasksAsync()).Single().ContainerInstanceArn!);

        await world.Api.DeleteTaskSetAsync(
            new DeleteTaskSetRequest
            {
                Cluster = "default",
                Service = "s",
                TaskSet = set.Id,
                Force = true,
            },
            world.Caller
        );
        await world.ObeyAsync();

        (await DescribeAsync(world)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("loadBalancers")]
    [InlineData("no loadBalancers")]
    [InlineData("no capacityProviderStrategy")]
    [InlineData("no serviceRegistries")]
    public async Task What_belongs_to_task_sets_is_not_changed_with_the_service(string what)
    {
        await using var world = await WithServiceAsync(desired: 1);
        await CreateAsync(world, scale: 100);
        var request = new UpdateServiceRequest { Service = "s" };
        var balancer = new LoadBalancer
        {
            TargetGroupArn = world.Elb.Add(),
            ContainerName = "nginx",
            ContainerPort = 80,
        };

        var refused = await Should.ThrowAsync<AwsException>(() =>
            world.Api.UpdateServiceAsync(
                what switch
                {
                    "loadBalancers" => request with { LoadBalancers = [balancer] },
                    "no loadBalancers" => request with { LoadBalancers = [] },
                    "no serviceRegistries" => request with { ServiceRegistries = [] },
                    _ => request with { CapacityProviderStrategy = [] },
                },
                world.Caller
            )
        );

        refused.Code.ShouldBe("InvalidParameterException");
        refused.Message.ShouldEndWith("Use CreateTaskSet for the rest.");
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        await using var world = await WithServiceAsync(desired: 1);
        await world.CreateServiceAsync(desired: 1, name: "rolling");
        var set = await CreateAsync(world, scale: 100);

        async Task<AwsException> Refused(Func<Task> request) => await Should.ThrowAsync<AwsException>(request);
        (
            await Refused(() =>
                world.Api.CreateTaskSetAsync(
                    new CreateTaskSetRequest
                    {
                        Cluster = "default",
                        Service = "rolling",
                        TaskDefinition = "web",
                    },
                    world.Caller
                )
            )
        ).Code.ShouldBe("InvalidParameterException");
        (await Refused(() => CreateAsync(world, scale: 101))).Message.ShouldBe(
            "The scale value must be between 0 and 100."
        );
        (
            await Refused(() =>
                world.Api.DeleteTaskSetAsync(
                    new DeleteTaskSetRequest
                    {
                        Cluster = "default",
                        Service = "s",
                        TaskSet = "none",
                    },
                    world.Caller
                )
            )
        ).Code.ShouldBe("TaskSetNotFoundException");
        (
            await Refused(() =>
                world.Api.DeleteTaskSetAsync(
                    new DeleteTaskSetRequest
                    {
                        Cluster = "default",
                        Service = "s",
                        TaskSet = set.Id,
                    },
                    world.Caller
                )
            )
        ).Code.ShouldBe("InvalidParameterException");
        (
            await Refused(() =>
                world.Api.UpdateServiceAsync(
                    new UpdateServiceRequest { Service = "s", TaskDefinition = "web" },
                    world.Caller
                )
            )
        ).Code.ShouldBe("InvalidParameterException");
        (
            await Refused(() => world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "s" }, world.Caller))
        ).Code.ShouldBe("InvalidParameterException");
        (
            await world.Api.DescribeTaskSetsAsync(
                new DescribeTaskSetsRequest
                {
                    Cluster = "default",
                    Service = "s",
                    TaskSets = ["none"],
                },
                world.Caller
            )
        ).Failures!.Single().Reason.ShouldBe("MISSING");
    }

    [Fact]
    public async Task Task_sets_whose_tasks_wait_in_turns_are_not_placed_on_the_same_port()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(memory: 100);
        await world.RegisterAsync(hostPort: 9999);
        await world.Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                ServiceName = "s",
                DesiredCount = 4,
                DeploymentController = new DeploymentController { Type = "EXTERNAL" },
            },
            world.Caller
        );
        List<TaskSet> sets = [await CreateAsync(world, scale: 0), await CreateAsync(world, scale: 0)];
        foreach (var scale in (double[])[25, 50, 75, 100])
        {
            foreach (var set in sets)
            {
                await ScaleAsync(world, set, scale);
                world.Clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        for (var instance = 0; instance < 6; instance++)
            await world.AddInstanceAsync();
        await world.SettleAsync();

        (await world.TasksAsync()).Select(task => task.ContainerInstanceArn).ShouldBeUnique();
        (await world.TasksAsync()).Count.ShouldBe(6);
    }

    [Fact]
    public async Task Room_that_came_while_a_task_set_wanted_nothing_is_found_when_it_wants_tasks_again()
    {
        await using var world = await WithServiceAsync(desired: 1);
        var small = await CreateAsync(world, scale: 100, await world.RegisterAsync(memory: 5000));
        await CreateAsync(world, scale: 100, await world.RegisterAsync(memory: 100_000));
        await world.SettleAsync();
        await ScaleAsync(world, small, 0);

        await world.AddInstanceAsync(memory: 8000);
        await world.SettleAsync();
        await ScaleAsync(world, small, 100);

        (await world.TasksAsync()).Single().StartedBy.ShouldBe(small.Id);
    }

    [Fact]
    public async Task A_deleted_service_takes_its_task_sets_along()
    {
        await using var world = await WithServiceAsync(desired: 2);
        await CreateAsync(world, scale: 100);
        await world.ObeyAsync();

        await world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "s", Force = true }, world.Caller);
        for (var round = 0; round < 2; round++)
            await world.ObeyAsync();

        (await world.ServiceAsync()).Status.ShouldBe("INACTIVE");
        (await world.TasksAsync()).ShouldBeEmpty();
    }

    private static async Task ScaleAsync(EcsWorld world, TaskSet set, double percent)
    {
        await world.Api.UpdateTaskSetAsync(
            new UpdateTaskSetRequest
            {
                Cluster = "default",
                Service = "s",
                TaskSet = set.Id,
                Scale = new Scale { Value = percent, Unit = "PERCENT" },
            },
            world.Caller
        );
        await world.SettleAsync();
    }

    private static async Task<EcsWorld> WithServiceAsync(int desired)
    {
        var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                ServiceName = "s",
                DesiredCount = desired,
                DeploymentController = new DeploymentController { Type = "EXTERNAL" },
            },
            world.Caller
        );
        await world.SettleAsync();
        return world;
    }

    private static async Task<TaskSet> CreateAsync(EcsWorld world, double scale, string definition = "web") =>
        (
            await world.Api.CreateTaskSetAsync(
                new CreateTaskSetRequest
                {
                    Cluster = "default",
                    Service = "s",
                    TaskDefinition = definition,
                    Scale = new Scale { Value = scale, Unit = "PERCENT" },
                },
                world.Caller
            )
        ).TaskSet!;

    private static async Task<IReadOnlyList<TaskSet>> DescribeAsync(EcsWorld world) =>
        (
            await world.Api.DescribeTaskSetsAsync(
                new DescribeTaskSetsRequest { Cluster = "default", Service = "s" },
                world.Caller
            )
        ).TaskSets!;
}
