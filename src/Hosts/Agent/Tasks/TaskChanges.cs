using Estiba.Engines;

namespace Estiba.Agent.Tasks;

/// <summary>Whom a change of a task's state concerns.</summary>
internal static class TaskChanges
{
    public static bool MattersToServer(TaskState before, TaskState after)
    {
        if (TaskReport.Status(before) != TaskReport.Status(after))
            return true;
        for (var index = 0; index < after.Containers.Length; index++)
        {
            var (old, now) = (before.Containers[index], after.Containers[index]);
            if (ReferenceEquals(old, now))
                continue;
            if (TaskReport.Status(old) != TaskReport.Status(now))
                return true;
            if (old.Reason != now.Reason || !old.Ports.SequenceEqual(now.Ports))
                return true;
        }

        return false;
    }

    public static bool MattersToLogs(TaskState before, TaskState after)
    {
        for (var index = 0; index < after.Containers.Length; index++)
            if (before.Containers[index].StartedAt != after.Containers[index].StartedAt)
                return true;
        return false;
    }

    public static bool MattersToHealth(TaskState before, TaskState after)
    {
        for (var index = 0; index < after.Containers.Length; index++)
            if (before.Containers[index].Health != after.Containers[index].Health)
                return true;
        return false;
    }

    /// <summary>What the engine cannot tell after a restart of the agent, and what saves looking at it.</summary>
    public static bool MattersToJournal(TaskState before, TaskState after)
    {
        if (
            before.StopWanted != after.StopWanted
            || before.HasRun != after.HasRun
            || before.StoppedAt != after.StoppedAt
            || before.StopReported != after.StopReported
            || before.Volumes != after.Volumes && after.Volumes == VolumePhase.Ready
        )
            return true;
        for (var index = 0; index < after.Containers.Length; index++)
        {
            var (old, now) = (before.Containers[index], after.Containers[index]);
            if (old.Reason != now.Reason || old.RestartCount != now.RestartCount || old.ImageDigest != now.ImageDigest)
                return true;
        }

        return false;
    }
}
