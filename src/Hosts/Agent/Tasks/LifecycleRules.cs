namespace Estiba.Agent.Tasks;

/// <summary>The times by which tasks live; those of <see cref="AgentOptions"/>.</summary>
internal sealed record LifecycleRules
{
    /// <summary>Between SIGTERM and SIGKILL, for a container that says nothing of its own.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long a stopped task's containers are kept, to be looked at.</summary>
    public TimeSpan CleanupWait { get; init; } = TimeSpan.FromHours(3);

    /// <summary>Images are pulled before the containers depended upon are ready.</summary>
    public bool PullDependentContainersUpfront { get; init; }
}
