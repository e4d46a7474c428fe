using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.ServiceRegistries;

/// <summary>Tasks in registries: when they are registered, how long they stay, and what is refused.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task A_task_is_registered_under_its_id_with_what_ECS_knows_of_it_once_it_runs()
    {
        await using var world = await WorldAsync();
        var registry = await RegisteredAsync(world, desired: 1, ("SRV", 10));
        registry.Instances.ShouldBeEmpty();

        await world.ObeyAsync();

        var (id, attributes) = registry.Instances.Single();
        (await world.TasksAsync()).Single().TaskArn!.ShouldEndWith("/" + id);
        attributes.ShouldBe(
            new Dictionary<string, string>
            {
                ["AWS_INSTANCE_IPV4"] = "10.66.0.1",
                ["AWS_INSTANCE_PORT"] = "32768",
                ["AVAILABILITY_ZONE"] = "eu-west-1a",
                ["REGION"] = "eu-west-1",
                ["ECS_SERVICE_NAME"] = "s",
                ["ECS_CLUSTER_NAME"] = "default",
                ["ECS_TASK_DEFINITION_FAMILY"] = "web",
                ["EC2_INSTANCE_ID"] = "i-1",
                ["AWS_INIT_HEALTH_STATUS"] = "HEALTHY",
            },
            ignoreOrder: true
        );
        Messages(await world.ServiceAsync())
            .ShouldContain(message => message.StartsWith("registered 1 instances in ", StringComparison.Ordinal));
        var shown = (await world.ServiceAsync()).ServiceRegistries!.Single();
        (shown.ContainerName, shown.ContainerPort).ShouldBe(("nginx", 80));
    }

    [Fact]
    public async Task A_task_that_is_to_stop_hears_of_it_when_nobody_remembers_where_it_was()
    {
        await using var world = await WorldAsync();
        var registry = await RegisteredAsync(world, desired: 1, ("SRV", 10));
        await world.ObeyAsync();
        var task = (await world.TasksAsync()).Single();

        var stopped = await world.Api.StopTaskAsync(new StopTaskRequest { Task = task.TaskArn }, world.Caller);
        await world.SettleAsync();

        stopped.Task!.LastStatus.ShouldBe("DEACTIVATING");
        registry.Instances.Keys.ShouldNotContain(Record(world, task).Id);
        (Record(world, task).DesiredByAgent, Record(world, task).IsTransitional).ShouldBe(("RUNNING", false));

        world.Clock.Advance(TimeSpan.FromSeconds(9));
        await world.SettleAsync();
        Record(world, task).LastStatus.ShouldBe("DEACTIVATING");
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.SettleAsync();

        (Record(world, task).LastStatus, Record(world, task).DesiredByAgent).ShouldBe(("STOPPING", "STOPPED"));
    }

    [Fact]
    public async Task A_rolling_update_registers_the_new_tasks_before_the_old_ones_go()
    {
        await using var world = await WorldAsync();
        var registry = await RegisteredAsync(world, desired: 2, ("SRV", 10));
        await world.ObeyAsync();
        var old = registry.Instances.Keys.ToList();
        await world.RegisterAsync(hostPort: 0, memory: 300);

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", TaskDefinition = "web" },
            world.Caller
        );
        await world.SettleAsync();
        registry.Instances.Keys.ShouldBe(old, ignoreOrder: true);
        await world.ObeyAsync();

        registry.Instances.Count.ShouldBe(2);
        registry.Instances.Keys.ShouldNotContain(id => old.Contains(id));
        world.View.Range(EcsTables.Tasks).Count(record => record.LastStatus == "DEACTIVATING").ShouldBe(2);
        world.Clock.Advance(TimeSpan.FromSeconds(10));
        await world.ObeyAsync();
        await world.ObeyAsync();
        (await world.ServiceAsync()).Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task A_task_that_ends_by_itself_is_taken_off_at_once()
    {
        await using var world = await WorldAsync();
        var registry = await RegisteredAsync(world, desired: 1, ("SRV", 10));
        await world.ObeyAsync();
        var ended = registry.Instances.Keys.Single();

        await world.ReportAsync((await world.TasksAsync()).Single().TaskArn!, "STOPPED", exitCode: 1);
        await world.SettleAsync();

        registry.Instances.Keys.ShouldNotContain(ended);
    }

    [Fact]
    public async Task A_task_in_a_target_group_too_stops_when_both_are_done_with_it()
    {
        await using var world = await WorldAsync();
        var balancer = world.Elb.Add();
        await RegisteredAsync(
            world,
            desired: 1,
            request =>
                request with
                {
                    LoadBalancers =
                    [
                        new LoadBalancer
                        {
                            TargetGroupArn = balancer,
                            ContainerName = "nginx",
                            ContainerPort = 80,
                        },
                    ],
                },
            ("SRV", 10)
        );
        await world.ObeyAsync();
        var task = (await world.TasksAsync()).Single();
        await world.Api.StopTaskAsync(new StopTaskRequest { Task = task.TaskArn }, world.Caller);
        await world.SettleAsync();

        world.Elb.Groups[balancer].Drain();
        await world.SettleAsync();
        Record(world, task).LastStatus.ShouldBe("DEACTIVATING");
        world.Clock.Advance(TimeSpan.FromSeconds(10));
        await world.SettleAsync();

        Record(world, task).LastStatus.ShouldBe("STOPPING");
    }

    [Fact]
    public async Task A_registration_that_was_made_just_before_a_restart_is_not_left()
    {
        await using var world = await WorldAsync();
        var registry = await RegisteredAsync(world, desired: 1, ("SRV", 10));
        await world.ObeyAsync();
        var task = (await world.TasksAsync()).Single();
        await world.Api.StopTaskAsync(new StopTaskRequest { Task = task.TaskArn }, world.Caller);
        // As if the platform had been killed after the call that registered it, before that was noted.
        await world.Store.CommitAsync(transaction =>
        {
            var record = Record(world, task);
            transaction.Put(
                EcsTables.Tasks,
                record with
                {
                    Registrations = [record.Registrations!.Single() with { State = default }],
                }
            );
        });

        await world.SettleAsync();

        registry.Instances.ShouldBeEmpty();
        Record(world, task).LastStatus.ShouldBe("DEACTIVATING");
    }

    [Fact]
    public async Task A_service_whose_registry_is_gone_says_so_and_its_deployment_goes_on()
    {
        await using var world = await WorldAsync();
        await RegisteredAsync(world, desired: 1, ("SRV", 10));
        world.Discovery.Registries.Clear();

        await world.ObeyAsync();

        var service = await world.ServiceAsync();
        Messages(service)
            .ShouldContain(
                "failed to register instances in (service-registry "
                    + $"{service.ServiceRegistries!.Single().RegistryArn}) with (error No service exists with the "
                    + "specified ID.)"
            );
        service.Deployments!.Single().RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_keeps_no_task_from_stopping_and_is_asked_on()
    {
        await using var world = await WorldAsync();
        var registry = await RegisteredAsync(world, desired: 1, ("SRV", 10));
        await world.ObeyAsync();
        var task = (await world.TasksAsync()).Single();
        var id = Record(world, task).Id;
        world.Discovery.Fault = new AwsException("InternalFailure", "Out of order.", 500);

        await world.Api.StopTaskAsync(new StopTaskRequest { Task = task.TaskArn }, world.Caller);
        await world.SettleAsync();
        Record(world, task).LastStatus.ShouldBe("DEACTIVATING");
        Messages(await world.ServiceAsync())
            .ShouldContain(message =>
                message.StartsWith("failed to deregister instances in ", StringComparison.Ordinal)
            );
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.ObeyAsync();
        await world.ObeyAsync();

        Record(world, task).LastStatus.ShouldBe("STOPPED");
        registry.Instances.Keys.ShouldContain(id);
        world.Discovery.Fault = null;
        await world.SettleAsync();
        registry.Instances.Keys.ShouldNotContain(id);
    }

    [Fact]
    public async Task A_service_that_is_deleted_leaves_no_instance()
    {
        await using var world = await WorldAsync();
        var registry = await RegisteredAsync(world, desired: 2, ("SRV", 10));
        await world.ObeyAsync();

        await world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "s", Force = true }, world.Caller);
        await world.ObeyAsync();
        registry.Instances.ShouldBeEmpty();
        world.Clock.Advance(TimeSpan.FromSeconds(10));
        await world.ObeyAsync();
        await world.ObeyAsync();

        (await world.ServiceAsync()).Status.ShouldBe("INACTIVE");
    }

    [Fact]
    public async Task Other_registries_need_a_new_deployment()
    {
        await using var world = await WorldAsync();
        var before = await RegisteredAsync(world, desired: 1, ("SRV", 10));
        await world.ObeyAsync();
        var other = world.Discovery.Add("other", records: ("A", 10));

        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest
            {
                Service = "s",
                ServiceRegistries = [new ServiceRegistry { RegistryArn = other }],
            },
            world.Caller
        );
        await world.ObeyAsync();

        before.Instances.ShouldBeEmpty();
        var attributes = world.Discovery.Registries[other].Instances.Values.Single();
        attributes["AWS_INSTANCE_IPV4"].ShouldBe("10.66.0.1");
        attributes.Keys.ShouldNotContain("AWS_INSTANCE_PORT");
    }

    [Fact]
    public Task A_record_with_a_port_needs_a_container_in_bridge_mode() =>
        IsRefusedAsync(
            world => new ServiceRegistry { RegistryArn = world.Discovery.Add(records: ("SRV", 10)), Port = 80 },
            "When specifying 'host' or 'bridge' networking mode, values for 'containerName' and 'containerPort' must "
                + "be specified from the task definition."
        );

    [Fact]
    public Task A_record_without_a_port_needs_none() =>
        IsRefusedAsync(
            world => RegistryOf(world.Discovery.Add(records: ("A", 10))),
            "The values specified for serviceRegistries do not require a value for 'containerPort'. Remove the value "
                + "and retry."
        );

    [Fact]
    public Task A_container_that_is_not_in_the_definition_is_refused() =>
        IsRefusedAsync(
            world => RegistryOf(world.Discovery.Add(records: ("SRV", 10))) with { ContainerName = "other" },
            "The container other does not exist in the task definition."
        );

    [Fact]
    public Task A_registry_that_is_not_there_is_refused() =>
        IsRefusedAsync(
            _ => RegistryOf("arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-none"),
            "The service registry arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-none does not exist."
        );

    private static async Task IsRefusedAsync(Func<EcsWorld, ServiceRegistry> registry, string message)
    {
        await using var world = await WorldAsync();

        var refused = await Should.ThrowAsync<AwsException>(() =>
            world.CreateServiceAsync(1, with: request => request with { ServiceRegistries = [registry(world)] })
        );

        (refused.Code, refused.Message).ShouldBe(("InvalidParameterException", message));
        world.View.Range(EcsTables.Services).ShouldBeEmpty();
    }

    private static async Task<EcsWorld> WorldAsync()
    {
        var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(ec2: "i-1");
        await world.RegisterAsync(hostPort: 0);
        return world;
    }

    private static Task<StandInRegistry> RegisteredAsync(
        EcsWorld world,
        int desired,
        params (string Type, int Ttl)[] records
    ) => RegisteredAsync(world, desired, request => request, records);

    private static async Task<StandInRegistry> RegisteredAsync(
        EcsWorld world,
        int desired,
        Func<CreateServiceRequest, CreateServiceRequest> with,
        params (string Type, int Ttl)[] records
    )
    {
        var arn = world.Discovery.Add(records: records);
        await world.CreateServiceAsync(desired, with: request =>
            with(request) with
            {
                ServiceRegistries = [RegistryOf(arn)],
            }
        );
        return world.Discovery.Registries[arn];
    }

    private static ServiceRegistry RegistryOf(string arn) =>
        new()
        {
            RegistryArn = arn,
            ContainerName = "nginx",
            ContainerPort = 80,
        };

    private static Ecs.Tasks.TaskRecord Record(EcsWorld world, EcsTask task) =>
        world.View.Range(EcsTables.Tasks).Single(record => record.Arn == task.TaskArn);

    private static IEnumerable<string> Messages(Service service) =>
        service.Events!.Select(each => each.Message!["(service s) ".Length..]);
}
