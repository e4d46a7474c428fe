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
    /// <param name="now">The time, for the grace period of health checks.</param>
    internal static ServiceStep NextStep(ServiceRecord service, IReadOnlyList<TaskRecord> tasks, IReadOnlySet<string> eligible, Func<string, InstanceStanding> standingOf, DateTimeOffset now)
    {
        // On a lost instance a daemon's task stays as it is: nothing can take its place, and the instance may come back.
        var active = service.Status == ServiceStatus.Active;
        var here = tasks.Where(task => !active || standingOf(InstanceOf(task)) != InstanceStanding.Lost).ToLookup(InstanceOf);
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
            var outdated = wanted.FindAll(task => task.StartedBy != service.Primary.Id);
            if (current.Exists(task => task.IsHealthy)) stop.AddRange(outdated);
            else old.AddRange(outdated);
            if (current.Count == 0 && outdated.Count == 0) start.Add(instance);
            settled &= here[instance].Count() == 1 && current is [{ IsHealthy: true }];
        }

        foreach (var group in here.Where(group => !eligible.Contains(group.Key)))
        {
            stop.AddRange(group.Where(task => task.IsWanted));
            settled = false;
        }

        if (service.Primary.HasFailed) return new ServiceStep { Stop = [.. stop.Where(task => !task.IsWaiting)], Discard = [.. stop.Where(task => task.IsWaiting)] };

        // An old task makes room as far as enough others are healthy, or gets its successor beside it where the maximum allows that.
        var healthy = tasks.Count(task => task.IsHealthy && eligible.Contains(InstanceOf(task)));
        var present = tasks.Count(task => task.IsWanted && eligible.Contains(InstanceOf(task))) + start.Count;
        foreach (var task in old.OrderBy(task => task.IsHealthy).ThenBy(task => task.CreatedAt))
        {
            var hasSuccessor = here[InstanceOf(task)].Any(other => other.IsWanted && other.StartedBy == service.Primary.Id);
            if (!hasSuccessor && present < bounds.Most)
            {
                start.Add(InstanceOf(task));
                present++;
            }
            else if (!task.IsHealthy || (!hasSuccessor && healthy > bounds.Least))
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
