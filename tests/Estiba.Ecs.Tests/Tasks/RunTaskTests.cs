using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Tasks;

public sealed class RunTaskTests
{
    [Fact]
    public async Task A_task_is_placed_within_the_call()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        await world.RegisterAsync();

        var answer = await world.Api.RunTaskAsync(
            new RunTaskRequest { TaskDefinition = "web", StartedBy = "me" },
            world.Caller
        );

        answer.Failures.ShouldBeEmpty();
        var task = answer.Tasks!.Single();
        task.LastStatus.ShouldBe("PENDING");
        task.DesiredStatus.ShouldBe("RUNNING");
        task.ContainerInstanceArn.ShouldBe(instance);
        task.Group.ShouldBe("family:web");
        task.StartedBy.ShouldBe("me");
    }

    [Theory]
    [InlineData(5000, null, "RESOURCE:MEMORY")]
    [InlineData(256, 22, "RESOURCE:PORTS")]
    public async Task What_has_no_room_is_told_per_instance(int memory, int? hostPort, string reason)
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        await world.RegisterAsync(memory: memory, hostPort: hostPort);

        var answer = await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller);

        answer.Tasks.ShouldBeEmpty();
        answer
            .Failures!.Single()
            .ShouldSatisfyAllConditions(
                failure => failure.Arn.ShouldBe(instance),
                failure => failure.Reason.ShouldBe(reason)
            );
    }

    [Fact]
    public async Task An_instance_that_is_named_twice_is_not_given_more_than_it_has()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync(memory: 300);
        await world.RegisterAsync();

        var answer = await world.Api.StartTaskAsync(
            new StartTaskRequest { TaskDefinition = "web", ContainerInstances = [instance, instance] },
            world.Caller
        );

        answer.Tasks!.Count.ShouldBe(1);
        answer.Failures!.Single().Reason.ShouldBe("RESOURCE:MEMORY");
    }

    [Fact]
    public async Task GPUs_are_given_to_containers_by_id_and_to_one_task_at_a_time()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync(gpus: ["gpu-a", "gpu-b", "gpu-c", "gpu-d"]);
        await world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "train",
                ContainerDefinitions = [WithGpus("one", "1"), WithGpus("none", null), WithGpus("two", "2")],
            },
            world.Caller
        );

        var first = (
            await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "train" }, world.Caller)
        ).Tasks!.Single();
        var second = await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "train" }, world.Caller);

        first
            .Containers!.Select(container => string.Join(' ', container.GpuIds ?? []))
            .ShouldBe(["gpu-a", "", "gpu-b gpu-c"]);
        second.Failures!.Single().Reason.ShouldBe("RESOURCE:GPU");
        (await GpusAsync(registered: true)).ShouldBe(["gpu-a", "gpu-b", "gpu-c", "gpu-d"]);
        (await GpusAsync(registered: false)).ShouldBe(["gpu-d"]);

        await world.ReportAsync(first.TaskArn!, "STOPPED");
        (await GpusAsync(registered: false)).ShouldBe(["gpu-a", "gpu-b", "gpu-c", "gpu-d"]);

        async Task<string[]> GpusAsync(bool registered)
        {
            var described = (
                await world.Api.DescribeContainerInstancesAsync(
                    new DescribeContainerInstancesRequest { ContainerInstances = [instance] },
                    world.Caller
                )
            ).ContainerInstances!.Single();
            return
            [
                .. (registered ? described.RegisteredResources : described.RemainingResources)!
                    .Single(resource => resource.Name == "GPU")
                    .StringSetValue!,
            ];
        }

        static ContainerDefinition WithGpus(string name, string? count) =>
            new()
            {
                Name = name,
                Image = "a",
                Memory = 10,
                ResourceRequirements = count is null ? null : [new ResourceRequirement { Type = "GPU", Value = count }],
            };
    }

    [Fact]
    public async Task An_instance_is_never_given_more_than_it_has()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync(cpu: 1024);
        await world.RegisterAsync();

        for (var n = 0; n < 6; n++)
            await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller);

        (await world.TasksAsync()).Count.ShouldBe(4);
        var described = (
            await world.Api.DescribeContainerInstancesAsync(
                new DescribeContainerInstancesRequest { ContainerInstances = [instance] },
                world.Caller
            )
        ).ContainerInstances!.Single();
        described.RemainingResources!.Single(resource => resource.Name == "CPU").IntegerValue.ShouldBe(0);
        described.PendingTasksCount.ShouldBe(4);
    }

    [Fact]
    public async Task What_a_stopped_task_held_is_free_again()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        await world.RegisterAsync(hostPort: 9999);
        var task = (
            await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller)
        ).Tasks!.Single();

        await world.ReportAsync(task.TaskArn!, "STOPPED");

        var described = (
            await world.Api.DescribeContainerInstancesAsync(
                new DescribeContainerInstancesRequest { ContainerInstances = [instance] },
                world.Caller
            )
        ).ContainerInstances!.Single();
        described.RemainingResources!.Single(resource => resource.Name == "PORTS").StringSetValue.ShouldBe(["22"]);
        described.RemainingResources!.Single(resource => resource.Name == "MEMORY").IntegerValue.ShouldBe(3900);
    }

    [Fact]
    public async Task The_same_client_token_starts_the_task_once()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        var request = new RunTaskRequest { TaskDefinition = "web", ClientToken = "t" };

        var first = await world.Api.RunTaskAsync(request, world.Caller);
        var second = await world.Api.RunTaskAsync(request, world.Caller);

        second.Tasks!.Single().TaskArn.ShouldBe(first.Tasks!.Single().TaskArn);
    }

    [Fact]
    public async Task A_client_token_for_another_request_is_a_conflict_with_the_tasks_that_it_started()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        var request = new RunTaskRequest { TaskDefinition = "web", ClientToken = "t" };
        var first = await world.Api.RunTaskAsync(request, world.Caller);

        var conflict = await Should.ThrowAsync<AwsException>(() =>
            world.Api.RunTaskAsync(request with { Count = 2 }, world.Caller)
        );

        conflict.Code.ShouldBe("ConflictException");
        conflict
            .Details.ShouldBeOfType<ConflictExceptionDetails>()
            .ResourceIds.ShouldBe([first.Tasks!.Single().TaskArn!]);
    }

    [Fact]
    public async Task A_stop_is_asked_of_the_agent_and_the_first_reason_stays()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        var arn = (await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller))
            .Tasks!.Single()
            .TaskArn!;
        await world.ReportAsync(arn, "RUNNING");

        await world.Api.StopTaskAsync(new StopTaskRequest { Task = arn, Reason = "enough" }, world.Caller);
        await world.Api.StopTaskAsync(new StopTaskRequest { Task = arn, Reason = "more than enough" }, world.Caller);
        (await world.TasksAsync(desired: "STOPPED")).Single().LastStatus.ShouldBe("RUNNING");
        await world.ReportAsync(arn, "STOPPED", "Essential container in task exited", exitCode: 0);

        var task = (await world.TasksAsync(desired: "STOPPED")).Single();
        task.StopCode.ShouldBe("UserInitiated");
        task.StoppedReason.ShouldBe("enough");
        task.LastStatus.ShouldBe("STOPPED");
        task.StoppingAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_late_report_does_not_bring_a_task_back()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        var arn = (await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller))
            .Tasks!.Single()
            .TaskArn!;

        await world.ReportAsync(arn, "STOPPED");
        await world.ReportAsync(arn, "RUNNING");

        (await world.TasksAsync(desired: "STOPPED")).Single().LastStatus.ShouldBe("STOPPED");
    }

    [Fact]
    public async Task A_task_that_never_ran_says_that_it_failed_to_start()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        var arn = (await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller))
            .Tasks!.Single()
            .TaskArn!;

        await world.ReportAsync(arn, "STOPPED");

        (await world.TasksAsync(desired: "STOPPED"))
            .Single()
            .ShouldSatisfyAllConditions(
                task => task.StopCode.ShouldBe("TaskFailedToStart"),
                task => task.StoppedReason.ShouldBe("Task failed to start")
            );
    }

    [Theory]
    [InlineData(null, null, "EssentialContainerExited", "Essential container in task exited")]
    [InlineData(
        "Essential container in task exited",
        null,
        "EssentialContainerExited",
        "Essential container in task exited"
    )]
    [InlineData("Task failed to start", null, "TaskFailedToStart", "Task failed to start")]
    [InlineData(null, "CannotStartContainerError: no", "TaskFailedToStart", "Task failed to start")]
    [InlineData("ResourceInitializationError: no", null, "TaskFailedToStart", "ResourceInitializationError: no")]
    public async Task A_task_that_was_never_reported_to_run_says_whether_it_exited_or_failed_to_start(
        string? reason,
        string? containerReason,
        string code,
        string shown
    )
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        ContainerDefinition[] containers =
        [
            new ContainerDefinition
            {
                Name = "a",
                Image = "a",
                Memory = 10,
            },
            new ContainerDefinition
            {
                Name = "b",
                Image = "b",
                Memory = 10,
            },
        ];
        await world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest { Family = "web", ContainerDefinitions = containers },
            world.Caller
        );
        var arn = (await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller))
            .Tasks!.Single()
            .TaskArn!;

        ContainerStateChange[] changes =
        [
            new ContainerStateChange
            {
                ContainerName = "a",
                Status = "STOPPED",
                ExitCode = 0,
            },
            new ContainerStateChange
            {
                ContainerName = "b",
                Status = "STOPPED",
                Reason = containerReason,
            },
        ];
        await world.Api.SubmitTaskStateChangeAsync(
            new SubmitTaskStateChangeRequest
            {
                Task = arn,
                Status = "STOPPED",
                Reason = reason,
                Containers = changes,
            },
            world.Caller
        );

        var task = (await world.TasksAsync(desired: "STOPPED")).Single();
        (task.StopCode, task.StoppedReason).ShouldBe((code, shown));
    }

    [Fact]
    public async Task Nothing_of_one_account_or_region_shows_in_another()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        var arn = (await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller))
            .Tasks!.Single()
            .TaskArn!;

        foreach (
            var other in (CallContext[])
                [EcsWorld.Account("999999999999"), EcsWorld.Account("123456789012", "us-east-1")]
        )
        {
            (await world.Api.ListClustersAsync(new ListClustersRequest(), other)).ClusterArns.ShouldBeEmpty();
            await world.Api.CreateClusterAsync(new CreateClusterRequest(), other);
            (await world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = [arn] }, other))
                .Failures!.Single()
                .Reason.ShouldBe("MISSING");
            (await world.Api.ListTasksAsync(new ListTasksRequest(), other)).TaskArns.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_forced_deregistration_stops_what_ran_there()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync(ec2: "i-0abc");
        await world.RegisterAsync();
        await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller);

        (
            await Should.ThrowAsync<AwsException>(() =>
                world.Api.DeregisterContainerInstanceAsync(
                    new DeregisterContainerInstanceRequest { ContainerInstance = instance },
                    world.Caller
                )
            )
        ).Message.ShouldBe("Found running tasks on the instance.");
        await world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { ContainerInstance = instance, Force = true },
            world.Caller
        );

        (await world.TasksAsync(desired: "STOPPED"))
            .Single()
            .StoppedReason.ShouldBe("Container Instance Deregistration Forced by User");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_ran_on_a_terminated_host_says_so_whether_its_agent_has_been_seen_to_go_or_not(bool connected)
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync(ec2: "i-0abc");
        await world.RegisterAsync();
        await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller);

        await world.ConnectAsync(instance, connected);
        await world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { ContainerInstance = instance, Force = true },
            world.Caller with
            {
                Service = "ec2.amazonaws.com",
            }
        );

        var task = (await world.TasksAsync(desired: "STOPPED")).Single();
        (task.StopCode, task.StoppedReason).ShouldBe(("TerminationNotice", "Host EC2 (instance i-0abc) terminated."));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(cpu: 100_000, memory: 100_000);
        await world.RegisterAsync();
        for (var n = 0; n < 3; n++)
            await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web", Count = 9 }, world.Caller);

        var seen = new List<string>();
        string? next = null;
        do
        {
            var page = await world.Api.ListTasksAsync(
                new ListTasksRequest { MaxResults = 4, NextToken = next },
                world.Caller
            );
            page.TaskArns!.Count.ShouldBeLessThanOrEqualTo(4);
            seen.AddRange(page.TaskArns);
            next = page.NextToken;
        } while (next is not null);

        seen.Distinct().Count().ShouldBe(27);
        seen.Count.ShouldBe(27);
    }
}
