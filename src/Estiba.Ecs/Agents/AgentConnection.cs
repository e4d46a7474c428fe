using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>Writes down whether an agent is connected.</summary>
internal static class AgentConnection
{
    /// <summary>Writes it for one container instance. Who comes back is not lost any more.</summary>
    internal static void Set(Transaction transaction, string instanceKey, bool connected, DateTimeOffset now)
    {
        if (transaction.Find(EcsTables.ContainerInstances, instanceKey) is not { } instance || instance.AgentConnected == connected) return;
        if (instance.Status == ContainerInstanceStatus.Inactive) return;
        transaction.Put(EcsTables.ContainerInstances, instance with
        {
            AgentConnected = connected,
            ConnectionChangedAt = now,
            ConnectedAt = connected ? now : instance.ConnectedAt,
            LostAt = connected ? null : instance.LostAt,
            Version = instance.Version + 1,
        });
    }

    /// <summary>No connection outlives the process that held it.</summary>
    internal static void ForgetAll(Transaction transaction, DateTimeOffset now)
    {
        foreach (var instance in transaction.Range(EcsTables.ContainerInstances).ToList()) Set(transaction, instance.Key, connected: false, now);
    }
}
