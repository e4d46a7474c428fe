using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// No decision of a service takes it below its minimum of healthy tasks or above its maximum of tasks; one that gives
/// up a task that has run for long enough needs as many that have. Daemons have rules of their own
/// (<see cref="DaemonsAreOneEach"/>).
/// </summary>
internal sealed class PercentagesAreHeld(World world) : Invariant(world)
{
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(40);

    internal override void OnCommit(Commit commit)
    {
        foreach (
            var changes in commit
                .Of(EcsTables.Tasks)
                .Where(change => (change.After ?? change.Before)!.Service is not null)
                .GroupBy(change => ServiceKeyOf((change.After ?? change.Before)!))
        )
        {
            if (commit.View.Find(EcsTables.Services, changes.Key) is not { Status: "ACTIVE", IsDaemon: false } service)
                continue;
            var tasks = commit
                .View.Where(EcsTables.Tasks, EcsTables.TasksOfService, service.Key)
                .Where(task => task.IsWanted && !IsLost(commit.View, task))
                .ToList();
            if (service.IsExternal)
                CheckTaskSets(commit.View, service, tasks, [.. changes]);
            else if (commit.View.Find(EcsTables.ServiceRollouts, service.Key) is { Shift: { IsFirst: false } } rollout)
                CheckRevisions(commit.View, service, rollout, tasks, [.. changes]);
            else
                Check(
                    commit.View,
                    $"Service {service.Name}",
                    service.DesiredCount,
                    service.Settings.DeploymentConfiguration!,
                    tasks,
                    [.. changes]
                );
        }
    }

    /// <summary>
    /// Where a revision runs beside the one that serves, each of them is kept as if it were alone, until the old one is
    /// cleaned up.
    /// </summary>
    private void CheckRevisions(
        View view,
        ServiceRecord service,
        ServiceRolloutRecord rollout,
        List<TaskRecord> tasks,
        List<Change<TaskRecord>> changes
    )
    {
        var serving = rollout.Shift is { IsRollback: false, Stage: not ServiceDeploymentLifecycleStage.CleanUp }
            ? rollout.LastCompleted
            : null;
        foreach (var deployment in new[] { rollout.Primary, serving }.OfType<DeploymentRecord>())
            Check(
                view,
                $"Deployment {deployment.Id} of {service.Name}",
                service.DesiredCount,
                service.Settings.DeploymentConfiguration!,
                tasks.FindAll(task => task.StartedBy == deployment.Id),
                changes.FindAll(change => (change.After ?? change.Before)!.StartedBy == deployment.Id)
            );
    }

    /// <summary>Each task set keeps its share, as a service of its own would with the default percentages.</summary>
    private void CheckTaskSets(
        View view,
        ServiceRecord service,
        List<TaskRecord> tasks,
        List<Change<TaskRecord>> changes
    )
    {
        foreach (
            var set in view.Find(EcsTables.ServiceRollouts, service.Key)!
                .TaskSets.Where(set => set.Status != "DRAINING")
        )
        {
            var desired = (int)Math.Ceiling(service.DesiredCount * (decimal)set.Scale / 100);
            var percentages = new DeploymentConfiguration { MinimumHealthyPercent = 100, MaximumPercent = 200 };
            Check(
                view,
                $"Task set {set.Id} of {service.Name}",
                desired,
                percentages,
                tasks.FindAll(task => task.StartedBy == set.Id),
                changes.FindAll(change => (change.After ?? change.Before)!.StartedBy == set.Id)
            );
        }
    }

    private void Check(
        View view,
        string name,
        int desired,
        DeploymentConfiguration percentages,
        List<TaskRecord> tasks,
        List<Change<TaskRecord>> changes
    )
    {
        if (changes.Exists(change => change is { Before: null, After.IsWanted: true }))
        {
            var most = Math.Max(desired, (int)Math.Floor(desired * percentages.MaximumPercent!.Value / 100m));
            if (tasks.Count > most)
                World.Violate($"{name} has {tasks.Count} tasks, and may have {most}");
        }

        var stopped = changes.Count(change =>
            change
                is {
                    Before: { IsWanted: true } before,
                    After: { IsWanted: false, StopCode: TaskStopCode.ServiceSchedulerInitiated }
                }
            && IsHealthy(before)
            && !IsLost(view, before)
        );
        if (stopped == 0)
            return;
        var least = (int)Math.Ceiling(desired * percentages.MinimumHealthyPercent!.Value / 100m);
        var healthy = tasks.Count(IsHealthy);
        if (healthy < least)
            World.Violate($"{name} stopped {stopped} healthy tasks, has {healthy} left and needs {least}");

        var proven = changes.Count(change =>
            change
                is {
                    Before: { IsWanted: true } before,
                    After: { IsWanted: false, StopCode: TaskStopCode.ServiceSchedulerInitiated }
                }
            && HasLasted(before)
            && !IsLost(view, before)
        );
        if (proven > 0 && tasks.Count(HasLasted) is var left && left < least)
            World.Violate($"{name} stopped {proven} tasks that had lasted, has {left} such left and needs {least}");
    }

    private static string ServiceKeyOf(TaskRecord task) => ServiceRecord.KeyOf(task.Scope, task.Cluster, task.Service!);

    private static bool IsHealthy(TaskRecord task) =>
        task.LastStatus == TaskStatus.Running
        && (
            task.HasHealthCheck
                ? task.HealthStatus == HealthStatus.Healthy
                : task.HealthStatus != HealthStatus.Unhealthy
        )
        && (task.Targets is null || task.Targets.All(target => target.IsHealthy));

    // One that started later than now did so before the server's clock was set back.
    private bool HasLasted(TaskRecord task) =>
        IsHealthy(task)
        && (
            task.HasHealthCheck
            || task.Targets is not null
            || World.Server.Clock.GetUtcNow() is var now
                && (task.StartedAt > now || task.StartedAt + HealthyAfter <= now)
        );

    // Nobody knows whether these run.
    private static bool IsLost(View view, TaskRecord task) =>
        task.InstanceKey is { } key && view.Find(EcsTables.ContainerInstances, key) is { LostAt: not null };
}
