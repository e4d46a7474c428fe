using System.Globalization;
using Estiba.Contracts.Ecs;
using Estiba.Simulation.Alarms;
using Estiba.Simulation.LoadBalancers;
using Estiba.Simulation.Machines;
using Estiba.Simulation.Registries;

namespace Estiba.Simulation.Customers;

/// <summary>What customers and operators do, each by a public operation.</summary>
internal static class CustomerActs
{
    private const int MostMachines = 7;

    private static readonly string[] Families = ["web", "api", "batch"];
    private static readonly string[] ServiceNames = ["a", "b", "c", "d"];
    private static readonly string[] DaemonNames = ["d", "e"];
    private static readonly (int Minimum, int Maximum)[] Percentages =
    [
        (100, 200),
        (100, 200),
        (50, 200),
        (0, 100),
        (50, 100),
        (100, 150),
        (67, 133),
        (0, 200),
    ];

    private static readonly PlacementConstraint NotInZoneA = new()
    {
        Type = PlacementConstraintType.MemberOf,
        Expression = "attribute:ecs.availability-zone != eu-west-1a",
    };

    private static readonly LoadBalancer Balanced = new()
    {
        TargetGroupArn = SimulatedLoadBalancing.GroupArn("web"),
        ContainerName = "main",
        ContainerPort = 80,
    };

    private static readonly ServiceRegistry Registered = new()
    {
        RegistryArn = SimulatedServiceDiscovery.RegistryArn,
        ContainerName = "main",
        ContainerPort = 80,
    };

    internal static IReadOnlyList<Act> All { get; } =
    [
        new(4, RegisterDefinitionAsync),
        new(1, DeregisterDefinitionAsync),
        new(6, CreateServiceAsync),
        new(2, CreateDaemonAsync),
        new(6, UpdateServiceAsync),
        new(3, ScaleAsync),
        new(1, BalanceAsync),
        new(2, CapacityActs.ChangeStrategyAsync),
        new(3, RollbackActs.StopDeploymentAsync),
        .. TrafficActs.All,
        new(2, DeleteServiceAsync),
        .. TaskSetActs.All,
        new(3, RunTasksAsync),
        new(1, StartTaskAsync),
        new(2, StopTaskAsync),
        new(2, StopServiceTaskAsync),
        new(3, ProtectionActs.ProtectAsync),
        new(4, AddMachineAsync),
        new(2, DrainAsync),
        new(2, ActivateAsync),
        new(1, DeregisterAsync),
        new(1, TerminateAsync),
    ];

    internal static async Task RegisterDefinitionAsync(World world)
    {
        var (request, works) = Application.Random(world, Families[world.Random.Next(Families.Length)]);
        if (
            await world.Customer.CallAsync(
                $"register-task-definition {request.Family} ({request.ContainerDefinitions![0].Image})",
                (api, caller) => api.RegisterTaskDefinitionAsync(request, caller)
            ) is
            { } answer
        )
            world.Customer.Remember(
                new Application(
                    answer.TaskDefinition!.TaskDefinitionArn!,
                    works,
                    request.ContainerDefinitions[0].PortMappings is not null
                )
            );
    }

