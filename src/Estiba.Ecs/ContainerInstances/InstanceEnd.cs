namespace Estiba.Ecs.ContainerInstances;

/// <summary>What tasks say when their container instance is gone.</summary>
internal static class InstanceEnd
{
    /// <summary>For the tasks of a host that was installed anew. ECS has no words for it: there such a host is another container instance, and its old one stays for ever.</summary>
    internal const string Forgotten = "The container agent registered without knowing of the task.";

    /// <summary>ECS's words: those of a terminated EC2 instance where the host was one and its agent is gone, else those of a forced deregistration.</summary>
    internal static string Reason(ContainerInstanceRecord instance) => instance is { Ec2InstanceId: { } ec2, AgentConnected: false }
        ? $"Host EC2 (instance {ec2}) terminated."
        : "Container Instance Deregistration Forced by User";
}
