using System.Collections.Concurrent;

namespace Estiba.Ecs.Agents;

/// <summary>
/// The conversations that are going on, by container instance. In memory: after a restart the agents come back.
/// </summary>
internal sealed class AgentSessions
{
    private readonly ConcurrentDictionary<string, AgentSession> _byInstance = new(StringComparer.Ordinal);

    internal AgentSession? Find(string instanceKey) => _byInstance.GetValueOrDefault(instanceKey);

    /// <summary>
    /// Adds a conversation; an older one with the same instance ends, because its agent is surely gone.
    /// </summary>
    /// <returns>Whether there was none with anybody before.</returns>
    internal bool Add(AgentSession session)
    {
        var isFirst = _byInstance.IsEmpty;
        _byInstance.AddOrUpdate(session.InstanceKey, session, (_, older) =>
        {
            older.Close();
            return session;
        });
        return isFirst;
    }

    /// <summary>Removes a conversation; false when a newer one has taken its place.</summary>
    internal bool Remove(AgentSession session) =>
        _byInstance.TryRemove(KeyValuePair.Create(session.InstanceKey, session));
}