    internal static async Task CreateServiceAsync(World world)
    {
        if (world.Any(world.Customer.Applications) is not { } application)
            return;
        var name = ServiceNames[world.Random.Next(ServiceNames.Length)];
        var desired = world.Random.Next(0, 7);
        var request = new CreateServiceRequest
        {
            ServiceName = name,
            TaskDefinition = application.Arn,
            DesiredCount = desired,
            CapacityProviderStrategy = world.Random.Next(4) == 0 ? CapacityActs.Strategy(world) : null,
            DeploymentConfiguration = Configuration(world),
            LoadBalancers = application.Listens && world.Random.Next(2) == 0 ? [Balanced] : null,
            ServiceRegistries = application.Listens && world.Random.Next(3) == 0 ? [Registered] : null,
            PlacementConstraints = world.Random.Next(6) switch
            {
                0 => [new PlacementConstraint { Type = PlacementConstraintType.DistinctInstance }],
                1 => [NotInZoneA],
                _ => null,
            },
            PlacementStrategy = world.Random.Next(5) switch
            {
                0 => [new PlacementStrategy { Type = PlacementStrategyType.Binpack, Field = "memory" }],
                1 => [new PlacementStrategy { Type = PlacementStrategyType.Random }],
                _ => null,
            },
        };
        await world.Customer.ChangeAsync(
            name,
            $"create-service {name}: {desired} × {application.Name}, {Describe(request.DeploymentConfiguration)}, "
                + $"{CapacityActs.Describe(request.CapacityProviderStrategy)}"
                + $"{(request.LoadBalancers is null ? "" : ", behind a load balancer")}"
                + $"{(request.ServiceRegistries is null ? "" : ", in a registry")}",
            (api, caller) => api.CreateServiceAsync(request, caller),
            answer => WantedService.Of(answer.Service!)
        );
    }

    internal static async Task CreateDaemonAsync(World world)
    {
        if (world.Any(world.Customer.Applications) is not { } application)
            return;
        var name = DaemonNames[world.Random.Next(DaemonNames.Length)];
        var request = new CreateServiceRequest
        {
            ServiceName = name,
            TaskDefinition = application.Arn,
            SchedulingStrategy = SchedulingStrategy.Daemon,
            DeploymentConfiguration = world.Random.Next(2) == 0 ? Configuration(world) : null,
            PlacementConstraints = world.Random.Next(4) == 0 ? [NotInZoneA] : null,
        };
        await world.Customer.ChangeAsync(
            name,
            $"create-service {name}: a daemon of {application.Name} "
                + $"{Describe(request.DeploymentConfiguration)}"
                + $"{(request.PlacementConstraints is null ? "" : ", not in zone a")}",
            (api, caller) => api.CreateServiceAsync(request, caller),
            answer => WantedService.Of(answer.Service!)
        );
    }

    internal static async Task UpdateServiceAsync(World world)
    {
        if (AnyService(world) is not { } name || world.Any(world.Customer.Applications) is not { } application)
            return;
        var request = new UpdateServiceRequest
        {
            Service = name,
            TaskDefinition = application.Arn,
            ForceNewDeployment = world.Random.Next(5) == 0 ? true : null,
            DeploymentConfiguration = world.Random.Next(3) == 0 ? Configuration(world) : null,
        };
        await world.Customer.ChangeAsync(
            name,
            $"update-service {name} to {application.Name} {Describe(request.DeploymentConfiguration)}"
                + $"{(request.ForceNewDeployment == true ? ", by force" : "")}",
            (api, caller) => api.UpdateServiceAsync(request, caller),
            answer => WantedService.Of(answer.Service!)
        );
    }

    internal static async Task ScaleAsync(World world)
    {
        if (AnyService(world) is not { } name)
            return;
        var desired = world.Random.Next(0, 9);
        await world.Customer.ChangeAsync(
            name,
            $"update-service {name} to {desired} tasks",
            (api, caller) =>
                api.UpdateServiceAsync(new UpdateServiceRequest { Service = name, DesiredCount = desired }, caller),
            answer => WantedService.Of(answer.Service!)
        );
    }

    /// <summary>The zones of a service are to be balanced from now on, or not any more.</summary>
    internal static async Task BalanceAsync(World world)
    {
        if (AnyService(world) is not { } name)
            return;
        var balance =
            world.Random.Next(3) > 0 ? AvailabilityZoneRebalancing.Enabled : AvailabilityZoneRebalancing.Disabled;
        await world.Customer.ChangeAsync(
            name,
            $"update-service {name}: rebalancing {balance}",
            (api, caller) =>
                api.UpdateServiceAsync(
                    new UpdateServiceRequest { Service = name, AvailabilityZoneRebalancing = balance },
                    caller
                ),
            answer => WantedService.Of(answer.Service!)
        );
    }

