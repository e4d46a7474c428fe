using Estiba.Contracts.Ecs;
using Estiba.State;

namespace Estiba.Ecs.Tasks;

/// <summary>Whether a change of a task would be reported now ("Task", API reference).</summary>
/// <param name="Status"><c>CONNECTED</c>, or <c>DISCONNECTED</c> while the agent of its instance is away; null before
/// an agent took it.</param>
/// <param name="At">When it was connected last.</param>
internal readonly record struct TaskConnectivity(string? Status, DateTimeOffset? At)
{
    /// <summary>
    /// It follows from the task's instance, so that an instance that comes and goes changes one record and not those of
    /// all its tasks.
    /// </summary>
    internal static TaskConnectivity Of(View view, TaskRecord task)
    {
        if (task.ConnectivityAt is not { } taken)
            return default;
        if (
            task.IsStopped
            || task.InstanceKey is not { } key
            || view.Find(EcsTables.ContainerInstances, key) is not { } instance
        )
            return new TaskConnectivity(Connectivity.Connected, taken);
        return new TaskConnectivity(
            instance.AgentConnected ? Connectivity.Connected : Connectivity.Disconnected,
            instance.ConnectedAt > taken ? instance.ConnectedAt : taken
        );
    }
}
