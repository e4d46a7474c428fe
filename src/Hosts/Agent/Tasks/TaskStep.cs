using System.Runtime.InteropServices;

namespace Estiba.Agent.Tasks;

/// <summary>One thing to do for a task, outside of it.</summary>
/// <param name="Kind">What.</param>
/// <param name="Container">For which container of the definition; -1 for the task.</param>
/// <param name="Timeout">Between SIGTERM and SIGKILL, for <see cref="StepKind.StopContainer"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TaskStep(StepKind Kind, int Container = -1, TimeSpan Timeout = default);

internal enum StepKind
{
    PrepareVolumes,
    PullImage,
    CreateContainer,
    StartContainer,
    StopContainer,

    /// <summary>Remove containers and volumes and forget the task.</summary>
    CleanUp,
}

/// <summary>
/// What to do next for a task, how it is once that is begun, and when to look again, by the steady clock, if nothing
/// happens until then.
/// </summary>
internal readonly record struct TaskPlan(TaskState Task, IReadOnlyList<TaskStep> Steps, TimeSpan? WakeAt);