    internal static async Task DeleteServiceAsync(World world)
    {
        if (AnyService(world) is not { } name)
            return;
        await world.Customer.ChangeAsync(
            name,
            $"delete-service {name}",
            (api, caller) =>
                api.DeleteServiceAsync(
                    new DeleteServiceRequest { Service = name, Force = world.Random.Next(3) > 0 },
                    caller
                ),
            _ => new WantedService(name)
        );
    }

    internal static async Task DeregisterDefinitionAsync(World world)
    {
        if (world.Any(world.Customer.Applications) is not { } application)
            return;
        world.Customer.Forget(application);
        await world.Customer.CallAsync($"deregister-task-definition {application.Name}", (api, caller) =>
            api.DeregisterTaskDefinitionAsync(
                new DeregisterTaskDefinitionRequest { TaskDefinition = application.Arn },
                caller
            )
        );
    }

    internal static async Task RunTasksAsync(World world)
    {
        if (world.Any(world.Customer.Applications) is not { } application)
            return;
        var request = new RunTaskRequest
        {
            TaskDefinition = application.Arn,
            Count = world.Random.Next(1, 4),
            ClientToken = world.Random.Next().ToString(CultureInfo.InvariantCulture),
        };
        await AskUntilAnsweredAsync(tries: 5);

        // A client asks again with the same token until it hears something, and must not get more for that.
        async Task AskUntilAnsweredAsync(int tries)
        {
            if (
                await world.Customer.CallAsync($"run-task {request.Count} × {application.Name}", (api, caller) =>
                    api.RunTaskAsync(request with { StartedBy = request.ClientToken }, caller)
                ) is
                { } answer
            )
                world.Customer.Remember(answer.Tasks!);
            else if (tries > 1)
                world.Timeline.After(world.UpTo(TimeSpan.FromSeconds(20)), () => AskUntilAnsweredAsync(tries - 1));
        }
    }

    internal static async Task StartTaskAsync(World world)
    {
        if (world.Any(world.Customer.Applications) is not { } application || AnyInstance(world) is not { } instance)
            return;
        if (
            await world.Customer.CallAsync(
                $"start-task {application.Name} on {world.History.Brief(instance)}",
                (api, caller) =>
                    api.StartTaskAsync(
                        new StartTaskRequest { TaskDefinition = application.Arn, ContainerInstances = [instance] },
                        caller
                    )
            ) is
            { } answer
        )
            world.Customer.Remember(answer.Tasks!);
    }

    internal static async Task StopTaskAsync(World world)
    {
        if (world.Any(world.Customer.Tasks) is { } task)
            await StopAsync(world, task);
    }

    internal static async Task StopServiceTaskAsync(World world)
    {
        if (AnyService(world) is not { } name)
            return;
        var list = await world.Customer.CallAsync($"list-tasks of {name}", (api, caller) =>
            api.ListTasksAsync(new ListTasksRequest { ServiceName = name }, caller)
        );
        if (world.Any(list?.TaskArns ?? []) is { } task)
            await StopAsync(world, task);
    }

    internal static Task AddMachineAsync(World world)
    {
        if (world.Machines.Count(machine => !machine.IsScrapped) < MostMachines)
            world.AddMachine();
        return Task.CompletedTask;
    }

    internal static Task DrainAsync(World world) => SetStateAsync(world, "DRAINING");

    internal static Task ActivateAsync(World world) => SetStateAsync(world, "ACTIVE");

    /// <summary>An operator takes an instance out of the cluster; its agent finds out and joins as a new one.</summary>
    internal static async Task DeregisterAsync(World world)
    {
        if (world.Any(world.Machines.Where(machine => machine.Disk.InstanceArn is not null)) is { } machine)
            await DeregisterAsync(world, machine.Disk.InstanceArn!, machine.Name, force: world.Random.Next(2) == 0);
    }

