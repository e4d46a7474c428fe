using Estiba.Console.Live;
using Estiba.Console.Sessions;

namespace Estiba.Console.Pages.Services;

/// <summary>A service, its tasks and those that stopped lately.</summary>
/// <param name="Service">The service.</param>
/// <param name="Tasks">The tasks that run, or are to.</param>
/// <param name="Stopped">Those that stopped, the last first.</param>
/// <param name="Tags">Its tags.</param>
public sealed record ServiceView(
    Ecs.Service Service,
    IReadOnlyList<Ecs.EcsTask> Tasks,
    IReadOnlyList<Ecs.EcsTask> Stopped,
    IReadOnlyList<Ecs.Tag> Tags
)
{
    internal static async Task<ServiceView> ReadAsync(
        Ecs.IEcsApi ecs,
        string cluster,
        string name,
        CancellationToken cancellation
    )
    {
        var described = await ecs.DescribeServicesAsync(
            new()
            {
                Cluster = cluster,
                Services = [name],
                Include = ["TAGS"],
            },
            Session.Context,
            cancellation
        );
        if (described.Services is not [var service, ..])
            throw new ResourceMissingException(name);
        var tags = service.Tags ?? [];
        if (service.Status == "INACTIVE")
            return new ServiceView(service, [], [], tags);
        var which = new Ecs.ListTasksRequest { Cluster = cluster, ServiceName = name };
        var running = Lists.TasksAsync(ecs, which, cancellation);
        var stopped = Lists.TasksAsync(ecs, which with { DesiredStatus = "STOPPED" }, cancellation);
        return new ServiceView(service, (await running).Items, (await stopped).Items, tags);
    }
}
