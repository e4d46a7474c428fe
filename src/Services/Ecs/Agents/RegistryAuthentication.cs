using Estiba.Contracts.Acs;
using Estiba.Ecs.TaskDefinitions;

namespace Estiba.Ecs.Agents;

/// <summary>
/// How the agent logs in to the registry of an image: with an ECR token where the registry is ECR's, AWS's names or the
/// platform's own.
/// </summary>
internal static class RegistryAuthentication
{
    /// <summary>Null for registries that need none, as far as the platform knows.</summary>
    /// <param name="image">The image as the definition names it.</param>
    /// <param name="scope">The task's account and region.</param>
    /// <param name="hasExecutionRole">Whether the task has a role to pull with.</param>
    /// <param name="options">Where agents find the platform.</param>
    internal static RegistryAuthenticationData? Of(
        string image,
        Scope scope,
        bool hasExecutionRole,
        EcsOptions options
    ) =>
        RepositoryOf(image, scope, options) is { } repository
            ? Ecr(repository.AccountId, repository.Region, hasExecutionRole, options)
            : null;

    /// <summary>
    /// The repository of the platform's registry that an image is in; null for one of another registry.
    /// </summary>
    internal static EcrImage? RepositoryOf(string image, Scope scope, EcsOptions options) =>
        EcrImage.Of(image)
        ?? (
            IsOwnRegistry(image, options)
                ? new EcrImage(
                    scope.AccountId,
                    scope.Region,
                    image[(image.IndexOf('/', StringComparison.Ordinal) + 1)..]
                )
                : null
        );

    /// <summary>
    /// The name by which an agent is to pull an image. Estiba's own knows where the images of AWS's names really are;
    /// Amazon's pulls by the name it is given.
    /// </summary>
    internal static string PullName(string image, AgentTraits agent, EcsOptions options) =>
        agent.IsAmazons && EcrImage.Of(image) is { } ecr
            ? $"{options.Registry ?? options.AgentEndpoint.Authority}/{ecr.Repository}"
            : image;

    private static RegistryAuthenticationData Ecr(
        string account,
        string region,
        bool hasExecutionRole,
        EcsOptions options
    ) =>
        new()
        {
            Type = "ecr",
            EcrAuthData = new ECRAuthData
            {
                EndpointOverride = options.AgentEndpoint.GetLeftPart(UriPartial.Authority),
                Region = region,
                RegistryId = account,
                UseExecutionRole = hasExecutionRole,
            },
        };

    private static bool IsOwnRegistry(string image, EcsOptions options)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return false;
        var host = image[..slash];
        return host == options.Registry
            || host == options.AgentEndpoint.Authority
            || host == $"localhost:{options.AgentEndpoint.Port}"
            || host == $"127.0.0.1:{options.AgentEndpoint.Port}";
    }
}
