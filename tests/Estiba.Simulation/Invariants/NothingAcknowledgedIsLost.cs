using System.Reflection;
using System.Text.Json;
using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Simulation.Customers;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>What was answered is as it was answered, and a restart changes nothing.</summary>
internal sealed class NothingAcknowledgedIsLost(World world) : Invariant(world)
{
    private static readonly MethodInfo Rows = typeof(NothingAcknowledgedIsLost).GetMethod(
        nameof(RowsOf),
        BindingFlags.NonPublic | BindingFlags.Static
    )!;

    // What is derived from the rest is not compared: some of it, such as the primary deployment, not every record has.
    private static readonly JsonSerializerOptions Given = new() { IgnoreReadOnlyProperties = true };

    internal override void OnRestart(View before, View after, IReadOnlyList<Change> unannounced)
    {
        foreach (var table in EcsTables.All)
        {
            var skipped = unannounced.Where(change => change.Table == table).Select(change => change.Key).ToHashSet();
            var (had, has) = (Read(table, before), Read(table, after));
            foreach (var key in had.Keys.Union(has.Keys).Where(key => !skipped.Contains(key)))
                if (had.GetValueOrDefault(key) != has.GetValueOrDefault(key))
                    World.Violate(
                        $"After the restart {key} in {table} is {has.GetValueOrDefault(key) ?? "gone"}"
                            + $", and was {had.GetValueOrDefault(key) ?? "not there"}"
                    );
        }
    }

    internal override async Task CheckAsync()
    {
        if (World.Server.Process is not { } process)
            return;
        await CheckServicesAsync(process.Api);
        foreach (var sets in World.Customer.TaskSets.ToLookup(set => set.Service))
            await CheckTaskSetsAsync(process.Api, sets.Key, [.. sets]);
    }

    private async Task CheckServicesAsync(IEcsApi api)
    {
        var names = World.Customer.Services.Select(service => service.Name).ToList();
        if (names.Count == 0)
            return;
        var answer = await api.DescribeServicesAsync(new DescribeServicesRequest { Services = names }, World.Caller);
        foreach (var wanted in World.Customer.Services.ToList())
        {
            var service = answer.Services!.FirstOrDefault(service => service.ServiceName == wanted.Name);
            int? desired = service is { Status: "ACTIVE" } ? service.DesiredCount : null;
            if (!wanted.IsSure)
                World.Customer.Learn(service is null ? new WantedService(wanted.Name) : WantedService.Of(service));
            else if (wanted.IsDaemon ? desired is null != wanted.DesiredCount is null : desired != wanted.DesiredCount)
                World.Violate(
                    $"Service {wanted.Name} has the desired count {desired}, but {wanted.DesiredCount} was acknowledged"
                );
        }
    }

    private async Task CheckTaskSetsAsync(IEcsApi api, string service, List<WantedTaskSet> known)
    {
        IReadOnlyList<TaskSet> shown = [];
        if (
            World.Customer.Services.First(wanted => wanted.Name == service) is
            { IsExternal: true, DesiredCount: not null }
        )
            shown = (
                await api.DescribeTaskSetsAsync(
                    new DescribeTaskSetsRequest { Cluster = World.Cluster, Service = service },
                    World.Caller
                )
            ).TaskSets!;
        foreach (var wanted in known)
        {
            var set = shown.FirstOrDefault(set => set.Id == wanted.Id);
            if (set is null && (!wanted.IsSure || wanted.Status == WantedTaskSet.Draining))
                World.Customer.Forget(wanted);
            else if (!wanted.IsSure)
                World.Customer.Learn(WantedTaskSet.Of(service, set!));
            else if (set is null || WantedTaskSet.Of(service, set) != wanted)
                World.Violate(
                    $"Task set {wanted.Id} of {service} is {set?.Status ?? "gone"} with "
                        + $"{set?.Scale?.Value} %, but {wanted.Status} with {wanted.Scale} % was "
                        + "acknowledged"
                );
        }
    }

    /// <summary>Every record by its key, with all that it says of itself.</summary>
    private static Dictionary<string, string> Read(Table table, View view) =>
        (Dictionary<string, string>)
            Rows.MakeGenericMethod(table.GetType().GetGenericArguments()).Invoke(null, [table, view])!;

    private static Dictionary<string, string> RowsOf<TRecord>(Table<TRecord> table, View view)
        where TRecord : class =>
        view.Range(table)
            .ToDictionary(table.KeyOf, record => JsonSerializer.Serialize(record, Given), StringComparer.Ordinal);
}
