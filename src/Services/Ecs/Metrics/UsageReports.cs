using Estiba.Contracts.Tcs;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Metrics;

/// <summary>Gathers what agents report of their tasks' use, minute by minute; nothing of it is kept over a
/// restart.</summary>
internal sealed class UsageReports(TimeProvider time)
{
    private readonly Lock _lock = new();
    private Dictionary<string, TaskUsage> _tasks = new(StringComparer.Ordinal);
    private Dictionary<EndpointName, ConnectionUsage> _connections = [];
    private UsageMinute? _ended;
    private DateTimeOffset _minute;

    /// <summary>Takes a report.</summary>
    /// <param name="view">The state.</param>
    /// <param name="instanceKey">The agent's container instance; what it says of tasks elsewhere is left out.</param>
    /// <param name="request">The report.</param>
    internal void Add(View view, string instanceKey, PublishMetricsRequest request)
    {
        if (view.Find(EcsTables.ContainerInstances, instanceKey) is not { } instance)
            return;
        lock (_lock)
        {
            Turn();
            foreach (var report in request.TaskMetrics ?? [])
            {
                if (
                    TaskNames.KeyOf(report.TaskArn) is not { } key
                    || view.Find(EcsTables.Tasks, key) is not { IsStopped: false } task
                    || task.InstanceKey != instanceKey
                )
                    continue;
                if (!_tasks.TryGetValue(key, out var usage))
                    _tasks.Add(key, usage = new TaskUsage());
                var names = task.Containers.Select(container => container.Name).OfType<string>();
                usage.Add(names, report.ContainerMetrics ?? [], instance.Cpu);
            }

            foreach (var report in request.ServiceConnectMetrics ?? [])
            {
                if (
                    report is not { NamespaceArn: { } its, DiscoveryName: { } name }
                    || !view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey)
                        .Any(task => task.LiveNamespace == its)
                    || !view.Where(EcsTables.Services, EcsTables.ServicesOfNamespace, its)
                        .Any(service => service.ServiceConnect!.Endpoints.Any(each => each.DiscoveryName == name))
                )
                    continue;
                var endpoint = new EndpointName(its, name, ClientOf(view, its, report.ClientTaskArn));
                if (!_connections.TryGetValue(endpoint, out var connections))
                    _connections.Add(endpoint, connections = new ConnectionUsage());
                connections.Add(instanceKey, report);
            }
        }
    }

    /// <summary>The minute that ended since the last time; null as long as none has. A minute that nobody asked for
    /// within the next is forgotten.</summary>
    internal UsageMinute? TakeEnded()
    {
        lock (_lock)
        {
            Turn();
            var ended = _ended;
            _ended = null;
            return ended;
        }
    }

    // Several agents of a machine have one proxy, so that the client need not be on the agent's own instance.
    private static string? ClientOf(View view, string namespaceArn, string? taskArn) =>
        TaskNames.KeyOf(taskArn) is { } key
        && view.Find(EcsTables.Tasks, key) is { } task
        && task.Connection?.Namespace == namespaceArn
            ? task.ServiceKey
            : null;

    private void Turn()
    {
        var now = time.GetUtcNow();
        var minute = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        if (minute == _minute)
            return;
        _ended = _minute == default ? null : new UsageMinute(_minute, _tasks, _connections);
        _tasks = new Dictionary<string, TaskUsage>(StringComparer.Ordinal);
        _connections = [];
        _minute = minute;
    }
}

/// <summary>What was reported within a minute.</summary>
/// <param name="Start">Its beginning.</param>
/// <param name="Tasks">By the tasks' keys.</param>
/// <param name="Connections">What was carried to endpoints of Service Connect.</param>
internal sealed record UsageMinute(
    DateTimeOffset Start,
    IReadOnlyDictionary<string, TaskUsage> Tasks,
    IReadOnlyDictionary<EndpointName, ConnectionUsage> Connections
);

/// <summary>An endpoint of Service Connect, and who was its client.</summary>
/// <param name="Namespace">The namespace, by its ARN.</param>
/// <param name="DiscoveryName">Its name there.</param>
/// <param name="Client">The service that connected to it, by its key; null where nobody can tell.</param>
internal readonly record struct EndpointName(string Namespace, string DiscoveryName, string? Client);
