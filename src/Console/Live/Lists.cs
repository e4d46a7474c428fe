using Estiba.Console.Sessions;

namespace Estiba.Console.Live;

/// <summary>Pages of what ECS lists, described: AWS lists names, and describes a number of them at once.</summary>
internal static class Lists
{
    private const int PageSize = 100;
    private const int MostServices = 10;

    internal static async Task<Listed<Ecs.Cluster>> ClustersAsync(
        Ecs.IEcsApi ecs,
        string? after,
        CancellationToken cancellation
    )
    {
        var page = await ecs.ListClustersAsync(
            new() { MaxResults = PageSize, NextToken = after },
            Session.Context,
            cancellation
        );
        if (page.ClusterArns is not { Count: > 0 } arns)
            return new Listed<Ecs.Cluster>([], page.NextToken);
        var described = await ecs.DescribeClustersAsync(new() { Clusters = arns }, Session.Context, cancellation);
        return new Listed<Ecs.Cluster>(
            [.. (described.Clusters ?? []).OrderBy(it => it.ClusterName, StringComparer.Ordinal)],
            page.NextToken
        );
    }

    internal static async Task<Listed<Ecs.Service>> ServicesAsync(
        Ecs.IEcsApi ecs,
        string cluster,
        string? after,
        CancellationToken cancellation
    )
    {
        var page = await ecs.ListServicesAsync(
            new()
            {
                Cluster = cluster,
                MaxResults = PageSize,
                NextToken = after,
            },
            Session.Context,
            cancellation
        );
        var described = await Task.WhenAll(
            (page.ServiceArns ?? [])
                .Chunk(MostServices)
                .Select(arns =>
                    ecs.DescribeServicesAsync(
                        new() { Cluster = cluster, Services = arns },
                        Session.Context,
                        cancellation
                    )
                )
        );
        return new Listed<Ecs.Service>(
            [
                .. described
                    .SelectMany(answer => answer.Services ?? [])
                    .OrderBy(it => it.ServiceName, StringComparer.Ordinal),
            ],
            page.NextToken
        );
    }

    /// <summary>Tasks, those that were made last first.</summary>
    internal static async Task<Listed<Ecs.EcsTask>> TasksAsync(
        Ecs.IEcsApi ecs,
        Ecs.ListTasksRequest which,
        CancellationToken cancellation
    )
    {
        var page = await ecs.ListTasksAsync(which with { MaxResults = PageSize }, Session.Context, cancellation);
        if (page.TaskArns is not { Count: > 0 } arns)
            return new Listed<Ecs.EcsTask>([], page.NextToken);
        var described = await ecs.DescribeTasksAsync(
            new() { Cluster = which.Cluster, Tasks = arns },
            Session.Context,
            cancellation
        );
        return new Listed<Ecs.EcsTask>(
            [.. (described.Tasks ?? []).OrderByDescending(task => task.CreatedAt)],
            page.NextToken
        );
    }

    internal static async Task<Listed<Ecs.ContainerInstance>> InstancesAsync(
        Ecs.IEcsApi ecs,
        string cluster,
        string? after,
        CancellationToken cancellation
    )
    {
        var page = await ecs.ListContainerInstancesAsync(
            new()
            {
                Cluster = cluster,
                MaxResults = PageSize,
                NextToken = after,
            },
            Session.Context,
            cancellation
        );
        if (page.ContainerInstanceArns is not { Count: > 0 } arns)
            return new Listed<Ecs.ContainerInstance>([], page.NextToken);
        var described = await ecs.DescribeContainerInstancesAsync(
            new() { Cluster = cluster, ContainerInstances = arns },
            Session.Context,
            cancellation
        );
        return new Listed<Ecs.ContainerInstance>(described.ContainerInstances ?? [], page.NextToken);
    }
}
