using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>The tasks of one deployment that have not stopped, by what they are; each is counted once.</summary>
/// <param name="Waiting">Wanted, and waiting to be placed.</param>
/// <param name="Starting">Wanted and placed, but not running yet.</param>
/// <param name="Unproven">Wanted and running, but their health checks have not said anything yet.</param>
/// <param name="Healthy">Wanted, running, and healthy as far as anybody checks.</param>
/// <param name="Unhealthy">Wanted and running, but unhealthy.</param>
/// <param name="Ending">Running still, but not wanted any more.</param>
/// <param name="Stopping">On their way out otherwise: not wanted and not running, or past running.</param>
internal readonly record struct TaskCensus(
    int Waiting,
    int Starting,
    int Unproven,
    int Healthy,
    int Unhealthy,
    int Ending,
    int Stopping
)
{
    /// <summary>Tasks that are to run.</summary>
    internal int Wanted => Waiting + Starting + Unproven + Healthy + Unhealthy;

    /// <summary>Tasks that run, wanted or not: a service's or a deployment's <c>runningCount</c>.</summary>
    internal int Running => Unproven + Healthy + Unhealthy + Ending;

    /// <summary>Tasks that were wanted once.</summary>
    internal int Leaving => Ending + Stopping;

    /// <summary>All that have not stopped.</summary>
    internal int Total => Wanted + Leaving;

    public static TaskCensus operator +(TaskCensus left, TaskCensus right) =>
        new(
            left.Waiting + right.Waiting,
            left.Starting + right.Starting,
            left.Unproven + right.Unproven,
            left.Healthy + right.Healthy,
            left.Unhealthy + right.Unhealthy,
            left.Ending + right.Ending,
            left.Stopping + right.Stopping
        );

    public static TaskCensus operator -(TaskCensus left, TaskCensus right) =>
        new(
            left.Waiting - right.Waiting,
            left.Starting - right.Starting,
            left.Unproven - right.Unproven,
            left.Healthy - right.Healthy,
            left.Unhealthy - right.Unhealthy,
            left.Ending - right.Ending,
            left.Stopping - right.Stopping
        );

    /// <summary>The census of one task.</summary>
    internal static TaskCensus Of(TaskRecord task)
    {
        var running = task.LastStatus == TaskStatus.Running;
        if (!task.IsWanted || TaskStatus.Order(task.LastStatus) > TaskStatus.Order(TaskStatus.Running))
            return running ? new TaskCensus { Ending = 1 } : new TaskCensus { Stopping = 1 };
        if (task.IsWaiting)
            return new TaskCensus { Waiting = 1 };
        if (!running)
            return new TaskCensus { Starting = 1 };
        if (task.IsHealthy)
            return new TaskCensus { Healthy = 1 };
        return task.IsUnhealthy ? new TaskCensus { Unhealthy = 1 } : new TaskCensus { Unproven = 1 };
    }
}

/// <summary>How many tasks of a service are where in their lives, for each deployment that has any.</summary>
/// <remarks>
/// The store keeps one for each service that has tasks (<see cref="OfServices"/>): it is exact in every view, and
/// nobody walks tasks for it.
/// </remarks>
internal sealed class ServiceCensus
{
    /// <summary>A service without tasks.</summary>
    internal static readonly ServiceCensus None = new([]);

    /// <summary>By the key of the service.</summary>
    internal static readonly Aggregate<TaskRecord, ServiceCensus> OfServices = new(
        "census",
        task => task.LiveService,
        (task, _) => task.ServiceKey!,
        None,
        Change
    );

    private readonly (string Deployment, TaskCensus Tasks)[] _deployments;

    private ServiceCensus((string, TaskCensus)[] deployments) => _deployments = deployments;

    /// <summary>The deployments that have tasks, by the id that their tasks were started by, in order.</summary>
    internal IReadOnlyList<(string Deployment, TaskCensus Tasks)> Deployments => _deployments;

    /// <summary>The tasks of all deployments.</summary>
    internal TaskCensus All
    {
        get
        {
            var all = default(TaskCensus);
            foreach (var (_, tasks) in _deployments)
                all += tasks;
            return all;
        }
    }

    internal static ServiceCensus Of(View view, string serviceKey) =>
        view.Aggregate(EcsTables.Tasks, OfServices, serviceKey);

    /// <summary>
    /// The census as it is shown: without tasks that were given up on lost instances, of which nobody knows whether
    /// they run.
    /// </summary>
    internal static ServiceCensus Shown(View view, ServiceRecord service)
    {
        var census = Of(view, service.Key);
        if (census.All.Leaving == 0)
            return census;
        foreach (
            var instance in view.Where(EcsTables.ContainerInstances, EcsTables.LeavingInstances, service.ClusterKey)
                .Where(instance => instance.LostAt is not null)
        )
        {
            foreach (var task in view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instance.Key))
                if (task.Service == service.Name && !task.IsWanted)
                    census = census.Add(task.StartedBy, default(TaskCensus) - TaskCensus.Of(task));
        }

        return census;
    }

    /// <summary>The tasks of one deployment.</summary>
    internal TaskCensus Of(string deployment) =>
        Array.FindIndex(_deployments, known => known.Deployment == deployment) is >= 0 and var place
            ? _deployments[place].Tasks
            : default;

    private static ServiceCensus Change(ServiceCensus census, TaskRecord? before, TaskRecord? after)
    {
        if (before?.StartedBy == after?.StartedBy && before is not null && after is not null)
        {
            var (old, now) = (TaskCensus.Of(before), TaskCensus.Of(after));
            return old == now ? census : census.Add(after.StartedBy, now - old);
        }

        if (before is not null)
            census = census.Add(before.StartedBy, default(TaskCensus) - TaskCensus.Of(before));
        return after is null ? census : census.Add(after.StartedBy, TaskCensus.Of(after));
    }

    private ServiceCensus Add(string? startedBy, TaskCensus tasks)
    {
        var deployment = startedBy ?? "";
        var place = Array.FindIndex(_deployments, known => string.CompareOrdinal(known.Deployment, deployment) >= 0);
        if (place < 0)
            return new ServiceCensus([.. _deployments, (deployment, tasks)]);
        if (_deployments[place].Deployment != deployment)
            return new ServiceCensus([
                .. _deployments.AsSpan(0, place),
                (deployment, tasks),
                .. _deployments.AsSpan(place),
            ]);
        var total = _deployments[place].Tasks + tasks;
        if (total == default)
            return new ServiceCensus([.. _deployments.AsSpan(0, place), .. _deployments.AsSpan(place + 1)]);
        var deployments = ((string Deployment, TaskCensus Tasks)[])_deployments.Clone();
        deployments[place].Tasks = total;
        return new ServiceCensus(deployments);
    }
}
