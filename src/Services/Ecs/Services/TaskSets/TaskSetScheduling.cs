using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services.TaskSets;

/// <summary>
/// Keeps each task set of a service at its share of the desired count, and takes away those that are deleted and empty.
/// </summary>
/// <remarks>A task set is scheduled like a service of its own that never changes its deployment.</remarks>
internal static class TaskSetScheduling
{
    /// <summary>Takes the next step of every task set.</summary>
    /// <param name="edit">The service.</param>
    /// <param name="tasks">All its tasks that have not stopped.</param>
    /// <param name="present">Those of them that somebody may wait for: not what was given up on a lost host.</param>
    /// <param name="availabilityOf">The availability of a container instance, by id.</param>
    /// <param name="health">Which tasks count as healthy.</param>
    /// <returns>Whether any of them misses tasks.</returns>
    internal static bool Apply(
        ServiceEdit edit,
        IReadOnlyList<TaskRecord> tasks,
        IReadOnlyList<TaskRecord> present,
        Func<string, InstanceAvailability> availabilityOf,
        HealthCount health
    )
    {
        var missing = false;
        var tasksOf = tasks.ToLookup(task => task.StartedBy);
        foreach (var set in edit.Rollout.TaskSets)
        {
            var own = tasksOf[set.Id].ToList();
            var step = RollingUpdate.NextStep(
                AsService(edit.Service, set),
                edit.Rollout with
                {
                    Deployments = [set.Deployment],
                    Rebalancing = null,
                },
                own,
                availabilityOf,
                health,
                TaskPacking.Of(edit.Transaction, edit.Service)
            );
            edit.TaskSet = set.Id;
            StepExecution.Apply(edit, step, set.Deployment);
            Settle(edit, set, step.IsSettled);
            missing |= step.Start > 0;
            if (
                set.Status == TaskSetStatus.Draining
                && !present.Any(task => task.StartedBy == set.Id && !task.IsWaiting)
            )
                edit.Rollout = edit.Rollout with
                {
                    TaskSets = [.. edit.Rollout.TaskSets.Where(other => other.Id != set.Id)],
                };
        }

        edit.TaskSet = null;
        return missing;
    }

    private static ServiceRecord AsService(ServiceRecord service, TaskSetRecord set) =>
        service with
        {
            Status = set.Status == TaskSetStatus.Draining ? ServiceStatus.Draining : service.Status,
            DesiredCount = set.DesiredOf(service),
            Settings = service.Settings with { DeploymentConfiguration = null },
        };

    private static void Settle(ServiceEdit edit, TaskSetRecord set, bool isSteady)
    {
        if (isSteady == set.IsSteady)
            return;
        edit.Change(set.Id, changed => changed with { IsSteady = isSteady, StabilityAt = edit.Now });
        if (isSteady && set.Status != TaskSetStatus.Draining)
            edit.AddEvent(ServiceEvents.SteadyState);
    }
}
