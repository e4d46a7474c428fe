using Estiba.Console.Sessions;

namespace Estiba.Console.Live;

/// <summary>What AWS lists in pages, described: it lists names, and describes a number of them at once.</summary>
internal static class Lists
{
    private const int PageSize = 100;
    private const int MostServices = 10;
    private const int MostPages = 10;

    /// <summary>Page after page, until there are no more or enough of them.</summary>
    /// <param name="read">Reads the page that comes after a token.</param>
    /// <param name="after">Where to begin; null for the beginning.</param>
    internal static async Task<Listed<T>> PagesAsync<T>(
        Func<string?, Task<(IReadOnlyList<T>? Items, string? Next)>> read,
        string? after = null
    )
    {
        var all = new List<T>();
        for (var i = 0; i < MostPages; i++)
        {
            var (items, next) = await read(after);
            all.AddRange(items ?? []);
            after = next;
            if (string.IsNullOrEmpty(after))
                return new Listed<T>(all, null);
        }

        return new Listed<T>(all, after);
    }

    internal static Task<Listed<Ecs.Cluster>> ClustersAsync(
        Ecs.IEcsApi ecs,
        string? after,
        CancellationToken cancellation
    ) =>
        PagesAsync<Ecs.Cluster>(
            async token =>
            {
                var page = await ecs.ListClustersAsync(
                    new() { MaxResults = PageSize, NextToken = token },
                    Session.Context,
                    cancellation
                );
                if (page.ClusterArns is not { Count: > 0 } arns)
                    return ([], page.NextToken);
                var described = await ecs.DescribeClustersAsync(
                    new() { Clusters = arns },
                    Session.Context,
                    cancellation
                );
                return (described.Clusters, page.NextToken);
            },
            after
        );

    internal static Task<Listed<Ecs.Service>> ServicesAsync(
        Ecs.IEcsApi ecs,
        string cluster,
        string? after,
        CancellationToken cancellation
    ) =>
        PagesAsync<Ecs.Service>(
            async token =>
            {
                var page = await ecs.ListServicesAsync(
                    new()
                    {
                        Cluster = cluster,
                        MaxResults = PageSize,
                        NextToken = token,
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
                return ([.. described.SelectMany(answer => answer.Services ?? [])], page.NextToken);
            },
            after
        );

    /// <summary>Tasks, those that were made last first.</summary>
    internal static async Task<Listed<Ecs.EcsTask>> TasksAsync(
        Ecs.IEcsApi ecs,
        Ecs.ListTasksRequest which,
        CancellationToken cancellation
    )
    {
        var tasks = await PagesAsync<Ecs.EcsTask>(
            async token =>
            {
                var page = await ecs.ListTasksAsync(
                    which with
                    {
                        MaxResults = PageSize,
                        NextToken = token,
                    },
                    Session.Context,
                    cancellation
                );
                if (page.TaskArns is not { Count: > 0 } arns)
                    return ([], page.NextToken);
                var described = await ecs.DescribeTasksAsync(
                    new() { Cluster = which.Cluster, Tasks = arns },
                    Session.Context,
                    cancellation
                );
                return (described.Tasks, page.NextToken);
            },
            which.NextToken
        );
        return tasks with { Items = [.. tasks.Items.OrderByDescending(task => task.CreatedAt)] };
    }

    internal static Task<Listed<Ecs.ContainerInstance>> InstancesAsync(
        Ecs.IEcsApi ecs,
        string cluster,
        string? after,
        CancellationToken cancellation
    ) =>
        PagesAsync<Ecs.ContainerInstance>(
            async token =>
            {
                var page = await ecs.ListContainerInstancesAsync(
                    new()
                    {
                        Cluster = cluster,
                        MaxResults = PageSize,
                        NextToken = token,
                    },
                    Session.Context,
                    cancellation
                );
                if (page.ContainerInstanceArns is not { Count: > 0 } arns)
                    return ([], page.NextToken);
                var described = await ecs.DescribeContainerInstancesAsync(
                    new() { Cluster = cluster, ContainerInstances = arns },
                    Session.Context,
                    cancellation
                );
                return (described.ContainerInstances, page.NextToken);
            },
            after
        );
}
