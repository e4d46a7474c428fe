using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Says why a task can never be given to an agent, although its definition is right and was registered: it needs
/// Systems Manager or Secrets Manager, which the platform does not have. <see cref="PayloadReconciler"/> asks before it
/// sends a task, and stops it with this reason and the stop code <c>TaskFailedToStart</c>, as ECS does when secrets
/// cannot be had.
/// </summary>
internal static class UnavailableResources
{
    private const string Prefix = "ResourceInitializationError: unable to pull secrets or registry auth: ";

    /// <summary>The reason; null when nothing is missing.</summary>
    internal static string? ReasonFor(TaskDefinition definition)
    {
        foreach (var container in definition.ContainerDefinitions ?? [])
        {
            if (container.Secrets is [var secret, ..])
                return $"{Prefix}secret '{secret.Name}' of container '{container.Name}' cannot be retrieved from "
                    + $"{secret.ValueFrom}: Systems Manager and Secrets Manager are not available on this platform";
            if (container.LogConfiguration?.SecretOptions is [var option, ..])
                return $"{Prefix}log option '{option.Name}' of container '{container.Name}' cannot be retrieved "
                    + $"from {option.ValueFrom}: Systems Manager and Secrets Manager are not available on this "
                    + "platform";
            if (container.RepositoryCredentials is { } credentials)
                return $"{Prefix}credentials of container '{container.Name}' cannot be retrieved from "
                    + $"{credentials.CredentialsParameter}: Secrets Manager is not available on this platform";
        }

        return null;
    }
}
