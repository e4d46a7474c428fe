using Estiba.Contracts.Ecs;
using Estiba.Simulation.LoadBalancers;

namespace Estiba.Simulation.Customers;

/// <summary>
/// Customers have services whose deployments shift their traffic, move them to other target groups, and end pauses.
/// </summary>
internal static class TrafficActs
{
    private static readonly string[] Names = ["f", "g"];
    private static readonly string[] PausingStages =
    [
        DeploymentLifecycleHookStage.PostScaleUp,
        DeploymentLifecycleHookStage.PreProductionTrafficShift,
        DeploymentLifecycleHookStage.PostProductionTrafficShift,
    ];

    internal static IReadOnlyList<Act> All { get; } =
    [new(2, CreateAsync), new(2, DeployAsync), new(1, MoveAsync), new(1, ContinueAsync)];

    private static async Task CreateAsync(World world)
    {
        if (AnyListening(world) is not { } application)
            return;
        var name = Names[world.Random.Next(Names.Length)];
        var desired = world.Random.Next(1, 4);
        var request = new CreateServiceRequest
        {
            ServiceName = name,
            TaskDefinition = application.Arn,
            DesiredCount = desired,
            DeploymentConfiguration = Configuration(world),
            LoadBalancers = [Balancer(world, name)],
        };
        await world.Customer.ChangeAsync(
            name,
            $"create-service {name}: {desired} × {application.Name}, {request.DeploymentConfiguration!.Strategy} "
                + CustomerActs.Describe(request.DeploymentConfiguration),
            (api, caller) => api.CreateServiceAsync(request, caller),
            answer => WantedService.Of(answer.Service!)
        );
    }

    private static async Task DeployAsync(World world)
    {
        if (AnyService(world) is not { } name || AnyListening(world) is not { } application)
            return;
        var request = new UpdateServiceRequest
        {
            Service = name,
            TaskDefinition = application.Arn,
            ForceNewDeployment = true,
            DeploymentConfiguration = world.Random.Next(3) == 0 ? Configuration(world) : null,
        };
        await world.Customer.ChangeAsync(
            name,
            $"update-service {name} to {application.Name} {request.DeploymentConfiguration?.Strategy}",
            (api, caller) => api.UpdateServiceAsync(request, caller),
            answer => WantedService.Of(answer.Service!)
        );
    }

    /// <summary>The service is to be behind other target groups, or behind the same the other way round.</summary>
    private static async Task MoveAsync(World world)
    {
        if (AnyService(world) is not { } name)
            return;
        var balancer = Balancer(world, name);
        await world.Customer.ChangeAsync(
            name,
            $"update-service {name}: to {balancer.TargetGroupArn!.Split('/')[1]}",
            (api, caller) =>
                api.UpdateServiceAsync(new UpdateServiceRequest { Service = name, LoadBalancers = [balancer] }, caller),
            answer => WantedService.Of(answer.Service!)
        );
    }

    private static async Task ContinueAsync(World world)
    {
        if (AnyService(world) is not { } name)
            return;
        var list = await world.Customer.CallAsync($"list-service-deployments of {name}", (api, caller) =>
            api.ListServiceDeploymentsAsync(new ListServiceDeploymentsRequest { Service = name }, caller)
        );
        if (list?.ServiceDeployments is not [var newest, ..])
            return;
        var described = await world.Customer.CallAsync($"describe-service-deployments of {name}", (api, caller) =>
            api.DescribeServiceDeploymentsAsync(
                new DescribeServiceDeploymentsRequest { ServiceDeploymentArns = [newest.ServiceDeploymentArn!] },
                caller
            )
        );
        if (
            described?.ServiceDeployments is not [{ LifecycleHookDetails: { } hooks }]
            || world.Any(hooks) is not { } hook
        )
            return;
        var action =
            world.Random.Next(3) == 0 ? DeploymentLifecycleHookAction.Rollback : DeploymentLifecycleHookAction.Continue;
        await world.Customer.CallAsync($"continue-service-deployment of {name}: {action}", (api, caller) =>
            api.ContinueServiceDeploymentAsync(
                new ContinueServiceDeploymentRequest
                {
                    ServiceDeploymentArn = newest.ServiceDeploymentArn,
                    HookId = hook.HookId,
                    Action = action,
                },
                caller
            )
        );
    }

    private static DeploymentConfiguration Configuration(World world)
    {
        var minutes = world.Random.Next(3);
        var configuration = CustomerActs.Configuration(world) with
        {
            BakeTimeInMinutes = world.Random.Next(3),
            LifecycleHooks = world.Random.Next(4) == 0 ? [Pause(world)] : [],
        };
        return world.Random.Next(3) switch
        {
            0 => configuration with { Strategy = DeploymentStrategy.BlueGreen },
            1 => configuration with
            {
                Strategy = DeploymentStrategy.Canary,
                CanaryConfiguration = new CanaryConfiguration { CanaryPercent = 10, CanaryBakeTimeInMinutes = minutes },
            },
            _ => configuration with
            {
                Strategy = DeploymentStrategy.Linear,
                LinearConfiguration = new LinearConfiguration { StepPercent = 40, StepBakeTimeInMinutes = minutes },
            },
        };
    }

    private static DeploymentLifecycleHook Pause(World world) =>
        new()
        {
            TargetType = DeploymentLifecycleHookTargetType.Pause,
            LifecycleStages = [PausingStages[world.Random.Next(PausingStages.Length)]],
            TimeoutConfiguration = new DeploymentLifecycleHookTimeoutConfiguration
            {
                TimeoutInMinutes = world.Random.Next(1, 4),
                Action =
                    world.Random.Next(2) == 0
                        ? DeploymentLifecycleHookAction.Rollback
                        : DeploymentLifecycleHookAction.Continue,
            },
        };

    private static LoadBalancer Balancer(World world, string name)
    {
        var pair = world.Random.Next(4) == 0 ? "new" : "old";
        var (first, second) = world.Random.Next(4) == 0 ? ("two", "one") : ("one", "two");
        return new LoadBalancer
        {
            TargetGroupArn = SimulatedLoadBalancing.GroupArn($"{name}-{pair}-{first}"),
            ContainerName = "main",
            ContainerPort = 80,
            AdvancedConfiguration = new AdvancedConfiguration
            {
                AlternateTargetGroupArn = SimulatedLoadBalancing.GroupArn($"{name}-{pair}-{second}"),
                ProductionListenerRule = SimulatedLoadBalancing.RuleArn(name),
                RoleArn = "arn:aws:iam::123456789012:role/elb",
            },
        };
    }

    private static Application? AnyListening(World world) =>
        world.Any(world.Customer.Applications.Where(application => application.Listens));

    private static string? AnyService(World world) =>
        world.Any(world.Customer.Services.Where(service => Names.Contains(service.Name)))?.Name;
}
