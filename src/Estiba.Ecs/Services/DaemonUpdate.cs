namespace Estiba.Ecs.Services;

/// <summary>Moves a daemon service towards one task of its primary deployment on each container instance that it may be on.</summary>
/// <remarks>"Amazon ECS services", developer guide: exactly one task on each active instance that meets the constraints; by default the old task goes before the new one comes.</remarks>
internal static class DaemonUpdate
{
    /// <summary>The next step; asking again after it is done gives the step after that.</summary>
    /// <param name="service">The service.</param>
    /// <param name="tasks">All its tasks that have not stopped.</param>
    /// <param name="eligible">The container instances, by id, that are to have a task.</param>
    /// <param name="standingOf">The standing of a container instance, by id.</param>
    /// <param name="now">The time, for protected tasks and the grace period of health checks.</param>
    internal static ServiceStep NextStep(ServiceRecord service, IReadOnlyList<TaskRecord> tasks, IReadOnlySet<string> eligible, Func<string, InstanceStanding> standingOf, DateTimeOffset now)
    {
        // On a lost instance a daemon's task stays as it is: nothing can take its place, and the instance may come back. One that waits for it has nothing to lose.
        var active = service.Status == ServiceStatus.Active;
        var here = tasks.Where(task => !active || task.IsWaiting || standingOf(InstanceOf(task)) != InstanceStanding.Lost).ToLookup(InstanceOf);
        var bounds = ServiceBounds.Of(service.Settings.DeploymentConfiguration, eligible.Count);
        var start = new List<string>();
        var stop = new List<TaskRecord>();
        var sick = new List<TaskRecord>();
        var old = new List<TaskRecord>();
        var settled = true;

        foreach (var instance in eligible)
        {
            var wanted = here[instance].Where(task => task.IsWanted).ToList();
            var current = wanted.FindAll(task => task.StartedBy == service.Primary.Id && !service.IsSick(task, now));
            sick.AddRange(wanted.Where(task => task.StartedBy == service.Primary.Id && service.IsSick(task, now)));
            stop.AddRange(current.OrderByDescending(task => task.IsHealthy).ThenBy(task => task.CreatedAt).Skip(1));

            // Until the new task works one old one is to; any others, of deployments that never came that far, are not needed.
            var outdated = wanted.Where(task => task.StartedBy != service.Primary.Id).OrderByDescending(task => task.IsHealthy).ThenBy(task => task.CreatedAt).ToList();
            var needed = current.Exists(task => task.IsHealthy) ? 0 : 1;
            old.AddRange(outdated.Take(needed));
            stop.AddRange(outdated.Skip(needed).Where(task => !task.IsProtected(now)));
            if (current.Count == 0 && outdated.Count == 0) start.Add(instance);
            settled &= here[instance].Count() == 1 && current is [{ IsHealthy: true }];
        }

        foreach (var group in here.Where(group => !eligible.Contains(group.Key)))
        {
            stop.AddRange(group.Where(task => task.IsWanted));
            settled = false;
        }

        if (service.Primary.HasFailed) return new ServiceStep { Stop = [.. stop.Where(task => !task.IsWaiting)], Discard = [.. stop.Where(task => task.IsWaiting)] };

        // An old task makes room as far as enough other instances have a healthy one, or gets its successor beside it where the maximum allows that and there is room.
        var healthy = eligible.Count(instance => here[instance].Any(task => task.IsHealthy));
        var present = tasks.Count(task => task.IsWanted && eligible.Contains(InstanceOf(task))) + start.Count;
        foreach (var task in old.OrderBy(task => task.IsHealthy).ThenBy(task => task.CreatedAt))
        {
            var successor = here[InstanceOf(task)].FirstOrDefault(other => other.IsWanted && other.StartedBy == service.Primary.Id);
            var isInTheWay = successor is null || (successor.IsWaiting && service.PlacementFailure is not null);
            if (successor is null && present < bounds.Most)
            {
                start.Add(InstanceOf(task));
                present++;
            }
            else if (!task.IsProtected(now) && (!task.IsHealthy || (isInTheWay && healthy > bounds.Least)))
            {
                stop.Add(task);
                healthy -= task.IsHealthy ? 1 : 0;
            }
        }

        return new ServiceStep
        {
            StartOn = start,
            Stop = [.. stop.Where(task => !task.IsWaiting)],
            Discard = [.. stop.Where(task => task.IsWaiting)],
            StopUnhealthy = sick,
            IsSettled = settled && sick.Count == 0,
        };
    }

    private static string InstanceOf(TaskRecord task) => task.ContainerInstance ?? task.OnlyInstance ?? "";
}
