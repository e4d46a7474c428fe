namespace Estiba.Ecs.Services;

/// <summary>Moves a service towards its desired count and its primary deployment, within the deployment's percentages.</summary>
/// <remarks>
/// "Deploy Amazon ECS services by replacing tasks", developer guide. Tasks on their way out count neither as healthy nor against the
/// maximum; nor do tasks on lost instances, of which nobody knows whether they run.
/// </remarks>
internal static class RollingUpdate
{
    /// <summary>The next step; asking again after it is done gives the step after that.</summary>
    /// <param name="service">The service.</param>
    /// <param name="tasks">All its tasks that have not stopped.</param>
    /// <param name="standingOf">The standing of a container instance, by id.</param>
    /// <param name="now">The time, for protected tasks and the grace period of health checks.</param>
    /// <param name="packing">How it packs its tasks; null when it spreads them.</param>
    internal static ServiceStep NextStep(ServiceRecord service, IReadOnlyList<TaskRecord> tasks, Func<string, InstanceStanding> standingOf, DateTimeOffset now, TaskPacking? packing = null)
    {
        var desired = service.Status == ServiceStatus.Active ? service.DesiredCount : 0;
        var parts = Parts.Of(service, tasks, desired, standingOf, now);
        return service.Status == ServiceStatus.Active && service.Primary.HasFailed
            ? Stalled(service, parts, desired, now, packing)
            : Next(service, parts, desired, now, packing);
    }

    private static ServiceStep Next(ServiceRecord service, Parts parts, int desired, DateTimeOffset now, TaskPacking? packing)
    {
        var bounds = ServiceBounds.Of(service.Settings.DeploymentConfiguration, desired);
        var active = service.Status == ServiceStatus.Active;
        bool MayGo(TaskRecord task) => !active || !task.IsProtected(now);

        var all = parts.Sound.Concat(parts.Old).Concat(parts.Moving).Count(task => task.IsHealthy);
        var surplus = Surplus(parts.Sound, parts.Sound.Count - desired, MayGo, packing, all - bounds.Least);
        var discard = parts.Old.Concat(surplus).Where(task => task.IsWaiting).ToList();
        var stop = surplus.FindAll(task => !task.IsWaiting);

        // Of the old ones, those that do not work go at once; those that do, as far as enough others are healthy.
        var healthy = all - surplus.Count(task => task.IsHealthy);
        stop.AddRange(parts.Old.Where(task => !task.IsWaiting && !task.IsHealthy && MayGo(task)));
        stop.AddRange(parts.Old.Where(task => task.IsHealthy && MayGo(task)).OrderBy(task => task.CreatedAt).Take(Math.Max(0, healthy - bounds.Least)));

        var present = parts.Sound.Count + parts.Sick.Count + parts.Old.Count + parts.Moving.Count - discard.Count - stop.Count;
        var missing = Math.Max(0, desired - parts.Sound.Count);
        var start = Math.Clamp(bounds.Most - present, 0, missing);

        // Sick tasks stay until others do their work, unless they take the room that these need.
        var complete = parts.Sound.Count(task => task.IsHealthy) >= desired;
        var sick = complete ? parts.Sick : parts.Sick.OrderBy(task => task.CreatedAt).Take(missing - start).ToList();
        if (!complete) start += sick.Count;
        if (complete) stop.AddRange(parts.Away.Concat(parts.Moving.Where(MayGo)));

        var isStill = start + stop.Count + sick.Count + discard.Count + parts.Leaving == 0 && parts.Sound.Concat(parts.Old).All(task => task.IsHealthy && MayGo(task));
        return new ServiceStep
        {
            Start = start,
            Stop = stop,
            StopUnhealthy = sick,
            Discard = discard,
            IsBlocked = missing > 0 && isStill,
            IsSettled = parts.Sound.Count == desired && complete && parts is { Sick: [], Old: [], Moving: [], Away: [], Leaving: 0 },
        };
    }

    /// <summary>A deployment that has failed starts nothing; the tasks of older ones stay. Where there are none, no more of its own stay than are wanted.</summary>
    private static ServiceStep Stalled(ServiceRecord service, Parts parts, int desired, DateTimeOffset now, TaskPacking? packing)
    {
        var bounds = ServiceBounds.Of(service.Settings.DeploymentConfiguration, desired);
        var all = parts.Sound.Concat(parts.Sick).Concat(parts.Old).Concat(parts.Moving).ToList();
        var waiting = all.FindAll(task => task.IsWaiting);
        var placed = all.FindAll(task => !task.IsWaiting);
        var most = parts.Old.Count > 0 ? Math.Max(desired, bounds.Most) : desired;
        return new ServiceStep { Discard = waiting, Stop = Surplus(placed, placed.Count - most, task => !task.IsProtected(now), packing, placed.Count(task => task.IsHealthy) - bounds.Least) };
    }

    /// <summary>The tasks to give up when there are too many; of healthy ones no more than can be spared, for those that are not healthy may be protected.</summary>
    private static List<TaskRecord> Surplus(List<TaskRecord> tasks, int count, Func<TaskRecord, bool> mayGo, TaskPacking? packing, int spare)
    {
        var chosen = ScaleIn.Choose(tasks, count, mayGo, packing);
        return [.. chosen.Where(task => !task.IsHealthy), .. chosen.Where(task => task.IsHealthy).Take(Math.Max(0, spare))];
    }

    /// <summary>The tasks of a service, by what they are to it.</summary>
    private sealed class Parts
    {
        /// <summary>Of the primary deployment, to stay.</summary>
        internal List<TaskRecord> Sound { get; } = [];

        /// <summary>Of the primary deployment, but failing health checks.</summary>
        internal List<TaskRecord> Sick { get; } = [];

        /// <summary>To be replaced: of older deployments, or on draining instances.</summary>
        internal List<TaskRecord> Old { get; } = [];

        /// <summary>In a zone that has too many: to go when its successor is there, and not before.</summary>
        internal List<TaskRecord> Moving { get; } = [];

        /// <summary>On lost instances; kept until others do their work, because the instance may come back.</summary>
        internal List<TaskRecord> Away { get; } = [];

        /// <summary>Asked to stop, and not stopped yet where somebody would know.</summary>
        internal int Leaving { get; private set; }

        internal static Parts Of(ServiceRecord service, IReadOnlyList<TaskRecord> tasks, int desired, Func<string, InstanceStanding> standingOf, DateTimeOffset now)
        {
            var parts = new Parts();
            var mayMove = ServiceBounds.Of(service.Settings.DeploymentConfiguration, desired).Most > desired;
            foreach (var task in tasks)
            {
                var standing = task.ContainerInstance is { } instance ? standingOf(instance) : InstanceStanding.Staying;
                if (!task.IsWanted) parts.Leaving += standing == InstanceStanding.Lost ? 0 : 1;
                else if (standing == InstanceStanding.Lost) parts.Away.Add(task);
                else if (standing == InstanceStanding.Draining || task.StartedBy != service.Primary.Id) parts.Old.Add(task);
                else if (service.IsSick(task, now)) parts.Sick.Add(task);
                else if (mayMove && task.Id == service.Moving) parts.Moving.Add(task);
                else parts.Sound.Add(task);
            }

            return parts;
        }
    }
}
