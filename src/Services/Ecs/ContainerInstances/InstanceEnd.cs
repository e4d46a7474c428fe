using Estiba.Contracts;

namespace Estiba.Ecs.ContainerInstances;

/// <summary>What tasks say when their container instance is gone.</summary>
internal static class InstanceEnd
{
    /// <summary>
    /// For the tasks of a host that was installed anew. ECS has no words for it: there such a host is another container
    /// instance, and its old one stays for ever.
    /// </summary>
    internal const string Forgotten = "The container agent registered without knowing of the task.";

    private const string Ec2 = "ec2.amazonaws.com";

    /// <summary>
    /// ECS's words: those of a terminated host where EC2 itself deregisters it, else those of a forced deregistration.
    /// </summary>
    internal static string Reason(ContainerInstanceRecord instance, CallContext caller) =>
        caller.Service == Ec2
            ? $"Host EC2 (instance {instance.Ec2InstanceId}) terminated."
            : "Container Instance Deregistration Forced by User";
}
