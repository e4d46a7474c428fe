using Estiba.Console.Sessions;

namespace Estiba.Console.Live;

/// <summary>A service and a page of its tasks.</summary>
/// <param name="Service">The service.</param>
/// <param name="Tasks">The tasks.</param>
public sealed record ServiceView(Ecs.Service Service, Listed<Ecs.EcsTask> Tasks)
{
    internal static async Task<ServiceView> ReadAsync(
        Ecs.IEcsApi ecs,
        string cluster,
        string name,
        string? after,
        CancellationToken cancellation
    )
    {
        var described = await ecs.DescribeServicesAsync(
            new() { Cluster = cluster, Services = [name] },
            Session.Context,
            cancellation
        );
        if (described.Services is not [var service, ..])
            throw new ResourceMissingException(name);
        if (service.Status == "INACTIVE")
            return new ServiceView(service, new Listed<Ecs.EcsTask>([], null));
        var which = new Ecs.ListTasksRequest
        {
            Cluster = cluster,
            ServiceName = name,
            NextToken = after,
        };
        return new ServiceView(service, await Lists.TasksAsync(ecs, which, cancellation));
    }
}
