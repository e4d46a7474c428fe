using Estiba.Ecs.TaskDefinitions;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>The repositories of the platform's registry from which a host's tasks have their images.</summary>
public static class RepositoriesOfHost
{
    /// <summary>Whether an image of one of the host's tasks is in a repository.</summary>
    /// <param name="view">The state.</param>
    /// <param name="host">The host.</param>
    /// <param name="region">The repository's region.</param>
    /// <param name="repository">Its name.</param>
    /// <param name="options">Where hosts find the registry.</param>
    public static bool Has(View view, BoundHost host, string region, string repository, EcsOptions options) =>
        TasksOfHost
            .All(view, host)
            .SelectMany(task => task.Definition.ContainerDefinitions ?? [])
            .Any(container =>
                RegistryAuthentication.RepositoryOf(container.Image ?? "", host.Scope, options) is { } named
                && named.Region == region
                && IsIn(named.Repository, repository)
            );

    // What follows the name is a tag, a digest, or both.
    private static bool IsIn(string image, string repository) =>
        image.StartsWith(repository, StringComparison.Ordinal)
        && (image.Length == repository.Length || image[repository.Length] is ':' or '@');
}
