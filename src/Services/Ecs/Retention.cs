using Estiba.Ecs.Idempotency;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.State;

namespace Estiba.Ecs;

/// <summary>
/// Removes what has ended and was shown long enough: stopped tasks, inactive services, clusters, container instances
/// and capacity providers, and the history of deployments; the task definitions that are to be deleted and that
/// nothing uses; and the names of client aliases that no service has.
/// </summary>
internal sealed class Retention(Store store, EcsOptions options, TimeProvider time)
{
    /// <summary>How often it is looked for.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private const int MostAtOnce = 1000;

    /// <summary>Removes what is due, at most a thousand of a kind in one commit.</summary>
    internal void Apply(Transaction transaction, DateTimeOffset now)
    {
        var stoppedBefore = (now - options.StoppedTaskRetention).ToUnixTimeMilliseconds();
        foreach (
            var task in transaction
                .InOrder(EcsTables.Tasks, EcsTables.StoppedTasks, before: $"{stoppedBefore:D15}")
                .Where(task => task is { TargetsOf: null, RegistrationsOf: null })
                .Take(MostAtOnce)
                .ToList()
        )
            transaction.Delete(EcsTables.Tasks, task.Key);

        var inactiveBefore = now - options.InactiveRetention;
        foreach (
            var service in transaction
                .Range(EcsTables.Services)
                .Where(service => service.DeletedAt < inactiveBefore)
                .Take(MostAtOnce)
                .ToList()
        )
        {
            ServiceEvents.Clear(transaction, service.Key);
            transaction.Delete(EcsTables.PlacementFailures, service.Key);
            transaction.Delete(EcsTables.ServiceRollouts, service.Key);
            transaction.Delete(EcsTables.Services, service.Key);
        }

        foreach (
            var instance in transaction
                .Range(EcsTables.ContainerInstances)
                .Where(instance => instance.DeregisteredAt < inactiveBefore)
                .Take(MostAtOnce)
                .ToList()
        )
        {
            transaction.Delete(EcsTables.InstanceHealth, instance.Key);
            transaction.Delete(EcsTables.ContainerInstances, instance.Key);
        }

        foreach (
            var cluster in transaction
                .Range(EcsTables.Clusters)
                .Where(cluster => cluster.DeletedAt < inactiveBefore)
                .Take(MostAtOnce)
                .ToList()
        )
            transaction.Delete(EcsTables.Clusters, cluster.Key);
        foreach (
            var provider in transaction
                .Range(EcsTables.CapacityProviders)
                .Where(provider => provider.DeletedAt < inactiveBefore)
                .Take(MostAtOnce)
                .ToList()
        )
            transaction.Delete(EcsTables.CapacityProviders, provider.Key);
        foreach (
            var token in transaction
                .Range(EcsTables.ClientTokens)
                .Where(token => token.CreatedAt < now - ClientTokenRecord.Lifetime)
                .Take(MostAtOnce)
                .ToList()
        )
            transaction.Delete(EcsTables.ClientTokens, token.Key);
    }

    /// <summary>Removes what is due and not used any more.</summary>
    internal Task SweepAsync(CancellationToken cancellation)
    {
        // Who uses a definition or a revision is looked up in a view, so that no transaction waits for it.
        var view = store.Current;
        var unused = DeletedTaskDefinitions.Unused(view);
        var old = DeploymentHistory.Old(view, time.GetUtcNow());
        var names = ServiceConnectNames.Unused(view);
        return store.CommitAsync(
            transaction =>
            {
                Apply(transaction, time.GetUtcNow());
                DeletedTaskDefinitions.Remove(transaction, unused);
                DeploymentHistory.Remove(transaction, old);
                ServiceConnectNames.Remove(transaction, names);
            },
            cancellation
        );
    }
}
