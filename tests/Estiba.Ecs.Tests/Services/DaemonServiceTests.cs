using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;

namespace Estiba.Ecs.Tests.Services;

public sealed class DaemonServiceTests
{
    [Fact]
    public async Task A_daemon_runs_one_task_on_each_instance_and_counts_them()
    {
        await using var world = await WithInstancesAsync(3);

        await CreateAsync(world);
        await world.ObeyAsync();

        (await world.TasksAsync()).Select(task => task.ContainerInstanceArn).ShouldBeUnique();
        (await world.ServiceAsync()).ShouldSatisfyAllConditions(
            service => service.DesiredCount.ShouldBe(3),
            service => service.RunningCount.ShouldBe(3),
            service => service.Deployments!.Single().RolloutState.ShouldBe("COMPLETED"),
            service => service.DeploymentConfiguration!.MaximumPercent.ShouldBe(100),
            service => service.DeploymentConfiguration!.MinimumHealthyPercent.ShouldBe(0)
        );
    }

    [Fact]
    public async Task An_instance_that_joins_gets_its_task_and_one_that_drains_loses_it()
    {
        await using var world = await WithInstancesAsync(1);
        await CreateAsync(world);
        await world.ObeyAsync();

        var second = await world.AddInstanceAsync(zone: "eu-west-1b");
        await world.ObeyAsync();
        (await world.TasksAsync()).Count.ShouldBe(2);

        await world.Api.UpdateContainerInstancesStateAsync(
            new UpdateContainerInstancesStateRequest { ContainerInstances = [second], Status = "DRAINING" },
            world.Caller
        );
        for (var round = 0; round < 2; round++)
            await world.ObeyAsync();
        (await world.TasksAsync()).Single().ContainerInstanceArn.ShouldNotBe(second);
        (await world.ServiceAsync()).DesiredCount.ShouldBe(1);
    }

    [Fact]
    public async Task Only_instances_that_meet_the_constraints_get_a_task_and_those_that_no_longer_do_lose_it()
    {
        await using var world = await WithInstancesAsync(1);
        var tagged = await world.AddInstanceAsync(zone: "eu-west-1b");
        await PutAsync(world, tagged, "yes");

        await CreateAsync(world, request =>
            request with
            {
                PlacementConstraints =
                [
                    new PlacementConstraint { Type = "memberOf", Expression = "attribute:edge == yes" },
                ],
            }
        );
        await world.ObeyAsync();
        (await world.TasksAsync()).Single().ContainerInstanceArn.ShouldBe(tagged);

        await PutAsync(world, tagged, "no");
        for (var round = 0; round < 2; round++)
            await world.ObeyAsync();
        (await world.TasksAsync()).ShouldBeEmpty();
        (await world.ServiceAsync()).DesiredCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_new_revision_replaces_the_tasks_where_they_are_the_old_one_going_first()
    {
        await using var world = await WithInstancesAsync(2);
        await CreateAsync(world);
        await world.ObeyAsync();
        var revision = await world.RegisterAsync(hostPort: 9999);

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = revision },
            world.Caller
        );
        for (var round = 0; round < 6; round++)
            await world.ObeyAsync();