    /// <summary>A host goes for ever, and whoever took it away says so sooner or later.</summary>
    internal static Task TerminateAsync(World world)
    {
        if (world.Any(world.Machines.Where(machine => !machine.IsScrapped)) is { } machine)
            machine.Scrap();
        return Task.CompletedTask;
    }

    /// <summary>Says to the server which hosts are gone for ever.</summary>
    internal static async Task CleanUpAsync(World world)
    {
        var list = await world.Customer.CallAsync("list-container-instances", (api, caller) =>
            api.ListContainerInstancesAsync(new ListContainerInstancesRequest(), caller)
        );
        if (list?.ContainerInstanceArns is not { Count: > 0 } arns)
            return;
        var answer = await world.Customer.CallAsync("describe-container-instances", (api, caller) =>
            api.DescribeContainerInstancesAsync(
                new DescribeContainerInstancesRequest { ContainerInstances = arns },
                caller
            )
        );
        foreach (var instance in answer?.ContainerInstances ?? [])
            if (Host(world, instance) is { IsScrapped: true } host)
                await DeregisterAsync(world, instance.ContainerInstanceArn!, host.Name, force: true);
    }

    private static Machine? Host(World world, ContainerInstance instance) =>
        world.Machines.FirstOrDefault(machine => machine.Ec2Id == instance.Ec2InstanceId);

    private static Task DeregisterAsync(World world, string instance, string name, bool force) =>
        world.Customer.CallAsync($"deregister-container-instance {name}{(force ? " by force" : "")}", (api, caller) =>
            api.DeregisterContainerInstanceAsync(
                new DeregisterContainerInstanceRequest { ContainerInstance = instance, Force = force },
                caller
            )
        );

    private static async Task SetStateAsync(World world, string status)
    {
        if (AnyInstance(world) is not { } instance)
            return;
        await world.Customer.CallAsync(
            $"update-container-instances-state {world.History.Brief(instance)} {status}",
            (api, caller) =>
                api.UpdateContainerInstancesStateAsync(
                    new UpdateContainerInstancesStateRequest { ContainerInstances = [instance], Status = status },
                    caller
                )
        );
    }

    private static Task StopAsync(World world, string task) =>
        world.Customer.CallAsync($"stop-task {world.History.Brief(task)}", (api, caller) =>
            api.StopTaskAsync(new StopTaskRequest { Task = task }, caller)
        );

    private static string? AnyService(World world) => world.Any(world.Customer.Services)?.Name;

    private static string? AnyInstance(World world) =>
        world.Any(world.Machines.Select(machine => machine.Disk.InstanceArn).OfType<string>());

    internal static DeploymentConfiguration Configuration(World world)
    {
        var (minimum, maximum) = Percentages[world.Random.Next(Percentages.Length)];
        return new DeploymentConfiguration
        {
            MinimumHealthyPercent = minimum,
            MaximumPercent = maximum,
            DeploymentCircuitBreaker =
                world.Random.Next(3) == 0
                    ? new DeploymentCircuitBreaker { Enable = true, Rollback = world.Random.Next(2) == 0 }
                    : null,
            Alarms =
                world.Random.Next(3) == 0
                    ? new DeploymentAlarms
                    {
                        AlarmNames = [world.Any(SimulatedAlarms.Names)!],
                        Enable = world.Random.Next(4) > 0,
                        Rollback = world.Random.Next(3) > 0,
                    }
                    : null,
        };
    }

    internal static string Describe(DeploymentConfiguration? configuration) =>
        configuration is null
            ? ""
            : $"{configuration.MinimumHealthyPercent}–{configuration.MaximumPercent} %"
                + (
                    configuration.DeploymentCircuitBreaker is { } breaker
                        ? $", circuit breaker{(breaker.Rollback == true ? " with rollback" : "")}"
                        : ""
                )
                + (
                    configuration.Alarms is { Enable: true } alarms
                        ? $", alarm {alarms.AlarmNames![0]}{(alarms.Rollback == true ? " with rollback" : "")}"
                        : ""
                );
}
