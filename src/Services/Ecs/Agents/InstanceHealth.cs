using Estiba.Contracts.Ecs;
using Estiba.Contracts.Tcs;
using Estiba.Ecs.ContainerInstances;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Writes down what agents report of the health of their hosts ("Container instance health", developer guide).
/// </summary>
internal sealed class InstanceHealth(Store store)
{
    /// <summary>Reports come every twenty seconds; that nothing has changed is written down more seldom.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(30);

    /// <summary>Amazon's agent reports one check, of the engine.</summary>
    private const int MostChecks = 20;

    private const int LongestText = 255;

    internal async Task ApplyAsync(
        string instanceKey,
        PublishInstanceStatusRequest request,
        CancellationToken cancellation
    )
    {
        var details = (request.Statuses ?? []).Where(IsReasonable).Take(MostChecks).Select(ResultOf).ToList();
        var known = store.Current.Find(EcsTables.InstanceHealth, instanceKey)?.Details;
        if (details.Count == 0 || (known is not null && !IsChange(known, details)))
            return;
        await store.CommitAsync(
            transaction =>
            {
                var instance = transaction.Find(EcsTables.ContainerInstances, instanceKey);
                if (instance is null or { Status: ContainerInstanceStatus.Inactive })
                    return;
                transaction.Put(
                    EcsTables.InstanceHealth,
                    new InstanceHealthRecord { InstanceKey = instanceKey, Details = details }
                );
            },
            cancellation
        );
    }

    private static bool IsChange(
        IReadOnlyList<InstanceHealthCheckResult> known,
        List<InstanceHealthCheckResult> reported
    ) => known.Count != reported.Count || known.Zip(reported).Any(pair => IsChange(pair.First, pair.Second));

    private static bool IsChange(InstanceHealthCheckResult known, InstanceHealthCheckResult reported) =>
        known with { LastUpdated = reported.LastUpdated } != reported
        || reported.LastUpdated - known.LastUpdated >= Freshness;

    private static bool IsReasonable(InstanceStatus status) =>
        status is { Type.Length: <= LongestText, Status.Length: <= LongestText };

    private static InstanceHealthCheckResult ResultOf(InstanceStatus status) =>
        new()
        {
            Type = status.Type,
            Status = status.Status,
            LastUpdated = status.LastUpdated,
            LastStatusChange = status.LastStatusChange,
        };
}
