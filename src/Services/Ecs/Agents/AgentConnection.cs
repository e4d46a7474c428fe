using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>Writes down whether an agent is connected.</summary>
internal static class AgentConnection
{
    /// <summary>Writes it for one container instance. Who comes back is not lost any more.</summary>
    /// <param name="transaction">Where.</param>
    /// <param name="instanceKey">The instance.</param>
    /// <param name="connected">Whether its agent's control socket is open.</param>
    /// <param name="now">The time.</param>
    /// <param name="versions">What the agent says of itself when it connects; Amazon's says it nowhere else. Null
    /// leaves what is known.</param>
    internal static void Set(
        Transaction transaction,
        string instanceKey,
        bool connected,
        DateTimeOffset now,
        VersionInfo? versions = null
    )
    {
        var instance = transaction.Find(EcsTables.ContainerInstances, instanceKey);
        if (instance is null or { Status: ContainerInstanceStatus.Inactive })
            return;
        var changed = instance with { VersionInfo = versions ?? instance.VersionInfo };
        if (changed.AgentConnected != connected)
        {
            changed = changed with
            {
                AgentConnected = connected,
                ConnectionChangedAt = now,
                ConnectedAt = connected ? now : changed.ConnectedAt,
                LostAt = connected ? null : changed.LostAt,
                ServerWasAway = false,
            };
        }

        if (changed != instance)
            Put(transaction, changed);
    }

    /// <summary>
    /// No connection outlives the process that held it. Who is away now is because of that, unless it was lost before.
    /// </summary>
    internal static void ResetAll(Transaction transaction, DateTimeOffset now)
    {
        foreach (var instance in transaction.Range(EcsTables.ContainerInstances).ToList())
        {
            Set(transaction, instance.Key, connected: false, now);
            if (instance is { LostAt: null, Status: not ContainerInstanceStatus.Inactive })
                Put(
                    transaction,
                    transaction.Find(EcsTables.ContainerInstances, instance.Key)! with
                    {
                        ServerWasAway = true,
                    }
                );
        }
    }

    /// <summary>
    /// The first agent comes after none was here: until now it was the server that could not be reached, so the time
    /// that counts against the others begins anew. Whoever was lost before the last of them left stays lost.
    /// </summary>
    /// <param name="transaction">Where.</param>
    /// <param name="first">The instance of the agent that comes; that it is connected is written after this.</param>
    /// <param name="now">The time.</param>
    internal static void AwaitOthers(Transaction transaction, string first, DateTimeOffset now)
    {
        var away = transaction
            .Range(EcsTables.ContainerInstances)
            .Where(instance => instance is { AgentConnected: false, Status: not ContainerInstanceStatus.Inactive })
            .ToList();
        var allAwaySince = away.Max(instance => instance.ConnectionChangedAt);
        foreach (var instance in away)
        {
            if (instance.Key == first || instance.ConnectionChangedAt is null)
                continue;
            if (instance.LostAt < allAwaySince)
                continue;
            Put(transaction, instance with { ConnectionChangedAt = now, LostAt = null, ServerWasAway = true });
        }
    }

    private static void Put(Transaction transaction, ContainerInstanceRecord instance) =>
        transaction.Put(EcsTables.ContainerInstances, instance with { Version = instance.Version + 1 });
}
