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
    private static readonly MethodInfo Rows = typeof(NothingAcknowledgedIsLost).GetMethod(nameof(RowsOf), BindingFlags.NonPublic | BindingFlags.Static)!;

    internal override void OnRestart(View before, View after, IReadOnlyList<Change> unannounced)
    {
        foreach (var table in EcsTables.All)
        {
            var skipped = unannounced.Where(change => change.Table == table).Select(change => change.Key).ToHashSet();
            var (had, has) = (Read(table, before), Read(table, after));
            foreach (var key in had.Keys.Union(has.Keys).Where(key => !skipped.Contains(key)))
                if (had.GetValueOrDefault(key) != has.GetValueOrDefault(key)) World.Violate($"After the restart {key} in {table} is {has.GetValueOrDefault(key) ?? "gone"}, and was {had.GetValueOrDefault(key) ?? "not there"}");
        }
    }

    internal override async Task CheckAsync()
    {
        if (World.Server.Process is not { } process) return;
        var names = World.Customer.Services.Select(service => service.Name).ToList();
        if (names.Count == 0) return;
        var answer = await process.Api.DescribeServicesAsync(new DescribeServicesRequest { Services = names }, World.Caller);
        foreach (var wanted in World.Customer.Services.ToList())
        {
            var service = answer.Services!.FirstOrDefault(service => service.ServiceName == wanted.Name);
            int? desired = service is { Status: "ACTIVE" } ? service.DesiredCount : null;
            if (!wanted.IsSure) World.Customer.Learn(new WantedService(wanted.Name) { DesiredCount = desired });
            else if (desired != wanted.DesiredCount) World.Violate($"Service {wanted.Name} has the desired count {desired}, but {wanted.DesiredCount} was acknowledged");
        }
    }

    /// <summary>Every record by its key, with all that it says of itself.</summary>
    private static Dictionary<string, string> Read(Table table, View view) =>
        (Dictionary<string, string>)Rows.MakeGenericMethod(table.GetType().GetGenericArguments()).Invoke(null, [table, view])!;

    private static Dictionary<string, string> RowsOf<TRecord>(Table<TRecord> table, View view)
        where TRecord : class => view.Range(table).ToDictionary(table.KeyOf, record => JsonSerializer.Serialize(record), StringComparer.Ordinal);
}
