using Estiba.Contracts.Tcs;

namespace Estiba.Agent.ServiceConnect;

/// <summary>Counts what an alias carries, for each of the tasks that are its clients.</summary>
internal sealed class AliasCounters
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ClientCounters> _clients = new(StringComparer.Ordinal);

    /// <summary>A connection has come.</summary>
    /// <param name="clientTask">The task that it is of, by its ARN; null where nobody can tell.</param>
    /// <returns>What counts it until it ends.</returns>
    internal ClientCounters Open(string? clientTask)
    {
        lock (_gate)
        {
            if (!_clients.TryGetValue(clientTask ?? "", out var counters))
                _clients.Add(clientTask ?? "", counters = new ClientCounters());
            counters.Opened();
            return counters;
        }
    }

    /// <summary>What was counted since the last time.</summary>
    internal IReadOnlyList<ServiceConnectMetric> Take(string namespaceArn, string? discoveryName)
    {
        var told = new List<ServiceConnectMetric>();
        lock (_gate)
            foreach (var (client, counters) in _clients.ToList())
            {
                // Asked first: whatever ends after that is told the next time.
                var isIdle = counters.IsIdle;
                if (counters.Take(namespaceArn, discoveryName, client.Length > 0 ? client : null) is { } metric)
                    told.Add(metric);
                else if (isIdle)
                    _clients.Remove(client);
            }

        return told;
    }
}
