using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Services;

/// <summary>What a service does next.</summary>
/// <param name="Start">How many tasks of the primary deployment to ask for.</param>
/// <param name="Stop">Placed tasks to stop.</param>
/// <param name="Discard">Waiting tasks that nobody needs any more.</param>
/// <param name="IsSettled">Whether exactly the wanted tasks run and no others are left.</param>
internal sealed record ServiceStep(int Start, IReadOnlyList<TaskRecord> Stop, IReadOnlyList<TaskRecord> Discard, bool IsSettled);

/// <summary>Moves a service towards its desired count and its primary deployment, within the deployment's percentages.</summary>
/// <remarks>
/// "Deploy Amazon ECS services by replacing tasks", developer guide: the minimum is rounded up, the maximum down. Tasks that are on their
/// way out count neither as healthy nor against the maximum.
/// </remarks>
internal static class RollingUpdate
{
    private const int DefaultMinimumHealthyPercent = 100;
    private const int DefaultMaximumPercent = 200;

    /// <summary>The next step; asking again after it is done gives the step after that.</summary>
    /// <param name="service">The service.</param>
    /// <param name="tasks">All its tasks that have not stopped.</param>
    /// <param name="isLeaving">Whether a container instance, by id, is draining: its tasks are replaced like those of an older deployment.</param>
    internal static ServiceStep NextStep(ServiceRecord service, IReadOnlyList<TaskRecord> tasks, Func<string, bool> isLeaving)
    {
        var desired = service.Status == ServiceStatus.Active ? service.DesiredCount : 0;
        var wanted = tasks.Where(task => task.IsWanted).ToList();
        var current = wanted.Where(task => task.StartedBy == service.Primary.Id && (task.ContainerInstance is not { } instance || !isLeaving(instance))).ToList();
        var outdated = wanted.Except(current).ToList();

        var configuration = service.Settings.DeploymentConfiguration;
        var least = Math.Ceiling(desired * (configuration?.MinimumHealthyPercent ?? DefaultMinimumHealthyPercent) / 100m);
        var most = Math.Floor(desired * (configuration?.MaximumPercent ?? DefaultMaximumPercent) / 100m);

        var surplus = Surplus(current, current.Count - desired);
        var discard = outdated.Concat(surplus).Where(task => task.IsWaiting).ToList();
        var stop = surplus.Where(task => !task.IsWaiting).ToList();

        var healthy = current.Except(surplus).Concat(outdated).Count(IsHealthy);
        var spare = Math.Max(0, healthy - (int)least);
        stop.AddRange(outdated.Where(task => !task.IsWaiting && !IsHealthy(task)));
        stop.AddRange(outdated.Where(IsHealthy).OrderBy(task => task.CreatedAt).Take(spare));

        var present = wanted.Count - discard.Count - stop.Count;
        var start = Math.Clamp(Math.Min(desired - current.Count, (int)most - present), 0, int.MaxValue);

        var settled = tasks.Count == desired && current.Count == desired && current.All(IsHealthy);
        return new ServiceStep(start, stop, discard, settled);
    }

    /// <summary>Those to give up when there are too many: first what does not run yet, then from the fullest zones and instances, the newest first.</summary>
    private static List<TaskRecord> Surplus(List<TaskRecord> current, int count)
    {
        if (count <= 0) return [];
        var chosen = new List<TaskRecord>(count);
        var left = new List<TaskRecord>(current);
        while (chosen.Count < count)
        {
            var zones = left.CountBy(task => task.AvailabilityZone ?? "").ToDictionary();
            var instances = left.CountBy(task => task.ContainerInstance ?? "").ToDictionary();
            var next = left
                .OrderBy(task => TaskStatus.Order(task.LastStatus) >= TaskStatus.Running.Order())
                .ThenByDescending(task => zones[task.AvailabilityZone ?? ""])
                .ThenByDescending(task => instances[task.ContainerInstance ?? ""])
                .ThenByDescending(task => task.CreatedAt)
                .First();
            chosen.Add(next);
            left.Remove(next);
        }

        return chosen;
    }

    private static bool IsHealthy(TaskRecord task) => task.LastStatus == TaskStatus.Running && task.HealthStatus != HealthStatus.Unhealthy;

    private static int Order(this string status) => TaskStatus.Order(status);
}
