using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Instances;

/// <summary>
/// The states of an instance with the codes that EC2 gives them ("Amazon EC2 instance state changes").
/// </summary>
internal static class InstanceStates
{
    public static InstanceState ToContract(string name) => new() { Name = name, Code = CodeOf(name) };

    /// <summary>Whether containers of the instance may be running, so that its address has to answer.</summary>
    public static bool NeedsAddress(string state) =>
        state is InstanceStateName.Pending or InstanceStateName.Running or InstanceStateName.Stopping;

    private static int CodeOf(string name) =>
        name switch
        {
            InstanceStateName.Pending => 0,
            InstanceStateName.Running => 16,
            InstanceStateName.ShuttingDown => 32,
            InstanceStateName.Terminated => 48,
            InstanceStateName.Stopping => 64,
            _ => 80,
        };
}
