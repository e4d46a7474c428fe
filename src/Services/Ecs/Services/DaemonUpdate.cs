using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>
/// Moves a daemon service towards one task of its primary deployment on each container instance that it may be on.
/// </summary>
/// <remarks>
/// "Amazon ECS services", developer guide: exactly one task on each active instance that meets the constraints; by
/// default the old task goes before the new one comes.
/// </remarks>
internal static class DaemonUpdate
{
    /// <summary>The next step; asking again after it is done gives the step after that.</summary>
    /// <param name="service">The service.</param>
    /// <param name="rollout">What has been rolled out of it.</param>
    /// <param name="tasks">All its tasks that have not stopped.</param>
    /// <param name="eligible">The container instances, by id, that are to have a task.</param>
    /// <param name="availabilityOf">The availability of a container instance, by id.</param>
    /// <param name="health">Which tasks count as healthy, and the time, for protected tasks and the grace period of
    /// health checks.</param>
    /// <param name="cannotBePlaced">Whether the scheduler has found that a waiting task of the service cannot be
    /// placed.</param>
    internal static ServiceStep NextStep(
        ServiceRecord service,
        ServiceRolloutRecord rollout,
        IReadOnlyList<TaskRecord> tasks,
        IReadOnlySet<string> eligible,
        Func<string, InstanceAvailability> availabilityOf,
        HealthCount health,
        bool cannotBePlaced
    )
    {
        // On a lost instance a daemon's task stays as it is: nothing can take its place, and the instance may come
        // back. One that waits for it has nothing to lose.
        var active = service.Status == ServiceStatus.Active;
        var now = health.Now;
        var here = tasks
            .Where(task => !active || task.IsWaiting || availabilityOf(InstanceOf(task)) != InstanceAvailability.Lost)
            .ToLookup(InstanceOf);
        var bounds = ServiceBounds.Of(service.Settings.DeploymentConfiguration, eligible.Count);
        var start = new List<string>();
        var stop = new List<TaskRecord>();
        var failing = new List<TaskRecord>();
        var outdatedTasks = new List<TaskRecord>();
        var settled = true;

        foreach (var instance in eligible)
        {
            var wanted = here[instance].Where(task => task.IsWanted).ToList();
            var current = wanted.FindAll(task => task.StartedBy == rollout.Primary.Id && !service.IsFailing(task, now));
            failing.AddRange(
                wanted.Where(task => task.StartedBy == rollout.Primary.Id && service.IsFailing(task, now))
            );
            stop.AddRange(current.OrderByDescending(health.Includes).ThenBy(task => task.CreatedAt).Skip(1));

            // Until the new task works one old one is to; any others, of deployments that never came that far, are not
            // needed.
            var outdated = wanted
                .Where(task => task.StartedBy != rollout.Primary.Id)
                .OrderByDescending(health.Includes)
                .ThenBy(task => task.CreatedAt)
                .ToList();
            var needed = current.Exists(health.Includes) ? 0 : 1;
            outdatedTasks.AddRange(outdated.Take(needed));
            stop.AddRange(outdated.Skip(needed).Where(task => !task.IsProtected(now)));
            if (current.Count == 0 && outdated.Count == 0)
                start.Add(instance);
            settled &= here[instance].Count() == 1 && current is [var only] && health.Includes(only);
        }

        foreach (var group in here.Where(group => !eligible.Contains(group.Key)))
        {
            stop.AddRange(group.Where(task => task.IsWanted));
            settled = false;
        }

        if (rollout.Primary.HasFailed)
            return new ServiceStep
            {
                Stop = [.. stop.Where(task => !task.IsWaiting)],
                Discard = [.. stop.Where(task => task.IsWaiting)],
            };

        // An outdated task makes way as far as enough other instances have a healthy one, or gets its successor beside
        // it where the maximum allows that and the instance has the capacity.
        var healthy = eligible.Count(instance => here[instance].Any(health.Includes));
        var present = tasks.Count(task => task.IsWanted && eligible.Contains(InstanceOf(task))) + start.Count;
        foreach (var task in outdatedTasks.OrderBy(health.Includes).ThenBy(task => task.CreatedAt))
        {
            var successor = here[InstanceOf(task)]
                .FirstOrDefault(other => other.IsWanted && other.StartedBy == rollout.Primary.Id);
            var blocksSuccessor = successor is null || (successor.IsWaiting && cannotBePlaced);
            if (successor is null && present < bounds.Most)
            {
                start.Add(InstanceOf(task));
                present++;
            }
            else if (
                !task.IsProtected(now)
                && (!task.IsHealthy || (blocksSuccessor && healthy - (health.Includes(task) ? 1 : 0) >= bounds.Least))
            )
            {
                stop.Add(task);
                healthy -= health.Includes(task) ? 1 : 0;
            }
        }

        return new ServiceStep
        {
            StartOn = start,
            Stop = [.. stop.Where(task => !task.IsWaiting)],
            Discard = [.. stop.Where(task => task.IsWaiting)],
            StopUnhealthy = failing,
            IsSettled = settled && failing.Count == 0,
        };
    }

    private static string InstanceOf(TaskRecord task) => task.ContainerInstance ?? task.OnlyInstance ?? "";
}
