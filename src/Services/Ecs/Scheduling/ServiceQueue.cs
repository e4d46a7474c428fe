using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Scheduling;

/// <summary>
/// The tasks that wait to be placed, found service by service and each service's oldest first, without walking all of
/// them. Those outside of services are together under the empty name.
/// </summary>
internal static class ServiceQueue
{
    /// <summary>
    /// The key of a waiting task in <see cref="EcsTables.WaitingTasks"/>: by cluster, service and age.
    /// </summary>
    internal static string KeyOf(TaskRecord task) =>
        $"{task.ServiceKey ?? task.InCluster("")}/{task.CreatedAt.UtcTicks:D19}";

    /// <summary>Whether any task of the cluster waits.</summary>
    internal static bool Any(View view, string clusterKey) => From(view, clusterKey, "").Any();

    /// <summary>The services that have waiting tasks, by name, the one whose oldest has waited longest first.</summary>
    internal static IReadOnlyList<string> Services(View view, string clusterKey)
    {
        // In the order of the keys "0" comes right after the "/" that ends a name.
        var services = new List<(string Name, DateTimeOffset Oldest)>();
        for (
            var first = From(view, clusterKey, "").FirstOrDefault();
            first is not null;
            first = From(view, clusterKey, first.Service + "0").FirstOrDefault()
        )
            services.Add((first.Service ?? "", first.CreatedAt));
        return [.. services.OrderBy(service => service.Oldest).Select(service => service.Name)];
    }

    /// <summary>The waiting tasks of one service, the oldest first.</summary>
    internal static IEnumerable<TaskRecord> Of(View view, string clusterKey, string service) =>
        view.InOrder(EcsTables.Tasks, EcsTables.WaitingTasks, $"{clusterKey}/{service}/", $"{clusterKey}/{service}0");

    /// <summary>The waiting tasks outside of services, the oldest first.</summary>
    internal static IEnumerable<TaskRecord> OutsideServices(View view, string clusterKey) => Of(view, clusterKey, "");

    private static IEnumerable<TaskRecord> From(View view, string clusterKey, string service) =>
        view.InOrder(EcsTables.Tasks, EcsTables.WaitingTasks, $"{clusterKey}/{service}", clusterKey + "0");
}
