namespace Estiba.Compute.Instances;

/// <summary>What runs virtual instances: for each an ECS agent with the instance's address and capacity.</summary>
/// <remarks>
/// Every method is idempotent, and may be called for an instance that was started by an earlier process. Calls for one
/// instance never overlap; those for different instances do. A failed call is repeated with growing delays.
/// </remarks>
public interface IInstanceHost
{
    /// <summary>
    /// Starts the instance's agent, or takes it over with the containers that run already; returns when the agent
    /// works, not when its tasks do. An instance that runs already is left alone.
    /// </summary>
    /// <returns>Whether it works, or when to ask again, or that it never will.</returns>
    Task<InstanceStart> StartAsync(InstanceLaunch instance, CancellationToken cancellation);

    /// <summary>
    /// Shuts the instance down as an operating system does: containers are stopped with their timeouts, then the agent.
    /// </summary>
    Task StopAsync(InstanceLaunch instance, CancellationToken cancellation);

    /// <summary>
    /// Ends the instance as a power cut does: containers are killed at once, the agent is gone, nothing of it is kept.
    /// </summary>
    Task TerminateAsync(InstanceLaunch instance, CancellationToken cancellation);
}
