using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Placement;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scheduling;

/// <summary>
/// A cluster in memory with container instances as AWS's agent registers them, and services whose tasks wait to be
/// placed.
/// </summary>
internal sealed class PlacementWorld : IAsyncDisposable
{
    /// <summary>What a host has: room for 128 of the tasks.</summary>
    private const int Cpu = 16_384;
    private const int Memory = 32_768;

    private static readonly CallContext Caller = new()
    {
        AccountId = "123456789012",
        Region = "eu-west-1",
        PrincipalArn = "arn:aws:iam::123456789012:root",
        AccessKeyId = "AKIA",
        RequestId = "r",
    };

    private readonly EcsInMemory _ecs;

    private PlacementWorld(EcsInMemory ecs) => _ecs = ecs;

    internal Store Store => _ecs.Store;

    internal static string ClusterKey { get; } = ClusterRecord.KeyOf(Scope.Of(Caller), "bench");

    internal static async Task<PlacementWorld> CreateAsync(
        int hosts,
        int services,
        int tasks,
        IReadOnlyList<PlacementStrategy> strategy,
        IReadOnlyList<PlacementConstraint> constraints,
        int memory = 256
    )
    {
        var world = new PlacementWorld(await EcsInMemory.OpenAsync());
        await world._ecs.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "bench" }, Caller);
        for (var n = 0; n < hosts; n++)
            await world.AddHostAsync(n);
        await world.ConnectAsync();
        await world.RegisterAsync(memory);
        for (var n = 0; n < services; n++)
            await world.AddServiceAsync($"s{n:D4}", tasks, strategy, constraints);
        return world;
    }

    public ValueTask DisposeAsync() => _ecs.DisposeAsync();

    /// <summary>One pass of the scheduler.</summary>
    internal Task ScheduleAsync() => _ecs.ScheduleAsync(ClusterKey);

    internal PlacementDemand DemandOf(TaskRecord task)
    {
        var service = Store.Current.Find(EcsTables.Services, $"{ClusterKey}/{task.Service}")!;
        var definition = Store.Current.Find(
            EcsTables.TaskDefinitions,
            TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision)
        )!;
        return new PlacementDemand(
            task,
            PlacementRules.Of(
                definition.Definition,
                service.Settings.PlacementConstraints,
                service.Settings.PlacementStrategy
            )
        );
    }

    private async Task AddHostAsync(int number)
    {
        EcsAttribute[] capabilities =
        [
            .. Enumerable
                .Range(17, 28)
                .Select(minor => new EcsAttribute
                {
                    Name =
                        "com.amazonaws.ecs.capability.docker-remote-api.1."
                        + minor.ToString(CultureInfo.InvariantCulture),
                }),
            .. Enumerable.Range(0, 26).Select(n => new EcsAttribute { Name = $"ecs.capability.feature-{n:D2}" }),
            new EcsAttribute { Name = "com.amazonaws.ecs.capability.logging-driver.awslogs" },
            new EcsAttribute { Name = "ecs.capability.execution-role-awslogs" },
            new EcsAttribute { Name = "com.amazonaws.ecs.capability.ecr-auth" },
            new EcsAttribute { Name = "ecs.capability.execution-role-ecr-pull" },
            new EcsAttribute { Name = "ecs.os-type", Value = "linux" },
            new EcsAttribute { Name = "rack", Value = $"rack-{number / 40}" },
        ];
        await _ecs.Api.RegisterContainerInstanceAsync(
            new RegisterContainerInstanceRequest
            {
                Cluster = "bench",
                InstanceIdentityDocument =
                    $$"""{"instanceId":"i-{{number:x8}}","availabilityZone":"eu-west-1{{(char)('a' + (number % 3))}}","instanceType":"m5.4xlarge"}""",
                TotalResources =
                [
                    new Resource
                    {
                        Name = "CPU",
                        Type = "INTEGER",
                        IntegerValue = Cpu,
                    },
                    new Resource
                    {
                        Name = "MEMORY",
                        Type = "INTEGER",
                        IntegerValue = Memory,
                    },
                    new Resource
                    {
                        Name = "PORTS",
                        Type = "STRINGSET",
                        StringSetValue = ["22", "2375", "2376", "51678", "51679"],
                    },
                    new Resource
                    {
                        Name = "PORTS_UDP",
                        Type = "STRINGSET",
                        StringSetValue = [],
                    },
                ],
                Attributes = capabilities,
            },
            Caller
        );
    }

    private Task ConnectAsync() =>
        Store.CommitAsync(transaction =>
        {
            foreach (var instance in transaction.Range(EcsTables.ContainerInstances).ToList())
                transaction.Put(EcsTables.ContainerInstances, instance with { AgentConnected = true });
        });

    private Task RegisterAsync(int memory) =>
        _ecs.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "web",
                ExecutionRoleArn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/nginx",
                        Cpu = 128,
                        Memory = memory,
                        PortMappings = [new PortMapping { ContainerPort = 80 }],
                        LogConfiguration = new LogConfiguration
                        {
                            LogDriver = LogDriver.Awslogs,
                            Options = new Dictionary<string, string>
                            {
                                ["awslogs-group"] = "web",
                                ["awslogs-region"] = "eu-west-1",
                            },
                        },
                    },
                ],
            },
            Caller
        );

    private async Task AddServiceAsync(
        string name,
        int tasks,
        IReadOnlyList<PlacementStrategy> strategy,
        IReadOnlyList<PlacementConstraint> constraints
    )
    {
        await _ecs.Api.CreateServiceAsync(
            new CreateServiceRequest
            {
                Cluster = "bench",
                ServiceName = name,
                TaskDefinition = "web",
                DesiredCount = tasks,
                PlacementStrategy = strategy,
                PlacementConstraints = constraints,
            },
            Caller
        );
        await _ecs.ReconcileServiceAsync($"{ClusterKey}/{name}");
    }
}
