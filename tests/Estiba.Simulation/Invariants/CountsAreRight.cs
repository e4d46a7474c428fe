using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Tasks;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// The numbers that customers see (running and pending tasks, remaining resources) are those of the tasks that are
/// there.
/// </summary>
internal sealed class CountsAreRight(World world) : Invariant(world)
{
    internal override async Task CheckAsync()
    {
        if (World.Server.Process is not { } process)
            return;
        var view = process.Store.Current;
        var tasks = view.Range(EcsTables.Tasks).Where(task => !task.IsStopped && !task.IsWaiting).ToList();
        var lost = view.Range(EcsTables.ContainerInstances)
            .Where(instance => instance is { LostAt: not null, Status: not "INACTIVE" })
            .Select(instance => instance.Id)
            .ToHashSet(StringComparer.Ordinal);

        // What was given up on a lost instance may run or not; a service does not show it.
        await CheckServicesAsync(
            process.Api,
            tasks.FindAll(task => task.IsWanted || !lost.Contains(task.ContainerInstance!))
        );
        await CheckInstancesAsync(
            process.Api,
            tasks,
            [.. view.Range(EcsTables.ContainerInstances).Select(instance => instance.Arn)]
        );
    }

    private async Task CheckServicesAsync(IEcsApi api, List<TaskRecord> tasks)
    {
        var names = World.Customer.Services.Select(service => service.Name).ToList();
        if (names.Count == 0)
            return;
        foreach (
            var service in (
                await api.DescribeServicesAsync(new DescribeServicesRequest { Services = names }, World.Caller)
            ).Services!
        )
        {
            var running = tasks.Count(task =>
                task.Service == service.ServiceName && task.LastStatus == TaskStatus.Running
            );
            if (service.RunningCount != running)
                World.Violate(
                    $"Service {service.ServiceName} says that {service.RunningCount} tasks run, and {running} do"
                );
        }
    }

    private async Task CheckInstancesAsync(IEcsApi api, List<TaskRecord> tasks, List<string> arns)
    {
        foreach (var some in arns.Chunk(100))
        {
            foreach (
                var instance in (
                    await api.DescribeContainerInstancesAsync(
                        new DescribeContainerInstancesRequest { ContainerInstances = some },
                        World.Caller
                    )
                ).ContainerInstances!
            )
            {
                var id = instance.ContainerInstanceArn![(instance.ContainerInstanceArn!.LastIndexOf('/') + 1)..];
                var own = tasks.FindAll(task => task.ContainerInstance == id);
                Compare(instance, "CPU", own.Sum(task => task.Resources.Cpu));
                Compare(instance, "MEMORY", own.Sum(task => task.Resources.Memory));
            }
        }
    }

    private void Compare(ContainerInstance instance, string resource, int taken)
    {
        var (all, left) = (Value(instance.RegisteredResources, resource), Value(instance.RemainingResources, resource));
        if (all - taken != left)
            World.Violate(
                $"{World.History.Brief(instance.ContainerInstanceArn)} says that {left} of {all} {resource} are "
                    + $"left, but {taken} are taken"
            );
    }

    private static int Value(IReadOnlyList<Resource>? resources, string name) =>
        resources!.Single(resource => resource.Name == name).IntegerValue ?? 0;
}
