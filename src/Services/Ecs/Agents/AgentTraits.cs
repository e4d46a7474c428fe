using Estiba.Ecs.ContainerInstances;

namespace Estiba.Ecs.Agents;

/// <summary>What the payloads of tasks depend on of the agent that they are for.</summary>
/// <param name="IsAmazons">Whether it is Amazon's, which needs to be sent more.</param>
/// <param name="DockerApiVersion">The newest version of Docker's API that it has registered, <c>1.41</c>.</param>
internal readonly record struct AgentTraits(bool IsAmazons, string DockerApiVersion)
{
    /// <summary>The traits of a container instance's agent.</summary>
    internal static AgentTraits Of(ContainerInstanceRecord instance) =>
        new(instance.HasAmazonAgent, Agents.DockerApiVersion.Of(instance));
}