        (await world.TasksAsync()).ShouldAllBe(task => task.TaskDefinitionArn == revision);
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task The_minimum_of_a_daemon_is_kept_while_it_is_replaced()
    {
        await using var world = await WithInstancesAsync(4);
        await CreateAsync(world, request => request with { DeploymentConfiguration = new DeploymentConfiguration
                {
                    MinimumHealthyPercent = 50,
                    MaximumPercent = 100,
                } });
        await world.ObeyAsync();

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = await world.RegisterAsync() },
            world.Caller
        );
        await world.SettleAsync();

        (await world.TasksAsync())
            .Count(task => task.DesiredStatus == "RUNNING" && task.LastStatus == "RUNNING")
            .ShouldBe(2);
        for (var round = 0; round < 8; round++)
            await world.ObeyAsync();
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task A_daemon_that_lacks_room_on_one_instance_waits_for_it_there()
    {
        await using var world = await WithInstancesAsync(1);
        await world.AddInstanceAsync(memory: 100, zone: "eu-west-1b");

        await CreateAsync(world);
        for (var round = 0; round < 3; round++)
            await world.ObeyAsync();

        (await world.TasksAsync()).Count.ShouldBe(1);
        (await world.ServiceAsync())
            .Events!.Count(happened =>
                happened.Message!.Contains("has insufficient memory available.", StringComparison.Ordinal)
            )
            .ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_waits_for_an_instance_which_is_lost_and_then_removed_waits_no_longer()
    {
        await using var world = await WithInstancesAsync(1);
        var small = await world.AddInstanceAsync(memory: 100, zone: "eu-west-1b");
        await CreateAsync(world);
        await world.ObeyAsync();

        await ChangeAsync(world, small, instance =>
            instance with
            {
                AgentConnected = false,
                LostAt = world.Clock.GetUtcNow(),
            }
        );
        await world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { ContainerInstance = small, Force = true },
            world.Caller
        );
        await world.ObeyAsync();

        world.View.Range(EcsTables.Tasks).Single().IsWaiting.ShouldBeFalse();
    }

    [Fact]
    public async Task A_deployment_that_comes_before_the_last_one_is_done_starts_one_task_on_each_instance()
    {
        await using var world = await WithInstancesAsync(2);
        await CreateAsync(world, request => request with { DeploymentConfiguration = new DeploymentConfiguration
                {
                    MinimumHealthyPercent = 100,
                    MaximumPercent = 300,
                } });
        await world.ObeyAsync();

        for (var deployment = 0; deployment < 2; deployment++)
        {
            await world.Api.UpdateServiceAsync(
                new UpdateServiceRequest { Service = "s", TaskDefinition = await world.RegisterAsync() },
                world.Caller
            );
            await world.SettleAsync();
        }

        var wanted = await world.TasksAsync(desired: "RUNNING");
        wanted
            .Where(task => task.TaskDefinitionArn!.EndsWith(":3", StringComparison.Ordinal))
            .Select(task => task.ContainerInstanceArn)
            .ShouldBeUnique();
        wanted
            .CountBy(task => task.TaskDefinitionArn![^2..])
            .OrderBy(revision => revision.Key)
            .Select(revision => $"{revision.Value} of {revision.Key}")
            .ShouldBe(["2 of :1", "2 of :3"]);
    }

    [Fact]
    public async Task The_minimum_of_a_daemon_is_of_instances_that_have_a_healthy_task_not_of_tasks()
    {
        await using var world = await WithInstancesAsync(2);
        await CreateAsync(world, request => request with { DeploymentConfiguration = new DeploymentConfiguration
                {
                    MinimumHealthyPercent = 100,
                    MaximumPercent = 150,
                } });
        await world.ObeyAsync();

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = await world.RegisterAsync() },
            world.Caller
        );
        await world.SettleAsync();
        await world.ReportAsync(
            (await world.TasksAsync()).Single(task => task.LastStatus == "PENDING").TaskArn!,
            "RUNNING"
        );
        await world.SettleAsync();

        (await world.TasksAsync())
            .Where(task => task is { LastStatus: "RUNNING", DesiredStatus: "RUNNING" })
            .Select(task => task.ContainerInstanceArn)
            .Distinct()
            .Count()
            .ShouldBe(2);
    }

    [Fact]
    public async Task A_task_whose_successor_waits_for_its_port_goes_as_far_as_the_minimum_allows()
    {
        await using var world = await WithInstancesAsync(2);
        await world.RegisterAsync(hostPort: 9999);
        await CreateAsync(world, request => request with { DeploymentConfiguration = new DeploymentConfiguration
                {
                    MinimumHealthyPercent = 50,
                    MaximumPercent = 200,
                } });
        await world.ObeyAsync();

        var revision = await world.RegisterAsync(hostPort: 9999);
        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = revision },
            world.Caller
        );
        for (var round = 0; round < 8; round++)
        {
            await world.ObeyAsync();
            (await world.TasksAsync())
                .Count(task => task is { LastStatus: "RUNNING", DesiredStatus: "RUNNING" })
                .ShouldBeGreaterThanOrEqualTo(1);
        }

        (await world.TasksAsync()).Select(task => task.TaskDefinitionArn).ShouldBe([revision, revision]);
    }

    [Theory]
    [InlineData("count")]
    [InlineData("strategy")]
    [InlineData("distinct")]
    public async Task What_makes_no_sense_for_a_daemon_is_refused(string what)
    {
        await using var world = await WithInstancesAsync(1);

        var error = await Should.ThrowAsync<AwsException>(() => CreateAsync(world, request => what switch
                {
                    "count" => request with { DesiredCount = 1 },
                    "strategy" => request with { PlacementStrategy = [new PlacementStrategy { Type = "random" }] },
                    _ => request with
                    {
                        PlacementConstraints = [new PlacementConstraint { Type = "distinctInstance" }],
                    },
                }));

        error.Code.ShouldBe("InvalidParameterException");
        error.Message.ShouldStartWith("The daemon scheduling strategy ");
    }

    [Theory]
    [InlineData("given")]
    [InlineData("the cluster's")]
    [InlineData("later")]
    public async Task A_daemon_has_no_capacity_provider_strategy(string strategy)
    {
        await using var world = await WithInstancesAsync(1);
        await world.Api.CreateCapacityProviderAsync(
            new CreateCapacityProviderRequest
            {
                Name = "p",
                AutoScalingGroupProvider = new AutoScalingGroupProvider { AutoScalingGroupArn = "g" },
            },
            world.Caller
        );
        IReadOnlyList<CapacityProviderStrategyItem> items = [new() { CapacityProvider = "p", Weight = 1 }];
        await world.Api.PutClusterCapacityProvidersAsync(
            new PutClusterCapacityProvidersRequest
            {
                Cluster = "default",
                CapacityProviders = ["p"],
                DefaultCapacityProviderStrategy = strategy == "the cluster's" ? items : [],
            },
            world.Caller
        );

        var error = await Should.ThrowAsync<AwsException>(async () =>
        {
            await CreateAsync(world, request =>
                request with
                {
                    CapacityProviderStrategy = strategy == "given" ? items : null,
                }
            );
            await world.Api.UpdateServiceAsync(
                new UpdateServiceRequest { Service = "s", CapacityProviderStrategy = items },
                world.Caller
            );
        });

        error.Code.ShouldBe("InvalidParameterException");
        error.Message.ShouldBe(
            "Specifying a capacity provider strategy is not supported when you "
                + $"{(strategy == "later" ? "update" : "create")} a service using the DAEMON scheduling strategy."
        );
    }

    [Fact]
    public async Task A_daemon_of_a_cluster_with_a_default_strategy_says_its_launch_type()
    {
        await using var world = await WithInstancesAsync(2);
        await world.Store.CommitAsync(transaction =>
            transaction.Put(
                EcsTables.Clusters,
                transaction.Range(EcsTables.Clusters).Single() with
                {
                    CapacityProviders = ["p"],
                    DefaultCapacityProviderStrategy = [new() { CapacityProvider = "p", Weight = 1 }],
                }
            )
        );

        await CreateAsync(world, request => request with { LaunchType = "EC2" });
        await world.ObeyAsync();

        (await world.ServiceAsync()).RunningCount.ShouldBe(2);
    }

    private static async Task<EcsWorld> WithInstancesAsync(int count)
    {
        var world = await EcsWorld.CreateAsync();
        for (var n = 0; n < count; n++)
            await world.AddInstanceAsync();
        await world.RegisterAsync();
        return world;
    }

    private static async Task CreateAsync(EcsWorld world, Func<CreateServiceRequest, CreateServiceRequest>? with = null)
    {
        var request = new CreateServiceRequest
        {
            ServiceName = "s",
            TaskDefinition = "web",
            SchedulingStrategy = "DAEMON",
        };
        await world.Api.CreateServiceAsync(with?.Invoke(request) ?? request, world.Caller);
        await world.SettleAsync();
    }

    private static Task ChangeAsync(
        EcsWorld world,
        string instance,
        Func<ContainerInstanceRecord, ContainerInstanceRecord> change
    ) =>
        world.Store.CommitAsync(transaction =>
            transaction.Put(
                EcsTables.ContainerInstances,
                change(transaction.Range(EcsTables.ContainerInstances).Single(candidate => candidate.Arn == instance))
            )
        );

    private static Task PutAsync(EcsWorld world, string instance, string value) =>
        world.Api.PutAttributesAsync(
            new PutAttributesRequest
            {
                Attributes =
                [
                    new EcsAttribute
                    {
                        Name = "edge",
                        Value = value,
                        TargetId = instance,
                    },
                ],
            },
            world.Caller
        );
}
