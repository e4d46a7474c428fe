using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// A daemon starts a task only on an instance that is to have one, one of each deployment, and within its percentages
/// takes none away that works.
/// </summary>
/// <remarks>
/// A daemon's percentages are of the instances that are to have a task. An instance that ceases to be one of them loses
/// its task whatever the percentages say, and one that has none gets one; they bound only who else gives up a task that
/// works, and where a second one comes beside the first.
/// </remarks>
internal sealed class DaemonsAreOneEach(World world) : Invariant(world)
{
    /// <summary>Whether a daemon is to have a task on an instance, found without the product's own means.</summary>
    internal static bool IsFor(ServiceRecord service, ContainerInstanceRecord instance) =>
        instance is { Status: "ACTIVE", LostAt: null }
        && (
            service.Settings.PlacementConstraints is not { Count: > 0 }
            || instance.Attribute("ecs.availability-zone") != "eu-west-1a"
        );

    internal override void OnCommit(Commit commit)
    {
        foreach (
            var changes in commit
                .Of(EcsTables.Tasks)
                .Where(change => (change.After ?? change.Before) is { Service: not null })
                .GroupBy(change => ServiceKeyOf((change.After ?? change.Before)!))
        )
            if (commit.View.Find(EcsTables.Services, changes.Key) is { Status: "ACTIVE", IsDaemon: true } service)
                Check(commit.View, service, [.. changes]);
    }

    private void Check(View view, ServiceRecord service, List<Change<TaskRecord>> changes)
    {
        var eligible = view.Range(EcsTables.ContainerInstances)
            .Where(instance => IsFor(service, instance))
            .Select(instance => instance.Id)
            .ToHashSet(StringComparer.Ordinal);
        var tasks = view.Where(EcsTables.Tasks, EcsTables.TasksOfService, service.Key)
            .Where(task => task.IsWanted && eligible.Contains(task.OnlyInstance ?? ""))
            .ToList();
        var percentages = service.Settings.DeploymentConfiguration!;

        foreach (
            var task in changes
                .Where(change => change is { Before: null, After.IsWanted: true })
                .Select(change => change.After!)
        )
        {
            var there = tasks.FindAll(other => other.OnlyInstance == task.OnlyInstance);
            var most = Math.Max(
                eligible.Count,
                (int)Math.Floor(eligible.Count * percentages.MaximumPercent!.Value / 100m)
            );
            if (!eligible.Contains(task.OnlyInstance ?? ""))
                World.Violate(
                    $"Daemon {service.Name} has started a task on {World.History.Brief(task.OnlyInstance)}, which "
                        + "is to have none"
                );
            if (there.Count(other => other.StartedBy == task.StartedBy) > 1)
                World.Violate(
                    $"Daemon {service.Name} has started a second task on {World.History.Brief(task.OnlyInstance)}"
                );
            if (there.Count > 1 && tasks.Count > most)
                World.Violate(
                    $"Daemon {service.Name} has started a task beside another, has {tasks.Count} and may have {most}"
                );
        }

        foreach (var change in changes)
        {
            if (
                change is { Before.ContainerInstance: null, After.ContainerInstance: { } chosen }
                && chosen != change.After.OnlyInstance
            )
                World.Violate(
                    $"A task of daemon {service.Name} for {World.History.Brief(change.After.OnlyInstance)} was "
                        + $"placed on {World.History.Brief(chosen)}"
                );
        }

        var stopped = changes.FindAll(change =>
            change
                is {
                    Before: { IsHealthy: true } before,
                    After: { IsWanted: false, StopCode: TaskStopCode.ServiceSchedulerInitiated }
                }
            && eligible.Contains(before.OnlyInstance ?? "")
        );
        var served = tasks
            .Where(task => task.IsHealthy)
            .Select(task => task.OnlyInstance!)
            .ToHashSet(StringComparer.Ordinal);
        var least = (int)Math.Ceiling(eligible.Count * percentages.MinimumHealthyPercent!.Value / 100m);
        if (
            stopped.Find(change => !served.Contains(change.Before!.OnlyInstance!)) is { Before: { } last }
            && served.Count < least
        )
            World.Violate(
                $"Daemon {service.Name} stopped its healthy task on {World.History.Brief(last.OnlyInstance)}, has "
                    + $"{served.Count} instances with one left and needs {least}"
            );
    }

    private static string ServiceKeyOf(TaskRecord task) => ServiceRecord.KeyOf(task.Scope, task.Cluster, task.Service!);
}
