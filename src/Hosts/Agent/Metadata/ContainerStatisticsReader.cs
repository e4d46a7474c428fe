using System.Text.Json.Nodes;
using Estiba.Agent.Tasks;
using Estiba.Engines;

namespace Estiba.Agent.Metadata;

/// <summary>Docker's statistics of containers, with what version 4 of the endpoint adds: the network's rates.</summary>
/// <remarks>
/// Docker is asked for two readings a second apart, so that the second has the first in <c>precpu_stats</c>, and rates
/// can be told.
/// </remarks>
internal sealed class ContainerStatisticsReader(IContainerEngine engine, TimeProvider time)
{
    private const int WithRates = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>One container's; null when it does not run.</summary>
    public async Task<JsonObject?> OfContainerAsync(
        ContainerState container,
        int version,
        CancellationToken cancellation
    )
    {
        if (container is not { Phase: ContainerPhase.Running, Id: { } id })
            return null;
        using var timer = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        JsonObject? first = null;
        try
        {
            await foreach (var reading in engine.ReadStatisticsAsync(id, limit.Token))
            {
                if (first is null)
                {
                    first = reading;
                    continue;
                }

                if (version == WithRates && NetworkRates.Between(first, reading) is { } rates)
                    reading["network_rate_stats"] = rates;
                return reading;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It stopped in between, and the engine waits for its next start.
        }

        return first;
    }

    /// <summary>Those of all containers of a task, by their ids.</summary>
    public async Task<JsonObject> OfTaskAsync(TaskState task, int version, CancellationToken cancellation)
    {
        var created = task.Containers.Where(container => container.Id is not null).ToList();
        var readings = await Task.WhenAll(
            created.Select(container => OfContainerAsync(container, version, cancellation))
        );
        return new JsonObject(
            created.Zip(readings, (container, reading) =>
                KeyValuePair.Create(
                    container.Id!,
                    (JsonNode?)reading ?? (version == WithRates ? new JsonObject() : null)
                )
            )
        );
    }
}
