using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>
/// What containers of a task want of each other: <c>dependsOn</c>, <c>links</c> and <c>volumesFrom</c>.
/// </summary>
internal static class DependencyChecks
{
    internal static void Check(IReadOnlyList<ContainerDefinition> containers)
    {
        var byName = containers.ToDictionary(container => container.Name!, StringComparer.Ordinal);
        foreach (var container in containers)
        {
            foreach (var dependency in container.DependsOn ?? [])
                CheckDependency(dependency, byName);
            foreach (var volume in container.VolumesFrom!)
                if (volume.SourceContainer is null || !byName.ContainsKey(volume.SourceContainer))
                    throw ClientException(
                        $"Invalid 'volumesFrom' setting. Unknown container: '{volume.SourceContainer ?? "null"}'."
                    );
            foreach (var link in container.Links ?? [])
                if (!byName.ContainsKey(LinkedContainer(link)))
                    throw ClientException($"Invalid 'links' setting. Unknown container: '{LinkedContainer(link)}'.");
        }

        if (HasCycle(byName, container => (container.Links ?? []).Select(LinkedContainer)))
            throw ClientException("Container links should not have a cycle");
        if (HasCycle(byName, container => container.VolumesFrom!.Select(volume => volume.SourceContainer!)))
            throw ClientException("Container volumes should not have a cycle");
        if (HasCycle(byName, container => (container.DependsOn ?? []).Select(dependency => dependency.ContainerName!)))
            throw ClientException("Container dependencies should not have a cycle");
    }

    private static void CheckDependency(ContainerDependency dependency, Dictionary<string, ContainerDefinition> byName)
    {
        if (!byName.TryGetValue(dependency.ContainerName!, out var target))
            throw ClientException(
                $"Cannot depend on container + '{dependency.ContainerName}' because it does not exist"
            );
        if (
            dependency.Condition is ContainerCondition.Success or ContainerCondition.Complete
            && target.Essential == true
        )
            throw ClientException(
                "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
            );
        if (dependency.Condition == ContainerCondition.Healthy && target.HealthCheck is null)
            throw ClientException("A dependency container with HEALTHY condition must have health check configured");
    }

    private static string LinkedContainer(string link) =>
        link.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? link[..colon] : link;

    private static bool HasCycle(
        Dictionary<string, ContainerDefinition> byName,
        Func<ContainerDefinition, IEnumerable<string>> next
    )
    {
        var finished = new HashSet<string>(StringComparer.Ordinal);
        var path = new HashSet<string>(StringComparer.Ordinal);
        return byName.Keys.Any(Visit);

        bool Visit(string name)
        {
            if (finished.Contains(name))
                return false;
            if (!path.Add(name))
                return true;
            if (next(byName[name]).Any(Visit))
                return true;
            path.Remove(name);
            finished.Add(name);
            return false;
        }
    }
}
