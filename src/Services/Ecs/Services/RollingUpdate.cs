using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>
/// Moves a service towards its desired count and its primary deployment, within the deployment's percentages.
/// </summary>
/// <remarks>
/// "Deploy Amazon ECS services by replacing tasks", developer guide. Tasks on their way out count neither as healthy
/// nor against the maximum; nor do tasks on lost instances, of which nobody knows whether they run.
/// </remarks>
internal static class RollingUpdate
{
    /// <summary>The next step; asking again after it is done gives the step after that.</summary>
    /// <param name="service">The service.</param>
    /// <param name="rollout">What has been rolled out of it.</param>
    /// <param name="tasks">All its tasks that have not stopped.</param>
    /// <param name="availabilityOf">The availability of a container instance, by id.</param>
    /// <param name="health">Which tasks count as healthy, and the time, for protected tasks and the grace period of
    /// health checks.</param>
    /// <param name="packing">How it packs its tasks; null when it spreads them.</param>
    internal static ServiceStep NextStep(
        ServiceRecord service,
        ServiceRolloutRecord rollout,
        IReadOnlyList<TaskRecord> tasks,
        Func<string, InstanceAvailability> availabilityOf,
        HealthCount health,
        TaskPacking? packing = null
    )
    {
        var desired = service.Status == ServiceStatus.Active ? service.DesiredCount : 0;
        var groups = TaskGroups.Of(service, rollout, tasks, desired, availabilityOf, health.Now);
        return service.Status == ServiceStatus.Active && rollout.Primary.HasFailed
            ? Stalled(service, groups, desired, health, packing)
            : Next(service, groups, desired, health, packing);
    }

    private static ServiceStep Next(
        ServiceRecord service,
        TaskGroups groups,
        int desired,
        HealthCount health,
        TaskPacking? packing
    )
    {
        var bounds = ServiceBounds.Of(service.Settings.DeploymentConfiguration, desired);
        var active = service.Status == ServiceStatus.Active;
        bool MayGo(TaskRecord task) => !active || !task.IsProtected(health.Now);

        var all = groups.Current.Concat(groups.Outdated).Concat(groups.Rebalanced).Count(health.Includes);
        var running = groups.Current.Concat(groups.Outdated).Concat(groups.Rebalanced).Count(task => task.IsHealthy);
        var surplus = Surplus(
            groups.Current,
            groups.Current.Count - desired,
            MayGo,
            health,
            packing,
            (running - bounds.Least, all - bounds.Least)
        );
        var discard = groups.Outdated.Concat(surplus).Where(task => task.IsWaiting).ToList();
        var stop = surplus.FindAll(task => !task.IsWaiting);

        // Of the outdated ones, those that do not work go at once; those that do, as far as enough others are healthy;
        // those of which that is not known yet when enough others are.
        var complete = groups.Current.Count(health.Includes) >= desired;
        var spare = complete ? groups.Outdated.Count : all - surplus.Count(health.Includes) - bounds.Least;
        stop.AddRange(
            groups.Outdated.Where(task =>
                !task.IsWaiting && !health.Includes(task) && (!task.IsHealthy || spare >= 0) && MayGo(task)
            )
        );
        stop.AddRange(
            groups
                .Outdated.Where(task => health.Includes(task) && MayGo(task))
                .OrderBy(task => task.CreatedAt)
                .Take(Math.Max(0, spare))
        );

        var present =
            groups.Current.Count
            + groups.Failing.Count
            + groups.Outdated.Count
            + groups.Rebalanced.Count
            - discard.Count
            - stop.Count;
        var missing = Math.Max(0, desired - groups.Current.Count);
        var start = Math.Clamp(bounds.Most - present, 0, missing);

        // Failing tasks stay until others do their work, unless the maximum leaves no place for these.
        var failing = complete
            ? groups.Failing
            : groups.Failing.OrderBy(task => task.CreatedAt).Take(missing - start).ToList();
        if (!complete)
            start += failing.Count;
        if (complete)
            stop.AddRange(groups.Lost.Concat(groups.Rebalanced.Where(MayGo)));

        var nothingChanges =
            start + stop.Count + failing.Count + discard.Count + groups.Stopping == 0
            && groups.Current.Concat(groups.Outdated).All(task => health.Includes(task) && MayGo(task));
        return new ServiceStep
        {
            Start = start,
            Stop = stop,
            StopUnhealthy = failing,
            Discard = discard,
            IsBlocked = missing > 0 && nothingChanges,
            IsSettled =
                groups.Current.Count == desired
                && complete
                && groups is { Failing: [], Outdated: [], Rebalanced: [], Lost: [], Stopping: 0 },
        };
    }

