using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Services;

public sealed class ServiceTests
{
    [Fact]
    public async Task A_service_starts_its_tasks_and_reaches_a_steady_state()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();

        await world.CreateServiceAsync(desired: 2);
        await world.ObeyAsync();

        var service = await world.ServiceAsync();
        service.RunningCount.ShouldBe(2);
        service.Deployments!.ShouldHaveSingleItem().RolloutState.ShouldBe("COMPLETED");
        var events = service.Events!.Select(happened => happened.Message!).ToList();
        events[0].ShouldBe("(service s) has reached a steady state.");
        events[1].ShouldEndWith("deployment completed.");
        events[2].ShouldStartWith("(service s) has started 2 tasks: (task ");
    }

    [Fact]
    public async Task A_task_that_ends_is_replaced()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);
        await world.ObeyAsync();
        var first = (await world.TasksAsync()).Single();

        await world.ReportAsync(first.TaskArn!, "STOPPED", "Essential container in task exited", exitCode: 1);
        await world.ObeyAsync();

        (await world.TasksAsync()).Single().TaskArn.ShouldNotBe(first.TaskArn);
        var stopped = (await world.TasksAsync(desired: "STOPPED")).Single();
        stopped.StopCode.ShouldBe("EssentialContainerExited");
        stopped.StoppedReason.ShouldBe("Essential container in task exited");
        stopped.Containers!.Single().ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_without_room_is_shown_to_nobody_and_the_event_says_why_once()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(memory: 300);
        await world.RegisterAsync(memory: 256);

        await world.CreateServiceAsync(desired: 2);
        await world.ObeyAsync();
        await world.ObeyAsync();

        (await world.TasksAsync()).Count.ShouldBe(1);
        (await world.ServiceAsync())
            .Events!.Count(happened =>
                happened.Message!.Contains(
                    "was unable to place a task because no container instance met all of its requirements. The "
                        + "closest matching (container-instance ",
                    StringComparison.Ordinal
                ) && happened.Message.Contains("has insufficient memory available.", StringComparison.Ordinal)
            )
            .ShouldBe(1);
    }

    [Fact]
    public async Task A_waiting_task_is_placed_as_soon_as_there_is_room()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync(hostPort: 9999);
        await world.CreateServiceAsync(desired: 2);
        await world.ObeyAsync();
        (await world.TasksAsync()).Count.ShouldBe(1);

        await world.AddInstanceAsync(zone: "eu-west-1b");
        await world.ObeyAsync();

        (await world.TasksAsync())
            .Select(task => task.AvailabilityZone)
            .ShouldBe(["eu-west-1a", "eu-west-1b"], ignoreOrder: true);
    }

    [Fact]
    public async Task Two_tasks_with_one_fixed_port_do_not_land_on_one_instance()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync(hostPort: 9999);

        await world.CreateServiceAsync(desired: 2);

        (await world.ServiceAsync())
            .Events![0]
            .Message!.ShouldContain("is already using a port required by your task.");
    }

    [Fact]
    public async Task A_cluster_without_instances_says_so()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.CreateClusterAsync(new CreateClusterRequest(), world.Caller);
        await world.RegisterAsync();

        var service = await world.CreateServiceAsync(desired: 1);

        service
            .Events!.Single()
            .Message.ShouldBe(
                "(service s) was unable to place a task because no container instance met all of its "
                    + "requirements. Reason: No Container Instances were found in your cluster. For more "
                    + "information, see the Troubleshooting section of the Amazon ECS Developer Guide."
            );
    }

    [Fact]
    public async Task Tasks_that_fail_to_start_are_retried_with_growing_delays()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);

        for (var failures = 1; failures <= 5; failures++)
        {
            await world.ReportAsync((await world.TasksAsync()).Single().TaskArn!, "STOPPED", "Task failed to start");
            await world.SettleAsync();
            (await world.TasksAsync()).ShouldBeEmpty();

            world.Clock.Advance(TimeSpan.FromSeconds(1 << (failures - 1)) - TimeSpan.FromMilliseconds(1));
            await world.SettleAsync();
            (await world.TasksAsync()).ShouldBeEmpty();

            world.Clock.Advance(TimeSpan.FromMilliseconds(1));
            await world.SettleAsync();
            (await world.TasksAsync()).Count.ShouldBe(1);
        }

        var service = await world.ServiceAsync();
        service.Deployments!.Single().FailedTasks.ShouldBe(5);
        service.Events!.ShouldContain(happened =>
            happened.Message!.Contains("is unable to consistently start tasks successfully.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Tasks_that_end_soon_after_they_ran_are_replaced_at_once_and_then_after_growing_delays()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);
        await EndAsync(livedSeconds: 1);
        (await world.TasksAsync()).Count.ShouldBe(1, "the first is replaced at once");

        for (var lives = 2; lives <= 5; lives++)
        {
            await EndAsync(livedSeconds: 1);
            (await world.TasksAsync()).ShouldBeEmpty();
            world.Clock.Advance(TimeSpan.FromSeconds(1 << (lives - 2)));
            await world.SettleAsync();
            (await world.TasksAsync()).Count.ShouldBe(1);
        }

        await EndAsync(livedSeconds: 11);
        (await world.TasksAsync()).Count.ShouldBe(1, "it lived long enough");
        var service = await world.ServiceAsync();
        service.Deployments!.Single().FailedTasks.ShouldBe(0, "they did start");
        service.Events!.ShouldContain(happened =>
            happened.Message!.Contains("is unable to consistently start tasks successfully.", StringComparison.Ordinal)
        );

        async Task EndAsync(int livedSeconds)
        {
            await world.ObeyAsync();
            world.Clock.Advance(TimeSpan.FromSeconds(livedSeconds));
            await world.ReportAsync((await world.TasksAsync()).Single().TaskArn!, "STOPPED", exitCode: 1);
            await world.SettleAsync();
        }
    }

    [Fact]
    public async Task A_deployment_that_its_configuration_blocks_says_so_once()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1, with: request => request with { DeploymentConfiguration =
                    new DeploymentConfiguration { MinimumHealthyPercent = 100, MaximumPercent = 150 } });
        await world.ObeyAsync();

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", ForceNewDeployment = true },
            world.Caller
        );
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();
        (await world.ServiceAsync()).Events!.Count(IsAboutIt).ShouldBe(1);

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest
            {
                Service = "s",
                DeploymentConfiguration = new DeploymentConfiguration { MaximumPercent = 200 },
            },
            world.Caller
        );
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");

        static bool IsAboutIt(ServiceEvent happened) =>
            happened.Message
            == "(service s) was unable to stop or start tasks during a deployment because of the service "
                + "deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";
    }

    [Fact]
    public async Task A_new_revision_rolls_out_and_the_old_deployment_goes()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 2);
        await world.ObeyAsync();
        var revision = await world.RegisterAsync();

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = revision },
            world.Caller
        );
        await world.SettleAsync();
        (await world.ServiceAsync())
            .Deployments!.Select(deployment => deployment.Status)
            .ShouldBe(["PRIMARY", "ACTIVE"]);
        for (var round = 0; round < 4; round++)
            await world.ObeyAsync();

        var service = await world.ServiceAsync();
        service.Deployments!.ShouldHaveSingleItem().TaskDefinition.ShouldBe(revision);
        service.RunningCount.ShouldBe(2);
        (await world.TasksAsync()).ShouldAllBe(task => task.TaskDefinitionArn == revision);
    }

    [Fact]
    public async Task A_service_scales_to_nothing_and_is_deleted()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 2);
        await world.ObeyAsync();

        (
            await Should.ThrowAsync<AwsException>(() =>
                world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "s" }, world.Caller)
            )
        ).Message.ShouldBe("The service cannot be stopped while it is scaled above 0.");
        await world.Api.UpdateServiceAsync(new UpdateServiceRequest { Service = "s", DesiredCount = 0 }, world.Caller);
        await world.ObeyAsync();
        (await world.ServiceAsync()).RunningCount.ShouldBe(0);
        (
            await world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "s" }, world.Caller)
        ).Service!.Status.ShouldBe("DRAINING");
        await world.SettleAsync();

        (await world.ServiceAsync()).Status.ShouldBe("INACTIVE");
        (await world.Api.ListServicesAsync(new ListServicesRequest(), world.Caller)).ServiceArns.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_that_packs_its_tasks_gives_up_those_on_the_emptiest_instance()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(memory: 1100, zone: "eu-west-1a");
        await world.AddInstanceAsync(memory: 1100, zone: "eu-west-1b");
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 6, with: request =>
            request with
            {
                PlacementStrategy = [new PlacementStrategy { Type = "binpack", Field = "memory" }],
            }
        );
        await world.ObeyAsync();
        (await TasksOfInstancesAsync()).ShouldBe([2, 4]);

        foreach (var (desired, left) in new[] { (5, new[] { 1, 4 }), (4, [4]), (3, [3]) })
        {
            await world.Api.UpdateServiceAsync(
                new UpdateServiceRequest { Service = "s", DesiredCount = desired },
                world.Caller
            );
            await world.ObeyAsync();
            (await TasksOfInstancesAsync()).ShouldBe(left);
        }

        async Task<IEnumerable<int>> TasksOfInstancesAsync() =>
            (await world.TasksAsync(desired: "RUNNING"))
                .CountBy(task => task.ContainerInstanceArn!)
                .Select(pair => pair.Value)
                .Order();
    }

    [Fact]
    public async Task A_deleted_service_drains_until_its_tasks_have_stopped_and_its_name_is_free_afterwards()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);
        await world.ObeyAsync();

        await world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "s", Force = true }, world.Caller);
        await world.SettleAsync();
        (await Should.ThrowAsync<AwsException>(() => world.CreateServiceAsync(desired: 1))).Message.ShouldBe(
            "Unable to Start a service that is still Draining."
        );
        await world.ObeyAsync();

        (await world.CreateServiceAsync(desired: 1)).Status.ShouldBe("ACTIVE");
    }

    [Fact]
    public async Task Creating_a_service_twice_is_refused()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);

        var error = await Should.ThrowAsync<AwsException>(() => world.CreateServiceAsync(desired: 1));

        error.Code.ShouldBe("InvalidParameterException");
        error.Message.ShouldBe("Creation of service was not idempotent.");
    }

    [Fact]
    public async Task Draining_an_instance_moves_its_tasks_before_it_stops_them()
    {
        await using var world = await EcsWorld.CreateAsync();
        var first = await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);
        await world.ObeyAsync();
        var second = await world.AddInstanceAsync(zone: "eu-west-1b");

        await world.Api.UpdateContainerInstancesStateAsync(
            new UpdateContainerInstancesStateRequest { ContainerInstances = [first], Status = "DRAINING" },
            world.Caller
        );
        await world.SettleAsync();
        (await world.TasksAsync()).Count(task => task.LastStatus == "RUNNING").ShouldBe(1);
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();

        (await world.TasksAsync()).Single().ContainerInstanceArn.ShouldBe(second);
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        await using var world = await EcsWorld.CreateAsync();

        (await Should.ThrowAsync<AwsException>(() => world.ServiceAsync())).Code.ShouldBe("ClusterNotFoundException");
        await world.AddInstanceAsync();
        (await world.Api.DescribeServicesAsync(new DescribeServicesRequest { Services = ["none"] }, world.Caller))
            .Failures!.Single()
            .Reason.ShouldBe("MISSING");
        (
            await Should.ThrowAsync<AwsException>(() =>
                world.Api.UpdateServiceAsync(new UpdateServiceRequest { Service = "none" }, world.Caller)
            )
        ).Code.ShouldBe("ServiceNotFoundException");
        (await Should.ThrowAsync<AwsException>(() => world.CreateServiceAsync(1, definition: "none"))).Message.ShouldBe(
            "TaskDefinition not found."
        );
    }

    [Fact]
    public async Task Stopped_tasks_are_forgotten_after_an_hour()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);
        await world.ObeyAsync();
        await world.ReportAsync((await world.TasksAsync()).Single().TaskArn!, "STOPPED");

        world.Clock.Advance(TimeSpan.FromMinutes(59));
        await world.SweepAsync();
        (await world.TasksAsync(desired: "STOPPED")).Count.ShouldBe(1);
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        await world.SweepAsync();
        (await world.TasksAsync(desired: "STOPPED")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_keeps_its_newest_hundred_events()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);

        for (var round = 0; round < 60; round++)
        {
            await world.ObeyAsync();
            world.Clock.Advance(TimeSpan.FromMinutes(1));
            await world.ReportAsync((await world.TasksAsync()).Single().TaskArn!, "STOPPED");
        }

        (await world.ServiceAsync()).Events!.Count.ShouldBe(100);
    }
}
