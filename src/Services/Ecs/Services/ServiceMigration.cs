using System.Text.Json;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TaskSets;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>
/// Takes apart the rows of services that an older version has written: it kept the rollout and what its events had said
/// in the same row as what is wanted.
/// </summary>
internal static class ServiceMigration
{
    /// <summary>Migrates all of them; without effect where there are none.</summary>
    internal static void Apply(Transaction transaction)
    {
        foreach (
            var service in transaction
                .Range(EcsTables.Services)
                .Where(service => service.FormerMembers is not null)
                .ToList()
        )
            Apply(transaction, service);
    }

    private static void Apply(Transaction transaction, ServiceRecord service)
    {
        var former = Read(service.FormerMembers!);
        transaction.Put(EcsTables.Services, service with { FormerMembers = null });
        transaction.Put(
            EcsTables.ServiceRollouts,
            new ServiceRolloutRecord
            {
                ServiceKey = service.Key,
                Deployments =
                [
                    .. former.Deployments.Select(
                        (deployment, index) => index > 0 ? deployment : WithDelay(deployment, former)
                    ),
                ],
                TaskSets = former.TaskSets,
                LastCompleted = former.LastCompleted,
                IsSteady = former.IsSteady,
                Rebalancing = former is { Moving: null, FullZone: null }
                    ? null
                    : new ZoneRebalancing(former.Moving, former.Successor, former.FullZone),
            }
        );
        transaction.Put(
            EcsTables.ServiceEventLogs,
            new ServiceEventLogRecord
            {
                ServiceKey = service.Key,
                LastEvent = former.LastEvent,
                ReportsBlockedDeployment = former.IsBlocked,
            }
        );
    }

    // Only tasks of the newest deployment were started, and these were what was delayed.
    private static DeploymentRecord WithDelay(DeploymentRecord newest, FormerServiceMembers former) =>
        newest with
        {
            NextStartAt = former.NextStartAt,
            EarlyExits = former.ShortLives,
            LastEarlyExitAt = former.ShortLifeAt,
        };

    private static FormerServiceMembers Read(Dictionary<string, JsonElement> members)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in members)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return JsonSerializer.Deserialize(
            json.GetBuffer().AsSpan(0, (int)json.Length),
            EcsJson.Default.FormerServiceMembers
        )!;
    }
}

/// <summary>
/// What the row of a service held in addition before there were rollouts and event logs, by the names of that time. Why
/// a task could not be placed was a text; the scheduler finds it out again.
/// </summary>
internal sealed record FormerServiceMembers
{
    public IReadOnlyList<DeploymentRecord> Deployments { get; init; } = [];

    public IReadOnlyList<TaskSetRecord> TaskSets { get; init; } = [];

    public DeploymentRecord? LastCompleted { get; init; }

    public long LastEvent { get; init; }

    public string? Moving { get; init; }

    public string? Successor { get; init; }

    public string? FullZone { get; init; }

    public bool IsSteady { get; init; }

    public bool IsBlocked { get; init; }

    public DateTimeOffset? NextStartAt { get; init; }

    public int ShortLives { get; init; }

    public DateTimeOffset? ShortLifeAt { get; init; }
}
