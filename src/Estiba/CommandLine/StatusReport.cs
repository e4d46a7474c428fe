using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Sts;
using Estiba.Platforms;

namespace Estiba.CommandLine;

/// <summary>What a platform runs in one region.</summary>
internal sealed record StatusReport
{
    internal required Uri Endpoint { get; init; }

    /// <summary>The platform's version, which need not be that of this command line.</summary>
    internal required string Version { get; init; }

    /// <summary>How the platform says that it is.</summary>
    internal required PlatformHealth Health { get; init; }

    internal required string AccountId { get; init; }

    internal required string Region { get; init; }

    internal required IReadOnlyList<ClusterStatus> Clusters { get; init; }

    /// <summary>Virtual instances by their id, those that belong to no cluster too.</summary>
    internal required IReadOnlyDictionary<string, Instance> Instances { get; init; }

    /// <summary>Asks for everything, page by page.</summary>
    /// <exception cref="AwsException">An operation was refused.</exception>
    /// <exception cref="HttpRequestException">Nobody answers.</exception>
    internal static async Task<StatusReport> ReadAsync(
        RunningPlatform platform,
        string region,
        HttpClient http,
        CancellationToken cancellation
    )
    {
        var options = platform.ClientOptions(region, http);
        var context = platform.CallContext(region);
        var health = await PlatformHealth.ReadAsync(platform.Endpoint, http, cancellation);
        var identity = await new StsClient(options).GetCallerIdentityAsync(new(), context, cancellation);
        return new StatusReport
        {
            Endpoint = platform.Endpoint,
            Version = health.Version,
            Health = health,
            AccountId = identity.Account ?? "",
            Region = region,
            Clusters = await new ClusterReader(new EcsClient(options), context).ReadAsync(cancellation),
            Instances = await ReadInstancesAsync(new Ec2Client(options), context, cancellation),
        };
    }

    private static async Task<IReadOnlyDictionary<string, Instance>> ReadInstancesAsync(
        IEc2Api ec2,
        CallContext context,
        CancellationToken cancellation
    )
    {
        try
        {
            var instances = await Pages.ReadAsync<Instance>(async token =>
            {
                var page = await ec2.DescribeInstancesAsync(new() { NextToken = token }, context, cancellation);
                return (page.Reservations?.SelectMany(reservation => reservation.Instances ?? []), page.NextToken);
            });
            return instances
                .Where(instance => instance.InstanceId is not null)
                .ToDictionary(instance => instance.InstanceId!);
        }
        catch (AwsException none) when (none.Code == "UnsupportedOperation")
        {
            return new Dictionary<string, Instance>(); // 'estiba server' has no EC2.
        }
    }
}

/// <summary>A cluster and what is in it.</summary>
internal sealed record ClusterStatus(
    Cluster Cluster,
    IReadOnlyList<ContainerInstance> Instances,
    IReadOnlyList<Service> Services,
    IReadOnlyList<EcsTask> Tasks
);

/// <summary>
/// Reads clusters with the operations of ECS, whose Describe operations take so many names at a time.
/// </summary>
internal sealed class ClusterReader(IEcsApi ecs, CallContext context)
{
    private const int MostServices = 10;
    private const int Most = 100;

    internal async Task<IReadOnlyList<ClusterStatus>> ReadAsync(CancellationToken cancellation)
    {
        var arns = await Pages.ReadAsync<string>(async token =>
        {
            var page = await ecs.ListClustersAsync(new() { NextToken = token }, context, cancellation);
            return (page.ClusterArns, page.NextToken);
        });
        var statuses = new List<ClusterStatus>();
        foreach (var some in arns.Chunk(Most))
        {
            var answer = await ecs.DescribeClustersAsync(new() { Clusters = some }, context, cancellation);
            foreach (var cluster in answer.Clusters ?? [])
            {
                statuses.Add(
                    new(
                        cluster,
                        await InstancesAsync(cluster.ClusterArn!, cancellation),
                        await ServicesAsync(cluster.ClusterArn!, cancellation),
                        await TasksAsync(cluster.ClusterArn!, cancellation)
                    )
                );
            }
        }

        return statuses;
    }

    private async Task<IReadOnlyList<ContainerInstance>> InstancesAsync(string cluster, CancellationToken cancellation)
    {
        var arns = await Pages.ReadAsync<string>(async token =>
        {
            var page = await ecs.ListContainerInstancesAsync(
                new() { Cluster = cluster, NextToken = token },
                context,
                cancellation
            );
            return (page.ContainerInstanceArns, page.NextToken);
        });
        return await DescribeAsync(arns, Most, async some =>
            (
                await ecs.DescribeContainerInstancesAsync(
                    new() { Cluster = cluster, ContainerInstances = some },
                    context,
                    cancellation
                )
            ).ContainerInstances
        );
    }

    private async Task<IReadOnlyList<Service>> ServicesAsync(string cluster, CancellationToken cancellation)
    {
        var arns = await Pages.ReadAsync<string>(async token =>
        {
            var page = await ecs.ListServicesAsync(
                new() { Cluster = cluster, NextToken = token },
                context,
                cancellation
            );
            return (page.ServiceArns, page.NextToken);
        });
        return await DescribeAsync(arns, MostServices, async some =>
            (
                await ecs.DescribeServicesAsync(new() { Cluster = cluster, Services = some }, context, cancellation)
            ).Services
        );
    }

    private async Task<IReadOnlyList<EcsTask>> TasksAsync(string cluster, CancellationToken cancellation)
    {
        var arns = await Pages.ReadAsync<string>(async token =>
        {
            var page = await ecs.ListTasksAsync(new() { Cluster = cluster, NextToken = token }, context, cancellation);
            return (page.TaskArns, page.NextToken);
        });
        return await DescribeAsync(arns, Most, async some =>
            (await ecs.DescribeTasksAsync(new() { Cluster = cluster, Tasks = some }, context, cancellation)).Tasks
        );
    }

    private static async Task<IReadOnlyList<T>> DescribeAsync<T>(
        IEnumerable<string> arns,
        int most,
        Func<string[], Task<IReadOnlyList<T>?>> describe
    )
    {
        var all = new List<T>();
        foreach (var some in arns.Chunk(most))
            all.AddRange(await describe(some) ?? []);
        return all;
    }
}

/// <summary>Reads a list operation to its end.</summary>
internal static class Pages
{
    internal static async Task<IReadOnlyList<T>> ReadAsync<T>(
        Func<string?, Task<(IEnumerable<T>? Items, string? Next)>> page
    )
    {
        var all = new List<T>();
        string? token = null;
        do
        {
            var (items, next) = await page(token);
            all.AddRange(items ?? []);
            token = next;
        } while (!string.IsNullOrEmpty(token));
        return all;
    }
}
