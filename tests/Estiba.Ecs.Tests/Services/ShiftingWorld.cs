using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Services;

/// <summary>A service of one task behind two target groups, of which the first serves.</summary>
internal sealed class ShiftingWorld : IAsyncDisposable
{
    private ShiftingWorld(EcsWorld ecs, bool hasTestRule, DeploymentConfiguration configuration)
    {
        Ecs = ecs;
        Configuration = configuration;
        BlueArn = ecs.Elb.Add("blue");
        GreenArn = ecs.Elb.Add("green", isUsed: false);
        ProductionRule = ecs.Elb.AddRule(BlueArn);
        TestRule = hasTestRule ? ecs.Elb.AddRule(BlueArn, "test") : null;
    }

    internal EcsWorld Ecs { get; }

    internal string BlueArn { get; }

    internal string GreenArn { get; }

    internal string ProductionRule { get; }

    internal string? TestRule { get; }

    internal StandInTargetGroup Blue => Ecs.Elb.Groups[BlueArn];

    internal StandInTargetGroup Green => Ecs.Elb.Groups[GreenArn];

    /// <summary>The weights of the production rule.</summary>
    internal Dictionary<string, int> Production => Ecs.Elb.Rules.GetValueOrDefault(ProductionRule) ?? [];

    private DeploymentConfiguration Configuration { get; }

    internal static async Task<ShiftingWorld> CreateAsync(
        string strategy,
        int bake = 0,
        bool hasTestRule = false,
        Func<DeploymentConfiguration, DeploymentConfiguration>? with = null,
        int instances = 1
    )
    {
        var configuration = new DeploymentConfiguration { Strategy = strategy, BakeTimeInMinutes = bake };
        var ecs = await EcsWorld.CreateAsync();
        var world = new ShiftingWorld(ecs, hasTestRule, with?.Invoke(configuration) ?? configuration);
        for (var number = 1; number <= instances; number++)
            await ecs.AddInstanceAsync(ec2: $"i-{number}");
        await ecs.RegisterAsync(hostPort: 0);
        await ecs.Api.CreateServiceAsync(world.Request("s"), ecs.Caller);
        await world.EndAsync();
        return world;
    }

    /// <summary>The configuration with a pause at a stage.</summary>
    internal static DeploymentConfiguration Pausing(
        DeploymentConfiguration configuration,
        string stage,
        int? minutes = null,
        string? action = null
    ) =>
        configuration with
        {
            LifecycleHooks =
            [
                new DeploymentLifecycleHook
                {
                    TargetType = "PAUSE",
                    LifecycleStages = [stage],
                    TimeoutConfiguration = new DeploymentLifecycleHookTimeoutConfiguration
                    {
                        TimeoutInMinutes = minutes,
                        Action = action,
                    },
                },
            ],
        };

    internal CreateServiceRequest Request(string name) =>
        new()
        {
            ServiceName = name,
            TaskDefinition = "web",
            DesiredCount = 1,
            DeploymentConfiguration = Configuration,
            LoadBalancers = [Balancer(BlueArn, GreenArn)],
        };

    /// <summary>A load balancer of the service whose production rule stays the same.</summary>
    internal LoadBalancer Balancer(string targetGroup, string alternate, string container = "nginx") =>
        new()
        {
            TargetGroupArn = targetGroup,
            ContainerName = container,
            ContainerPort = 80,
            AdvancedConfiguration = new AdvancedConfiguration
            {
                AlternateTargetGroupArn = alternate,
                ProductionListenerRule = ProductionRule,
                TestListenerRule = TestRule,
                RoleArn = "arn:aws:iam::123456789012:role/elb",
            },
        };

    internal Dictionary<string, int> Shares(int blue, int green) => new() { [BlueArn] = blue, [GreenArn] = green };

    internal async Task UpdateAsync(Func<UpdateServiceRequest, UpdateServiceRequest>? with = null)
    {
        Ecs.Clock.Advance(TimeSpan.FromSeconds(1));
        var request = new UpdateServiceRequest { Service = "s", ForceNewDeployment = true };
        await Ecs.Api.UpdateServiceAsync(with?.Invoke(request) ?? request, Ecs.Caller);
        await Ecs.SettleAsync();
    }

    internal async Task StopDeploymentAsync()
    {
        await Ecs.Api.StopServiceDeploymentAsync(
            new StopServiceDeploymentRequest
            {
                ServiceDeploymentArn = (await DeploymentAsync()).ServiceDeploymentArn,
                StopType = "ROLLBACK",
            },
            Ecs.Caller
        );
        await Ecs.SettleAsync();
    }

    internal Task ObeyAsync() => Ecs.ObeyAsync();

    /// <summary>Lets everybody do as he is told, and targets drain.</summary>
    internal async Task EndAsync()
    {
        for (var n = 0; n < 6; n++)
        {
            await ObeyAsync();
            foreach (var group in Ecs.Elb.Groups.Values)
                group.Drain();
        }
    }

    /// <summary>The newest of the service's deployments.</summary>
    internal async Task<ServiceDeployment> DeploymentAsync()
    {
        var list = await Ecs.Api.ListServiceDeploymentsAsync(
            new ListServiceDeploymentsRequest { Service = "s" },
            Ecs.Caller
        );
        return (
            await Ecs.Api.DescribeServiceDeploymentsAsync(
                new DescribeServiceDeploymentsRequest
                {
                    ServiceDeploymentArns = [list.ServiceDeployments![0].ServiceDeploymentArn!],
                },
                Ecs.Caller
            )
        ).ServiceDeployments!.Single();
    }

    public ValueTask DisposeAsync() => Ecs.DisposeAsync();
}
