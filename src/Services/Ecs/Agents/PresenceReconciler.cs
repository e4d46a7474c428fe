using System.Collections.Concurrent;
using Estiba.Ecs.ContainerInstances;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Draws the consequences of who is connected and who is not: gives an instance up for lost whose agent stays away too
/// long, and ends the conversation with an agent whose instance is no longer registered, or was registered again:
/// whoever did comes back and is sent anew what is wanted of it.
/// </summary>
/// <remarks>
/// How long an agent has been away is measured here and by the steady clock: after a restart everybody has the whole
/// time again, and no clock that is set anew makes anybody lost. While no agent at all is connected nobody can know
/// whether they are away or the server is; it shows when the first comes back
/// (<see cref="AgentConnection.AwaitOthers"/>), and the others have the time from then on. What follows for the tasks
/// is the services' business ("RollingUpdate").
/// </remarks>
internal sealed class PresenceReconciler(Store store, AgentSessions sessions, EcsOptions options, TimeProvider time)
    : IReconciler<string>
{
    private readonly ConcurrentDictionary<string, Presence> _presences = new(StringComparer.Ordinal);

    public async Task<TimeSpan?> ReconcileAsync(string instanceKey, CancellationToken cancellation)
    {
        if (
            store.Current.Find(EcsTables.ContainerInstances, instanceKey) is not { } instance
            || instance.Status == ContainerInstanceStatus.Inactive
        )
        {
            _presences.TryRemove(instanceKey, out _);
            sessions.Find(instanceKey)?.Close();
            return null;
        }

        if (sessions.Find(instanceKey) is { } session && session.RegistrationToken != instance.RegistrationToken)
            session.Close();
        var known = _presences.GetValueOrDefault(instanceKey);
        var presence =
            known is not null && known.ChangedAt == instance.ConnectionChangedAt
                ? known
                : new Presence(instance.ConnectionChangedAt, time.GetTimestamp());
        _presences[instanceKey] = presence;
        if (instance.AgentConnected || instance.LostAt is not null)
            return null;

        var left = ReturnTimeout(instance) - time.GetElapsedTime(presence.Since);
        if (left > TimeSpan.Zero)
            return left;
        await store.CommitAsync(transaction => MarkLost(transaction, instance, time.GetUtcNow()), cancellation);
        return null;
    }

    /// <summary>
    /// An agent whose connection broke comes back soon, if at all. One that could not reach the server for longer may
    /// be waiting for its next try, or for an answer to the last; of which kind it is, was not written down before
    /// there were versions of Amazon's.
    /// </summary>
    private TimeSpan ReturnTimeout(ContainerInstanceRecord instance)
    {
        if (!instance.ServerWasAway)
            return options.InstanceLostAfter;
        var returnsWithin = instance.HasEstibaAgent ? options.AgentReturnsWithin : options.AmazonAgentReturnsWithin;
        return returnsWithin > options.InstanceLostAfter ? returnsWithin : options.InstanceLostAfter;
    }

    private static void MarkLost(Transaction transaction, ContainerInstanceRecord seen, DateTimeOffset now)
    {
        if (
            transaction.Find(EcsTables.ContainerInstances, seen.Key) is { AgentConnected: false, LostAt: null } instance
            && instance.ConnectionChangedAt == seen.ConnectionChangedAt
            && instance.Status != ContainerInstanceStatus.Inactive
        )
            transaction.Put(
                EcsTables.ContainerInstances,
                instance with
                {
                    LostAt = now,
                    Version = instance.Version + 1,
                }
            );
    }

    /// <summary>What is known of an instance's connection.</summary>
    /// <param name="ChangedAt">When it changed, by the store.</param>
    /// <param name="Since">When that was first seen here.</param>
    private sealed record Presence(DateTimeOffset? ChangedAt, long Since);
}
