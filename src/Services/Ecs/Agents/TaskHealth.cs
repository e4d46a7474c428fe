using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Tcs;
using Estiba.Ecs.Services;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.Hosting;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>Writes the health that agents report to the tasks.</summary>
/// <remarks>
/// "Determine Amazon ECS task health using container health checks", developer guide: a task is unhealthy when one
/// essential container with a health check is, healthy when all of them are, unknown otherwise.
/// </remarks>
internal sealed class TaskHealth(Store store, EcsIds ids, TimeProvider time)
{
    private const int LongestReason = 255;

    private static readonly string[] Words = [HealthStatus.Healthy, HealthStatus.Unhealthy, HealthStatus.Unknown];

    /// <summary>Writes what one agent reports.</summary>
    /// <param name="instanceKey">The agent's container instance; what it says of tasks elsewhere is left out.</param>
    /// <param name="request">The report.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    internal async Task ApplyAsync(string instanceKey, PublishHealthRequest request, CancellationToken cancellation)
    {
        // Reports come every twenty seconds and rarely say anything new, so nothing is committed without need.
        var changes = (request.Tasks ?? [])
            .Where(report => Change(store.Current, instanceKey, report) is not null)
            .ToList();
        if (changes.Count == 0)
            return;
        await store.CommitAsync(
            transaction =>
            {
                foreach (var report in changes)
                {
                    if (Change(transaction, instanceKey, report) is not { } changed)
                        continue;
                    var before = transaction.Find(EcsTables.Tasks, changed.Key)!.HealthStatus;
                    transaction.Put(EcsTables.Tasks, changed);

                    // Of a task whose containers have no health check that decides, no report tells that it has lasted.
                    if (
                        before != HealthStatus.Healthy
                        && changed is { HealthStatus: HealthStatus.Healthy, IsHealthy: true }
                    )
                        TaskOutcomes.BecameHealthy(transaction, changed, ids, time.GetUtcNow());
                }
            },
            cancellation
        );
    }

    private static TaskRecord? Change(View view, string instanceKey, Contracts.Tcs.TaskHealth report)
    {
        if (
            TaskNames.KeyOf(report.TaskArn) is not { } key
            || view.Find(EcsTables.Tasks, key) is not { IsStopped: false } task
            || task.InstanceKey != instanceKey
        )
            return null;
        var definition = view.Find(
            EcsTables.TaskDefinitions,
            TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision)
        )?.Definition;
        var containers = task
            .Containers.Select(container =>
                report.Containers?.FirstOrDefault(reported => reported.ContainerName == container.Name)
                    is { HealthStatus: { } health } said
                && Words.Contains(health)
                    ? WithHealth(container, health, said.Output)
                    : container
            )
            .ToList();
        var deciding = containers
            .Where(container =>
                definition?.ContainerDefinitions?.FirstOrDefault(candidate => candidate.Name == container.Name)
                    is { HealthCheck: not null, Essential: not false }
            )
            .Select(container => container.HealthStatus)
            .ToList();
        var status =
            deciding.Contains(HealthStatus.Unhealthy) ? HealthStatus.Unhealthy
            : deciding.Count > 0 && deciding.TrueForAll(health => health == HealthStatus.Healthy) ? HealthStatus.Healthy
            : HealthStatus.Unknown;
        var same = status == task.HealthStatus && containers.SequenceEqual(task.Containers);
        return same ? null : task with { HealthStatus = status, Containers = containers, Version = task.Version + 1 };
    }

    /// <summary>
    /// The container with its health, and as its reason what the check said with which it became unhealthy: later ones
    /// may say it with another time of day in it.
    /// </summary>
    private static Container WithHealth(Container container, string health, string? output) =>
        health == container.HealthStatus
            ? container
            : container with
            {
                HealthStatus = health,
                Reason =
                    health == HealthStatus.Unhealthy && Excerpt.Of(output ?? "", LongestReason) is { Length: > 0 } said
                        ? said
                        : null,
            };
}
