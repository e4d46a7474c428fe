using Estiba.Agent.Hosts;
using Estiba.Engines;

namespace Estiba.Agent.Tasks;

/// <summary>
/// What a step's end, or a look at the engine, makes of a task's state. Pure, as <see cref="TaskLifecycle"/> is.
/// </summary>
internal static class TaskOutcomes
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    /// <summary>
    /// An image is there. One that comes when the task has ended already does not count for when its last image was
    /// there.
    /// </summary>
    public static TaskState Pulled(TaskState task, int index, PulledImage image) =>
        (
            task with
            {
                PullStartedAt = task.PullStartedAt < image.StartedAt ? task.PullStartedAt : image.StartedAt,
                PullStoppedAt =
                    task.PullStoppedAt > image.StoppedAt || (task.StopWanted && task.PullStoppedAt is not null)
                        ? task.PullStoppedAt
                        : image.StoppedAt,
            }
        ).With(
            index,
            task.Containers[index] with
            {
                Activity = Activity.None,
                RetryAt = null,
                Phase = ContainerPhase.Pulled,
                ImageDigest = image.Digest,
            }
        );

    public static TaskState PullFailed(
        TaskState task,
        int index,
        string reason,
        DateTimeOffset startedAt,
        DateTimeOffset now
    ) => Failed(task with { PullStartedAt = task.PullStartedAt ?? startedAt, PullStoppedAt = now }, index, reason);

    public static TaskState Created(TaskState task, int index, string id) =>
        task.With(index, Done(task.Containers[index]) with { Phase = ContainerPhase.Created, Id = id });

    public static TaskState Failed(TaskState task, int index, string reason) =>
        task.With(index, Done(task.Containers[index]) with { Phase = ContainerPhase.Stopped, Reason = reason });

    public static TaskState VolumesReady(TaskState task) => task with { Volumes = VolumePhase.Ready };

    /// <summary>Without its volumes no container of the task can be created.</summary>
    public static TaskState VolumesFailed(TaskState task, string reason) =>
        task with
        {
            Volumes = VolumePhase.Ready,
            StopWanted = true,
            StopReason = task.StopReason ?? reason,
        };

    /// <summary>
    /// Nothing came of a step, and it says nothing about the container: it is tried again, later each time, by the
    /// steady clock.
    /// </summary>
    public static TaskState Postponed(TaskState task, int index, TimeSpan now)
    {
        var container = task.Containers[index];
        var delay = FirstRetry * Math.Pow(2, Math.Min(container.Failures, 10));
        return task.With(
            index,
            container with
            {
                Activity = Activity.None,
                Failures = container.Failures + 1,
                RetryAt = now + (delay < LongestRetry ? delay : LongestRetry),
            }
        );
    }

    /// <summary>The image that was pulled is not there any more: back to its pull, but not for ever.</summary>
    public static TaskState ImageGone(TaskState task, int index, TimeSpan now)
    {
        var postponed = Postponed(task, index, now);
        return postponed.With(index, postponed.Containers[index] with { Phase = ContainerPhase.None });
    }

    /// <summary>A step was given up because it is no longer wanted.</summary>
    public static TaskState Abandoned(TaskState task, int index) =>
        task.With(index, task.Containers[index] with { Activity = Activity.None });

    /// <summary>A step that ends with a look at the container has ended.</summary>
    public static TaskState Finished(TaskState task, int index, ContainerInspection? seen, Moment now) =>
        Seen(task.With(index, Done(task.Containers[index])), index, seen, now);

    /// <summary>The container as it was seen; null if the engine does not have it.</summary>
    public static TaskState Seen(TaskState task, int index, ContainerInspection? seen, Moment now)
    {
        var container = task.Containers[index] with { IsSeen = true };
        if (seen is null)
        {
            // One that never was created, or that was removed after its end, is nothing new.
            return container.Phase is ContainerPhase.None or ContainerPhase.Pulled or ContainerPhase.Stopped
                ? task.With(index, container)
                : task.With(
                    index,
                    container with
                    {
                        Phase = ContainerPhase.Stopped,
                        RunningSince = null,
                        FinishedAt = now.At,
                        Reason = container.Reason
                            ?? "CannotInspectContainerError: Could not inspect container: No such container: "
                                + $"{container.Id ?? container.EngineName}",
                    }
                );
        }

        if (seen.Status is ContainerStatus.Running or ContainerStatus.Paused or ContainerStatus.Restarting)
            task = task with { AwaitsServer = false };
        return task.With(
            index,
            seen.Status switch
            {
                ContainerStatus.Created => SeenCreated(container, seen),
                ContainerStatus.Exited or ContainerStatus.Dead or ContainerStatus.Removing => SeenStopped(
                    container,
                    seen,
                    now
                ),
                _ => SeenRunning(container, seen, now),
            }
        );
    }

    private static ContainerState SeenCreated(ContainerState container, ContainerInspection seen) =>
        (
            container.Phase < ContainerPhase.Created
                ? container with
                {
                    Phase = ContainerPhase.Created,
                    Id = seen.Id,
                }
                : container with
                {
                    Id = seen.Id,
                }
        ) with
        {
            EndpointId = EndpointIdOf(container, seen),
        };

    private static ContainerState SeenRunning(ContainerState container, ContainerInspection seen, Moment now) =>
        container with
        {
            Phase = ContainerPhase.Running,
            RunningSince =
                container.RunningSince is { } since && container.StartedAt == seen.StartedAt ? since : Began(seen, now),
            RanFor = null,
            Id = seen.Id,
            EndpointId = EndpointIdOf(container, seen),
            ExitCode = null,
            StartedAt = seen.StartedAt,
            FinishedAt = null,
            Ports = seen.Ports,
            Health = seen.Health,
            HealthSince =
                seen.Health == container.Health ? container.HealthSince : seen.HealthCheckedAt ?? seen.StartedAt,
            HealthOutput = seen.HealthOutput,
        };

    private static ContainerState SeenStopped(ContainerState container, ContainerInspection seen, Moment now) =>
        container with
        {
            Phase = ContainerPhase.Stopped,
            RunningSince = null,
            RanFor =
                container.RanFor is { } known && container.StartedAt == seen.StartedAt
                    ? known
                    : Ran(container, seen, now.Steady),
            Id = seen.Id,
            EndpointId = EndpointIdOf(container, seen),
            ExitCode = seen.ExitCode,
            StartedAt = seen.StartedAt ?? container.StartedAt,
            FinishedAt = seen.FinishedAt ?? now.At,
            Reason = seen.OutOfMemory
                ? "OutOfMemoryError: Container killed due to memory usage"
                : container.Reason
                    ?? (
                        seen is { ExitCode: not 0, Error.Length: > 0 }
                            ? $"DockerStateError: {HostWords.Of(seen.Error)}"
                            : null
                    ),
        };

    // At the moment in which it is seen, the engine's clock and the agent's are the same.
    private static TimeSpan Began(ContainerInspection seen, Moment now) =>
        seen.StartedAt is { } started && now.At > started ? now.Steady - (now.At - started) : now.Steady;

    // The engine's two times, unless the clock was set in between: it cannot have run for longer than it was seen to.
    private static TimeSpan? Ran(ContainerState container, ContainerInspection seen, TimeSpan now)
    {
        var ran = seen.FinishedAt - (seen.StartedAt ?? container.StartedAt);
        if (container.RunningSince is not { } since || container.StartedAt != seen.StartedAt)
            return ran;
        var most = now - since;
        return ran is { } told && told >= TimeSpan.Zero && told <= most ? told : most;
    }

    // The container keeps the id that it was created with, also when an agent that has lost its memory takes it over.
    private static string EndpointIdOf(ContainerState container, ContainerInspection seen) =>
        ContainerNaming.EndpointIdOf(seen.Labels) ?? container.EndpointId;

    private static ContainerState Done(ContainerState container) =>
        container with
        {
            Activity = Activity.None,
            Failures = 0,
            RetryAt = null,
        };
}

/// <summary>An image that is there, and when its pull began and ended.</summary>
internal sealed record PulledImage(string? Digest, DateTimeOffset StartedAt, DateTimeOffset StoppedAt);
