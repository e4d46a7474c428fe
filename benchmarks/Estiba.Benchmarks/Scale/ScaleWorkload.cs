using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scale;

/// <summary>
/// What the cluster runs: services of equal size of one task definition, with one container and one port that the host
/// chooses.
/// </summary>
internal sealed class ScaleWorkload(EcsClient ecs, CallContext caller, ScaleOptions options)
{
    internal const string Cluster = "scale";
    internal const string Container = "web";
    internal const int ContainerPort = 80;

    /// <summary>CPU units of a task.</summary>
    internal const int TaskCpu = 16;

    /// <summary>MiB of a task.</summary>
    internal const int TaskMemory = 32;

    private const int Callers = 8;

    /// <summary>The names of the services.</summary>
    private IReadOnlyList<string> Services { get; } =
    [.. Enumerable.Range(0, options.Services).Select(number => $"service-{number:D4}")];

    internal async Task PrepareAsync()
    {
        await ecs.CreateClusterAsync(new CreateClusterRequest { ClusterName = Cluster }, caller);
        await RegisterAsync();
    }

    /// <summary>Creates every service, several at a time.</summary>
    internal Task CreateServicesAsync() =>
        Parallel.ForEachAsync(
            Services.Select((name, number) => (Name: name, Tasks: TasksOf(number))),
            new ParallelOptions { MaxDegreeOfParallelism = Callers },
            async (service, cancellation) =>
                await ecs.CreateServiceAsync(
                    new CreateServiceRequest
                    {
                        Cluster = Cluster,
                        ServiceName = service.Name,
                        TaskDefinition = "scale",
                        DesiredCount = service.Tasks,
                    },
                    caller,
                    cancellation
                )
        );

    /// <summary>
    /// Begins to roll out a new revision to services with about so many tasks; says to which, and how many tasks they
    /// really have.
    /// </summary>
    internal async Task<(IReadOnlyList<string> Services, int Tasks)> BeginRolloutAsync(int tasks)
    {
        await RegisterAsync();
        var (chosen, sum) = (0, 0);
        while (chosen < Services.Count && sum < tasks)
            sum += TasksOf(chosen++);
        var services = Services.Take(chosen).ToList();
        await Parallel.ForEachAsync(
            services,
            new ParallelOptions { MaxDegreeOfParallelism = Callers },
            async (name, cancellation) =>
                await ecs.UpdateServiceAsync(
                    new UpdateServiceRequest
                    {
                        Cluster = Cluster,
                        Service = name,
                        TaskDefinition = "scale",
                    },
                    caller,
                    cancellation
                )
        );
        return (services, sum);
    }

    /// <summary>Waits until the newest deployment of each of the services is complete.</summary>
    internal async Task WhenRolledOutAsync(IReadOnlyList<string> services)
    {
        foreach (var name in services)
        {
            while (
                (
                    await ecs.DescribeServicesAsync(
                        new DescribeServicesRequest { Cluster = Cluster, Services = [name] },
                        caller
                    )
                ).Services
                    is not [{ Deployments: [{ RolloutState: DeploymentRolloutState.Completed }] }]
            )
                await Task.Delay(50);
        }
    }

    private int TasksOf(int service) =>
        (int)(
            (long)options.Tasks * (service + 1) / options.Services - (long)options.Tasks * service / options.Services
        );

    private Task RegisterAsync() =>
        ecs.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "scale",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = Container,
                        Image = "public.ecr.aws/nginx/nginx:stable",
                        Cpu = TaskCpu,
                        Memory = TaskMemory,
                        Environment = [new EcsKeyValuePair { Name = "STAGE", Value = "production" }],
                        PortMappings = [new PortMapping { ContainerPort = ContainerPort }],
                    },
                ],
            },
            caller
        );
}
