using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// Tasks are shared out among capacity providers as the strategy says, first the base and then by weight, and each is
/// placed on an instance of its provider.
/// </summary>
/// <remarks>
/// A task that moves to another zone is not counted: otherwise its successor could not take its share.
/// </remarks>
internal sealed class CapacityIsShared(World world) : Invariant(world)
{
    /// <summary>Whether a task may be on an instance, as far as capacity providers go.</summary>
    internal static bool Admits(TaskRecord task, ContainerInstanceRecord instance) =>
        task.CapacityProvider is null || instance.Attribute("estiba.capacity-provider") == task.CapacityProvider;

    internal override void OnCommit(Commit commit)
    {
        foreach (var change in commit.Of(EcsTables.Tasks))
        {
            if (
                change is { Before.ContainerInstance: null, After: { ContainerInstance: { } chosen } placed }
                && !Admits(placed, commit.View.Find(EcsTables.ContainerInstances, placed.InstanceKey!)!)
            )
                World.Violate(
                    $"{World.History.Brief(placed.Id)} of {placed.CapacityProvider} was placed on "
                        + $"{World.History.Brief(chosen)}, which is not of it"
                );
        }

        foreach (
            var added in commit
                .Of(EcsTables.Tasks)
                .Where(change => change is { Before: null, After.Service: not null })
                .Select(change => change.After!)
                .GroupBy(task => (ServiceRecord.KeyOf(task.Scope, task.Cluster, task.Service!), task.StartedBy))
        )
            if (commit.View.Find(EcsTables.Services, added.Key.Item1) is { } service)
                Check(commit.View, service, added.Key.StartedBy!, [.. added]);
    }

    private void Check(View view, ServiceRecord service, string startedBy, List<TaskRecord> added)
    {
        var rollout = view.Find(EcsTables.ServiceRollouts, service.Key)!;
        var strategy = StrategyOf(view, service, rollout, startedBy) ?? [];
        var counts = view.Where(EcsTables.Tasks, EcsTables.TasksOfService, service.Key)
            .Where(task => task.IsWanted && task.StartedBy == startedBy && task.Id != rollout.Rebalancing?.Replaced)
            .CountBy(task => task.CapacityProvider ?? "")
            .ToDictionary();
        int Count(CapacityProviderStrategyItem item) => counts.GetValueOrDefault(item.CapacityProvider!);
        foreach (var provider in added.Select(task => task.CapacityProvider).Distinct())
        {
            var item = strategy.FirstOrDefault(item => item.CapacityProvider == provider);
            if (item is null != provider is null || (provider is null && strategy.Count > 0))
            {
                World.Violate(
                    $"A task of service {service.Name} was started for "
                        + $"{provider ?? "no capacity provider"}, and its strategy is {Describe(strategy)}"
                );
                continue;
            }

            if (item is null || Count(item) <= (item.Base ?? 0))
                continue;

            // The last task that it got went to it by weight: no base was open, and nobody else was further behind.
            if (strategy.FirstOrDefault(other => other.Base > Count(other)) is { } open)
                World.Violate(
                    $"Service {service.Name} gave {provider} a task before {open.CapacityProvider} had its base: "
                        + $"{Describe(strategy)}, {Describe(counts)}"
                );
            var share = (Count(item) - (item.Base ?? 0)) / (decimal)(item.Weight ?? 0);
            if (
                strategy.FirstOrDefault(other =>
                    other.Weight > 0 && (Count(other) - (other.Base ?? 0) + 1) / (decimal)other.Weight < share
                ) is
                { } behind
            )
                World.Violate(
                    $"Service {service.Name} gave {provider} a task that was due to {behind.CapacityProvider}: "
                        + $"{Describe(strategy)}, {Describe(counts)}"
                );
        }
    }

    // What serves while another revision comes is replaced as it was deployed.
    private static IReadOnlyList<CapacityProviderStrategyItem>? StrategyOf(
        View view,
        ServiceRecord service,
        ServiceRolloutRecord rollout,
        string startedBy
    )
    {
        if (rollout.TaskSets.FirstOrDefault(set => set.Id == startedBy) is { } taskSet)
            return taskSet.Settings.CapacityProviderStrategy;
        var earlier = rollout.RolledOut.Skip(1).FirstOrDefault(deployment => deployment.Id == startedBy);
        return earlier is null
            ? service.Settings.CapacityProviderStrategy
            : view.Find(
                EcsTables.ServiceRevisions,
                ServiceRevisionRecord.KeyOf(service.Key, earlier.ServiceRevision)
            )!.Revision.CapacityProviderStrategy;
    }

    private static string Describe(IReadOnlyList<CapacityProviderStrategyItem> strategy) =>
        string.Join(", ", strategy.Select(item => $"{item.CapacityProvider} {item.Base}+{item.Weight}"));

    private static string Describe(Dictionary<string, int> counts) =>
        string.Join(", ", counts.Select(count => $"{count.Key} has {count.Value}"));
}
