using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Services;

public sealed class ServiceDeploymentTests
{
    [Fact]
    public async Task The_first_deployment_of_a_service_is_pending_then_goes_on_then_is_successful()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();

        var created = (
            await world.Api.CreateServiceAsync(
                new CreateServiceRequest
                {
                    ServiceName = "s",
                    TaskDefinition = "web",
                    DesiredCount = 2,
                },
                world.Caller
            )
        ).Service!;
        (await NewestAsync(world)).Status.ShouldBe("PENDING");
        created.CurrentServiceDeployment.ShouldBe((await NewestAsync(world)).ServiceDeploymentArn);
        await world.SettleAsync();
        (await NewestAsync(world)).ShouldSatisfyAllConditions(
            deployment => deployment.Status.ShouldBe("IN_PROGRESS"),
            deployment => deployment.StartedAt.ShouldNotBeNull(),
            deployment => deployment.TargetServiceRevision!.PendingTaskCount.ShouldBe(2),
            deployment => deployment.DeploymentCircuitBreaker!.Status.ShouldBe("DISABLED")
        );
        await world.ObeyAsync();

        var ended = await NewestAsync(world);
        ended.Status.ShouldBe("SUCCESSFUL");
        ended.FinishedAt.ShouldNotBeNull();
        ended.TargetServiceRevision!.RunningTaskCount.ShouldBe(2);
        ended.SourceServiceRevisions.ShouldBeEmpty();
        (await world.ServiceAsync()).CurrentServiceDeployment.ShouldBeNull();
    }

    [Fact]
    public async Task The_history_goes_back_ninety_days_and_as_far_as_something_runs_or_can_be_gone_back_to()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);
        await world.ObeyAsync();
        var first = await NewestAsync(world);
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", ForceNewDeployment = true },
            world.Caller
        );
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();
        var second = await NewestAsync(world);
        second.SourceServiceRevisions!.Single().Arn.ShouldBe(first.TargetServiceRevision!.Arn);

        world.Clock.Advance(TimeSpan.FromDays(89) + TimeSpan.FromHours(1));
        await world.SweepAsync();
        (await world.Api.ListServiceDeploymentsAsync(new ListServiceDeploymentsRequest { Service = "s" }, world.Caller))
            .ServiceDeployments!.Single()
            .ServiceDeploymentArn.ShouldBe(second.ServiceDeploymentArn);
        (await FoundAsync(world, first, second)).ShouldBe(2, "the deployment that is left names both");

        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.SweepAsync();
        (
            await world.Api.ListServiceDeploymentsAsync(
                new ListServiceDeploymentsRequest { Service = "s" },
                world.Caller
            )
        ).ServiceDeployments.ShouldBeEmpty();
        (await FoundAsync(world, first)).ShouldBe(0);
        (await FoundAsync(world, second)).ShouldBe(1, "it runs");

        static async Task<int> FoundAsync(EcsWorld world, params ServiceDeployment[] deployments) =>
            (
                await world.Api.DescribeServiceRevisionsAsync(
                    new DescribeServiceRevisionsRequest
                    {
                        ServiceRevisionArns =
                        [
                            .. deployments.Select(deployment => deployment.TargetServiceRevision!.Arn!),
                        ],
                    },
                    world.Caller
                )
            )
                .ServiceRevisions!
                .Count;
    }

    [Fact]
    public async Task A_revision_says_what_is_deployed()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        var definition = await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1);

        var arn = (await world.ServiceAsync()).CurrentServiceRevisions!.Single().Arn!;
        var revision = (
            await world.Api.DescribeServiceRevisionsAsync(
                new DescribeServiceRevisionsRequest { ServiceRevisionArns = [arn] },
                world.Caller
            )
        ).ServiceRevisions!.Single();

        revision.TaskDefinition.ShouldBe(definition);
        revision.ContainerImages!.Single().Image.ShouldBe("nginx");
        revision.LaunchType.ShouldBe("EC2");
        arn.ShouldMatch("^arn:aws:ecs:eu-west-1:123456789012:service-revision/default/s/[0-9]{19}$");
    }

    [Fact]
    public async Task Without_rollback_a_deployment_whose_tasks_fail_to_start_trips_the_circuit_breaker_and_stays()
    {
        await using var world = await DeployedAsync(rollback: false);

        await FailAsync(world, 3);

        var service = await world.ServiceAsync();
        service
            .Deployments!.Select(deployment => (deployment.Status, deployment.RolloutState))
            .ShouldBe([("PRIMARY", "FAILED"), ("ACTIVE", "COMPLETED")]);
        service.Deployments![0].RolloutStateReason.ShouldBe("ECS deployment circuit breaker: tasks failed to start.");
        service.Deployments[0].FailedTasks.ShouldBe(3);
        service.RunningCount.ShouldBe(1);
        service
            .Events![0]
            .Message.ShouldBe(
                $"(service s) (deployment {service.Deployments[0].Id}) deployment failed: tasks failed to start."
            );
        var deployment = await NewestAsync(world);
        deployment.Status.ShouldBe("STOPPED");
        deployment.DeploymentCircuitBreaker!.ShouldSatisfyAllConditions(
            breaker => breaker.Status.ShouldBe("TRIGGERED"),
            breaker => breaker.FailureCount.ShouldBe(3),
            breaker => breaker.Threshold.ShouldBe(3)
        );
        world.Clock.Advance(TimeSpan.FromHours(1));
        await world.SettleAsync();
        (await world.TasksAsync()).Count.ShouldBe(1, "nothing is started any more");
    }

    [Fact]
    public async Task A_deployment_that_fails_is_rolled_back_to_the_one_that_completed_last()
    {
        await using var world = await DeployedAsync(rollback: true);
        var before = (await world.ServiceAsync()).Deployments![1];

        await FailAsync(world, 3);
        await world.ObeyAsync();
        await world.ObeyAsync();

        var service = await world.ServiceAsync();
        service
            .Deployments!.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                deployment => deployment.Id.ShouldBe(before.Id),
                deployment => deployment.TaskDefinition.ShouldBe(before.TaskDefinition),
                deployment => deployment.RolloutState.ShouldBe("COMPLETED")
            );
        service.RunningCount.ShouldBe(1);
        service.Events!.ShouldContain(happened =>
            happened.Message == $"(service s) rolling back to deployment {before.Id}."
        );
        var deployment = await NewestAsync(world);
        deployment.Status.ShouldBe("ROLLBACK_SUCCESSFUL");
        deployment.StatusReason.ShouldBe(
            "Service deployment rolled back because the circuit breaker threshold was exceeded."
        );
        deployment.Rollback!.ServiceRevisionArn.ShouldBe(service.CurrentServiceRevisions!.Single().Arn);
    }

    [Fact]
    public async Task While_it_is_rolled_back_the_old_deployment_says_so()
    {
        await using var world = await DeployedAsync(rollback: true, desired: 2);
        await StopOneOfTheOldAsync(world);

        await FailAsync(world, 3);

        var primary = (await world.ServiceAsync()).Deployments![0];
        primary.RolloutState.ShouldBe("IN_PROGRESS");
        primary.RolloutStateReason.ShouldBe(
            $"ECS deployment circuit breaker: rolling back to deploymentId {primary.Id}."
        );
        (await NewestAsync(world)).Status.ShouldBe("ROLLBACK_IN_PROGRESS");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rollback_whose_tasks_fail_to_start_has_failed(bool rollback)
    {
        await using var world = await DeployedAsync(rollback, desired: 2);
        await StopOneOfTheOldAsync(world);
        await StopNewestAsync(world);
        (await NewestAsync(world)).Status.ShouldBe("ROLLBACK_IN_PROGRESS");

        await FailAsync(world, 3);

        (await NewestAsync(world)).ShouldSatisfyAllConditions(
            deployment => deployment.Status.ShouldBe("ROLLBACK_FAILED"),
            deployment => deployment.StatusReason.ShouldBe("ECS deployment circuit breaker: tasks failed to start.")
        );
        (await world.ServiceAsync()).Deployments![0].RolloutState.ShouldBe("FAILED");
    }

    [Fact]
    public async Task A_first_deployment_that_fails_has_nothing_to_go_back_to()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 1, with: request =>
            request with
            {
                DeploymentConfiguration = Breaker(rollback: true),
            }
        );

        await FailAsync(world, 3);

        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("FAILED");
        (await NewestAsync(world)).ShouldSatisfyAllConditions(
            deployment => deployment.Status.ShouldBe("ROLLBACK_FAILED"),
            deployment => deployment.StatusReason.ShouldBe("No rollback candidate was found to run the rollback.")
        );
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(7, 4)]
    [InlineData(25, 13)]
    [InlineData(400, 200)]
    [InlineData(5000, 200)]
    public async Task The_threshold_is_half_the_desired_count_from_3_to_200(int desired, int threshold)
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();

        await world.CreateServiceAsync(desired, with: request =>
            request with
            {
                DeploymentConfiguration = Breaker(rollback: false),
            }
        );

        (await NewestAsync(world)).DeploymentCircuitBreaker!.ShouldSatisfyAllConditions(
            breaker => breaker.Status.ShouldBe("MONITORING"),
            breaker => breaker.Threshold.ShouldBe(threshold),
            breaker => breaker.FailureCount.ShouldBe(0)
        );
    }

    [Fact]
    public async Task A_task_that_runs_sets_the_count_of_failures_back()
    {
        await using var world = await DeployedAsync(rollback: false, desired: 2);
        await FailAsync(world, 2);
        var fresh = (await world.TasksAsync()).First(task => task.LastStatus == "PENDING");

        await world.ReportAsync(fresh.TaskArn!, "RUNNING");
        await world.SettleAsync();

        (await world.ServiceAsync()).Deployments![0].FailedTasks.ShouldBe(0);
    }

    [Fact]
    public async Task Somebody_can_roll_a_deployment_back()
    {
        await using var world = await DeployedAsync(rollback: false);
        var arn = (await NewestAsync(world)).ServiceDeploymentArn!;

        await world.Api.StopServiceDeploymentAsync(
            new StopServiceDeploymentRequest { ServiceDeploymentArn = arn },
            world.Caller
        );
        (await NewestAsync(world)).Status.ShouldBe("ROLLBACK_REQUESTED");
        await world.Api.StopServiceDeploymentAsync(
            new StopServiceDeploymentRequest { ServiceDeploymentArn = arn, StopType = "ROLLBACK" },
            world.Caller
        );
        await world.SettleAsync();
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();

        (await NewestAsync(world)).Status.ShouldBe("ROLLBACK_SUCCESSFUL");
        (await world.ServiceAsync()).TaskDefinition!.ShouldEndWith("web:1");
        (
            await Should.ThrowAsync<AwsException>(() =>
                world.Api.StopServiceDeploymentAsync(
                    new StopServiceDeploymentRequest { ServiceDeploymentArn = arn },
                    world.Caller
                )
            )
        ).Code.ShouldBe("ConflictException");
    }

    [Fact]
    public async Task A_newer_deployment_stops_the_one_that_goes_on()
    {
        await using var world = await DeployedAsync(rollback: true);
        var superseded = await NewestAsync(world);
        world.Clock.Advance(TimeSpan.FromSeconds(1));

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", ForceNewDeployment = true },
            world.Caller
        );
        for (var round = 0; round < 4; round++)
            await world.ObeyAsync();

        var history = await HistoryAsync(world);
        history.Select(deployment => deployment.Status).ShouldBe(["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]);
        history[1].ServiceDeploymentArn.ShouldBe(superseded.ServiceDeploymentArn);
        (await world.ServiceAsync()).Deployments!.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_deployment_that_comes_in_the_middle_of_a_rollback_can_be_rolled_back_to_the_same()
    {
        await using var world = await DeployedAsync(rollback: false, desired: 2);
        var completed = (await world.ServiceAsync()).Deployments![1].Id;
        await StopNewestAsync(world);
        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = await world.RegisterAsync() },
            world.Caller
        );
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.SettleAsync();

        await StopNewestAsync(world);
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();

        (await world.ServiceAsync()).Deployments!.Single().Id.ShouldBe(completed);
        (await HistoryAsync(world)).Select(deployment => deployment.Status).ShouldContain("ROLLBACK_SUCCESSFUL");
    }

    [Fact]
    public async Task The_history_can_be_filtered_and_comes_in_pages_newest_first()
    {
        await using var world = await DeployedAsync(rollback: true);
        var all = await HistoryAsync(world);

        var first = await world.Api.ListServiceDeploymentsAsync(
            new ListServiceDeploymentsRequest { Service = "s", MaxResults = 1 },
            world.Caller
        );
        var second = await world.Api.ListServiceDeploymentsAsync(
            new ListServiceDeploymentsRequest
            {
                Service = "s",
                MaxResults = 1,
                NextToken = first.NextToken,
            },
            world.Caller
        );

        first
            .ServiceDeployments!.Concat(second.ServiceDeployments!)
            .Select(deployment => deployment.ServiceDeploymentArn)
            .ShouldBe(all.Select(deployment => deployment.ServiceDeploymentArn));
        second.NextToken.ShouldBeNull();
        (
            await world.Api.ListServiceDeploymentsAsync(
                new ListServiceDeploymentsRequest { Service = "s", Status = ["SUCCESSFUL"] },
                world.Caller
            )
        )
            .ServiceDeployments!.Single()
            .ServiceDeploymentArn.ShouldBe(all[1].ServiceDeploymentArn);
        (
            await world.Api.ListServiceDeploymentsAsync(
                new ListServiceDeploymentsRequest
                {
                    Service = "s",
                    CreatedAt = new CreatedAt { After = all[1].CreatedAt },
                },
                world.Caller
            )
        ).ServiceDeployments!.Single().ServiceDeploymentArn.ShouldBe(all[0].ServiceDeploymentArn);
    }

    [Fact]
    public async Task What_is_not_there_is_missing()
    {
        await using var world = await DeployedAsync(rollback: true);
        const string Arn = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/default/s/none";

        (
            await world.Api.DescribeServiceDeploymentsAsync(
                new DescribeServiceDeploymentsRequest { ServiceDeploymentArns = [Arn] },
                world.Caller
            )
        )
            .Failures!.Single()
            .Reason.ShouldBe("MISSING");
        (
            await Should.ThrowAsync<AwsException>(() =>
                world.Api.StopServiceDeploymentAsync(
                    new StopServiceDeploymentRequest { ServiceDeploymentArn = Arn },
                    world.Caller
                )
            )
        ).Code.ShouldBe("ServiceDeploymentNotFoundException");
        (
            await Should.ThrowAsync<AwsException>(() =>
                world.Api.DescribeServiceRevisionsAsync(
                    new DescribeServiceRevisionsRequest { ServiceRevisionArns = ["nonsense"] },
                    world.Caller
                )
            )
        ).Code.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public async Task A_deleted_service_takes_its_history_along()
    {
        await using var world = await DeployedAsync(rollback: true);
        var arn = (await NewestAsync(world)).ServiceDeploymentArn!;

        await world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "s", Force = true }, world.Caller);
        await world.ObeyAsync();

        (
            await world.Api.DescribeServiceDeploymentsAsync(
                new DescribeServiceDeploymentsRequest { ServiceDeploymentArns = [arn] },
                world.Caller
            )
        )
            .Failures!.Single()
            .Reason.ShouldBe("MISSING");
    }

    /// <summary>A service that runs its first revision and has begun to deploy a second one.</summary>
    private static async Task<EcsWorld> DeployedAsync(bool rollback, int desired = 1)
    {
        var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired, with: request =>
            request with
            {
                DeploymentConfiguration = Breaker(rollback),
            }
        );
        await world.ObeyAsync();
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = await world.RegisterAsync() },
            world.Caller
        );
        await world.SettleAsync();
        return world;
    }

    private static DeploymentConfiguration Breaker(bool rollback) =>
        new()
        {
            DeploymentCircuitBreaker = new DeploymentCircuitBreaker { Enable = true, Rollback = rollback },
        };

    private static async Task FailAsync(EcsWorld world, int times)
    {
        for (var n = 0; n < times; n++)
        {
            world.Clock.Advance(TimeSpan.FromMinutes(1));
            await world.SettleAsync();
            await world.ReportAsync(
                (await world.TasksAsync()).First(task => task.LastStatus == "PENDING").TaskArn!,
                "STOPPED",
                "Task failed to start"
            );
            await world.SettleAsync();
        }

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
    }

    private static async Task StopNewestAsync(EcsWorld world)
    {
        var ongoing = (await HistoryAsync(world)).Single(deployment => deployment.FinishedAt is null);
        await world.Api.StopServiceDeploymentAsync(
            new StopServiceDeploymentRequest { ServiceDeploymentArn = ongoing.ServiceDeploymentArn },
            world.Caller
        );
        await world.SettleAsync();
    }

    private static async Task StopOneOfTheOldAsync(EcsWorld world)
    {
        await world.ReportAsync(
            (await world.TasksAsync()).First(task => task.LastStatus == "RUNNING").TaskArn!,
            "STOPPED"
        );
        await world.SettleAsync();
    }

    private static async Task<IReadOnlyList<ServiceDeploymentBrief>> HistoryAsync(EcsWorld world) =>
        (
            await world.Api.ListServiceDeploymentsAsync(
                new ListServiceDeploymentsRequest { Service = "s" },
                world.Caller
            )
        ).ServiceDeployments!;

    private static async Task<ServiceDeployment> NewestAsync(EcsWorld world) =>
        (
            await world.Api.DescribeServiceDeploymentsAsync(
                new DescribeServiceDeploymentsRequest
                {
                    ServiceDeploymentArns = [(await HistoryAsync(world))[0].ServiceDeploymentArn!],
                },
                world.Caller
            )
        ).ServiceDeployments!.Single();
}
