using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Services;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>No decision of a service takes it below its minimum of healthy tasks or above its maximum of tasks.</summary>
internal sealed class PercentagesAreHeld(World world) : Invariant(world)
{
    internal override void OnCommit(Commit commit)
    {
        foreach (var changes in commit.Of(EcsTables.Tasks).Where(change => (change.After ?? change.Before)!.Service is not null).GroupBy(change => ServiceKeyOf((change.After ?? change.Before)!)))
        {
            if (commit.View.Find(EcsTables.Services, changes.Key) is { Status: "ACTIVE" } service) Check(commit.View, service, [.. changes]);
        }
    }

    private void Check(View view, ServiceRecord service, List<Change<TaskRecord>> changes)
    {
        var percentages = service.Settings.DeploymentConfiguration!;
        var tasks = view.Where(EcsTables.Tasks, EcsTables.TasksOfService, service.Key).Where(task => task.IsWanted && !IsLost(view, task)).ToList();

        if (changes.Exists(change => change is { Before: null, After.IsWanted: true }))
        {
            var most = Math.Max(service.DesiredCount, (int)Math.Floor(service.DesiredCount * percentages.MaximumPercent!.Value / 100m));
            if (tasks.Count > most) World.Violate($"Service {service.Name} has {tasks.Count} tasks, and may have {most}");
        }

        var stopped = changes.Count(change => change is { Before: { IsWanted: true } before, After: { IsWanted: false, StopCode: TaskStopCode.ServiceSchedulerInitiated } } && IsHealthy(before) && !IsLost(view, before));
        if (stopped == 0) return;
        var least = (int)Math.Ceiling(service.DesiredCount * percentages.MinimumHealthyPercent!.Value / 100m);
        var healthy = tasks.Count(IsHealthy);
        if (healthy < least) World.Violate($"Service {service.Name} stopped {stopped} healthy tasks, has {healthy} left and needs {least}");
    }

    private static string ServiceKeyOf(TaskRecord task) => ServiceRecord.KeyOf(task.Scope, task.Cluster, task.Service!);

    private static bool IsHealthy(TaskRecord task) =>
        task.LastStatus == TaskStatus.Running && (task.HasHealthCheck ? task.HealthStatus == HealthStatus.Healthy : task.HealthStatus != HealthStatus.Unhealthy);

    // Nobody knows whether these run.
    private static bool IsLost(View view, TaskRecord task) => task.InstanceKey is { } key && view.Find(EcsTables.ContainerInstances, key) is { LostAt: not null };
}
