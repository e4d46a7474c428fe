using Estiba.Engines;

namespace Estiba.Agent.Tasks;

/// <summary>
/// What a container waits for: its <c>dependsOn</c>, its links (until started), its <c>volumesFrom</c> (until created).
/// </summary>
internal static class Dependencies
{
    private const string Create = "CREATE";
    private const string Start = "START";
    private const string Complete = "COMPLETE";
    private const string Success = "SUCCESS";
    private const string Healthy = "HEALTHY";

    /// <summary>
    /// Whether container <paramref name="index"/> may go on; why it never can; or until when, by the steady clock, it
    /// will wait.
    /// </summary>
    /// <remarks>Why it never can is told in the words of AWS's agent.</remarks>
    public static Readiness Of(TaskState task, int index, TimeSpan now)
    {
        var target = task.ContainerDefinition(index);
        var waits = false;
        TimeSpan? until = null;
        foreach (var (name, condition) in On(task.Definition, target))
        {
            var other = IndexOf(task, name);
            if (other < 0)
                return Readiness.Never(
                    $"dependency graph: container ordering dependency [{name}] for target [{target.Name}] does not "
                        + "exist."
                );

            var container = task.Containers[other];
            switch (Check(container, condition))
            {
                case Verdict.Met:
                    continue;
                case Verdict.Failed:
                    return Readiness.Never(Failure(container, condition, name, target.Name));
            }

            waits = true;
            if (
                task.Containers[index].Phase < ContainerPhase.Created
                && Deadline(task.ContainerDefinition(other), container, condition) is { } deadline
            )
            {
                if (now >= deadline)
                    return Readiness.Never(
                        $"dependency graph: container ordering dependency [{name}] for target [{target.Name}] has "
                            + "timed out."
                    );
                until = until is null || deadline < until ? deadline : until;
            }
        }

        return waits ? Readiness.Wait(until) : Readiness.Now;
    }

    /// <summary>Every container that depends on this one has stopped, so that it may too.</summary>
    public static bool DependentsHaveStopped(TaskState task, int index)
    {
        var name = task.ContainerDefinition(index).Name;
        for (var other = 0; other < task.Containers.Length; other++)
        {
            if (other == index || task.Containers[other].IsStopped)
                continue;
            foreach (var (dependency, _) in On(task.Definition, task.ContainerDefinition(other)))
                if (dependency == name)
                    return false;
        }

        return true;
    }

    private static IEnumerable<(string Name, string Condition)> On(AcsTask task, AcsContainer container)
    {
        // Namespaces that the containers of a task share are those of its first container.
        if (
            (task.PidMode == "task" || task.IpcMode == "task")
            && task.Containers is [{ Name: { } first }, ..]
            && first != container.Name
        )
            yield return (first, Start);

        foreach (var dependency in container.DependsOn ?? [])
            yield return (dependency.ContainerName ?? "", dependency.Condition ?? Start);
        foreach (var link in container.Links ?? [])
            yield return (link.Split(':')[0], Start);
        foreach (var volume in container.VolumesFrom ?? [])
            yield return (volume.SourceContainer ?? "", Create);
    }

    private static Verdict Check(ContainerState container, string condition) =>
        condition switch
        {
            Create => container.Id is not null ? Verdict.Met : Unless(container.IsStopped),
            Complete => container is { IsStopped: true, WasStarted: true, ExitCode: not null }
                ? Verdict.Met
                : Unless(container.IsStopped),
            Success => container is { IsStopped: true, WasStarted: true, ExitCode: 0 }
                ? Verdict.Met
                : Unless(container.IsStopped),
            Healthy => container is { Phase: ContainerPhase.Running, Health: HealthState.Healthy }
                ? Verdict.Met
                : Unless(container.IsStopped),
            _ => container.WasStarted ? Verdict.Met : Unless(container.IsStopped),
        };

    private static string Failure(ContainerState dependency, string condition, string name, string? target)
    {
        if (!dependency.WasStarted)
            return $"dependency graph: failed to resolve container ordering dependency [{name}] for target "
                + $"[{target}] because dependency will never start";
        return condition == Success
            ? $"dependency graph: failed to resolve container ordering dependency [{name}] for target [{target}] "
                + "as dependency did not exit successfully."
            : $"dependency graph: failed to resolve the container ordering dependency [{name}] for target [{target}]";
    }

    private static Verdict Unless(bool failed) => failed ? Verdict.Failed : Verdict.Open;

    /// <summary>
    /// A container that others wait for has <c>startTimeout</c> from its start on ("Container dependency", ECS
    /// developer guide).
    /// </summary>
    private static TimeSpan? Deadline(AcsContainer definition, ContainerState container, string condition) =>
        condition is Complete or Success or Healthy
        && definition.StartTimeout is > 0 and var seconds
        && container.RunningSince is { } started
            ? started + TimeSpan.FromSeconds(seconds)
            : null;

    private static int IndexOf(TaskState task, string name)
    {
        for (var index = 0; index < task.Containers.Length; index++)
            if (task.ContainerDefinition(index).Name == name)
                return index;
        return -1;
    }

    private enum Verdict
    {
        Open,
        Met,
        Failed,
    }
}

/// <summary>Whether a container may go on.</summary>
internal readonly record struct Readiness(bool IsReady, string? Impossible, TimeSpan? Until)
{
    public static Readiness Now => new(IsReady: true, Impossible: null, Until: null);

    public static Readiness Wait(TimeSpan? until) => new(IsReady: false, Impossible: null, until);

    public static Readiness Never(string reason) => new(IsReady: false, reason, Until: null);
}