    /// <summary>
    /// A deployment that has failed starts nothing; the tasks of older ones stay. Where there are none, no more of its
    /// own stay than are wanted.
    /// </summary>
    private static ServiceStep Stalled(
        ServiceRecord service,
        TaskGroups groups,
        int desired,
        HealthCount health,
        TaskPacking? packing
    )
    {
        var bounds = ServiceBounds.Of(service.Settings.DeploymentConfiguration, desired);
        var all = groups.Current.Concat(groups.Failing).Concat(groups.Outdated).Concat(groups.Rebalanced).ToList();
        var waiting = all.FindAll(task => task.IsWaiting);
        var placed = all.FindAll(task => !task.IsWaiting);
        var most = groups.Outdated.Count > 0 ? Math.Max(desired, bounds.Most) : desired;
        var spare = (placed.Count(task => task.IsHealthy) - bounds.Least, placed.Count(health.Includes) - bounds.Least);
        return new ServiceStep
        {
            Discard = waiting,
            Stop = Surplus(placed, placed.Count - most, task => !task.IsProtected(health.Now), health, packing, spare),
        };
    }

    /// <summary>
    /// The tasks to give up when there are too many; of those that work no more than can be spared, for those that do
    /// not may be protected: neither of all that work now, nor of those that count as healthy.
    /// </summary>
    private static List<TaskRecord> Surplus(
        List<TaskRecord> tasks,
        int count,
        Func<TaskRecord, bool> mayGo,
        HealthCount health,
        TaskPacking? packing,
        (int Working, int Healthy) spare
    )
    {
        var chosen = ScaleIn.Choose(tasks, count, mayGo, health, packing);
        var recent = chosen
            .Where(task => task.IsHealthy && !health.Includes(task))
            .Take(Math.Max(0, spare.Working))
            .ToList();
        var healthy = chosen
            .Where(health.Includes)
            .Take(Math.Max(0, Math.Min(spare.Healthy, spare.Working - recent.Count)));
        return [.. chosen.Where(task => !task.IsHealthy), .. recent, .. healthy];
    }

    /// <summary>The tasks of a service, by what they are to it.</summary>
    private sealed class TaskGroups
    {
        /// <summary>Of the primary deployment, to stay.</summary>
        internal List<TaskRecord> Current { get; } = [];

        /// <summary>Of the primary deployment, but failing health checks.</summary>
        internal List<TaskRecord> Failing { get; } = [];

        /// <summary>To be replaced: of older deployments, or on draining instances.</summary>
        internal List<TaskRecord> Outdated { get; } = [];

        /// <summary>In a zone that has too many: to go when its successor is there, and not before.</summary>
        internal List<TaskRecord> Rebalanced { get; } = [];

        /// <summary>On lost instances; kept until others do their work, because the instance may come back.</summary>
        internal List<TaskRecord> Lost { get; } = [];

        /// <summary>Asked to stop, and not stopped yet where somebody would know.</summary>
        internal int Stopping { get; private set; }

        internal static TaskGroups Of(
            ServiceRecord service,
            ServiceRolloutRecord rollout,
            IReadOnlyList<TaskRecord> tasks,
            int desired,
            Func<string, InstanceAvailability> availabilityOf,
            DateTimeOffset now
        )
        {
            var groups = new TaskGroups();
            var mayRebalance = ServiceBounds.Of(service.Settings.DeploymentConfiguration, desired).Most > desired;
            foreach (var task in tasks)
            {
                var availability = task.ContainerInstance is { } instance
                    ? availabilityOf(instance)
                    : InstanceAvailability.Available;
                if (!task.IsWanted)
                    groups.Stopping += availability == InstanceAvailability.Lost ? 0 : 1;
                else if (availability == InstanceAvailability.Lost)
                    groups.Lost.Add(task);
                else if (availability == InstanceAvailability.Draining || task.StartedBy != rollout.Primary.Id)
                    groups.Outdated.Add(task);
                else if (service.IsFailing(task, now))
                    groups.Failing.Add(task);
                else if (mayRebalance && task.Id == rollout.Rebalancing?.Replaced)
                    groups.Rebalanced.Add(task);
                else
                    groups.Current.Add(task);
            }

            return groups;
        }
    }
}
