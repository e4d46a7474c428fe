namespace Estiba.Ecs.ContainerInstances;

/// <summary>What tasks say when their container instance is gone.</summary>
internal static class InstanceEnd
{
    /// <summary>ECS's words: those of a terminated EC2 instance where the host was one and its agent is gone, else those of a forced deregistration.</summary>
    internal static string Reason(ContainerInstanceRecord instance) => instance is { Ec2InstanceId: { } ec2, AgentConnected: false }
        ? $"Host EC2 (instance {ec2}) terminated."
        : "Container Instance Deregistration Forced by User";
}
