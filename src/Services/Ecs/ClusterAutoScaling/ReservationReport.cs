using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Hosting.Metrics;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.ClusterAutoScaling;

/// <summary>Tells CloudWatch each minute how much of their capacity providers' capacity clusters need.</summary>
internal sealed class ReservationReport(Store store, ManagedGroup groups, MetricPublisher publisher, TimeProvider time)
{
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    internal async Task RunAsync(CancellationToken cancellation)
    {
        var samples = new List<MetricSample>();
        foreach (var provider in store.Current.Range(EcsTables.CapacityProviders).Where(IsScaled).ToList())
        {
            if (await groups.FindAsync(provider, cancellation) is not { } group)
                continue;
            var view = store.Current;
            var capacity = new ProviderCapacity(view, provider, group);
            samples.AddRange(
                ProviderCapacity
                    .ClustersOf(view, provider)
                    .Select(cluster => Sample(provider, cluster.Name, capacity.ReservationIn(cluster)))
            );
        }

        await publisher.PublishAsync(samples, cancellation);
    }

    private static bool IsScaled(CapacityProviderRecord provider) =>
        provider.IsActive
        && provider.Provider.AutoScalingGroupProvider?.ManagedScaling?.Status == ManagedScalingStatus.Enabled;

    private MetricSample Sample(CapacityProviderRecord provider, string cluster, double value)
    {
        var now = time.GetUtcNow();
        return MetricSample.Of(
            provider.Scope,
            CapacityReservation.Namespace,
            CapacityReservation.Name,
            StandardUnit.Percent,
            [
                new Dimension { Name = "CapacityProviderName", Value = provider.Name },
                new Dimension { Name = "ClusterName", Value = cluster },
            ],
            now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute)),
            Spread.Of(value)
        );
    }
}
