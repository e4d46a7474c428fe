using Estiba.Contracts.Ecs;
using Estiba.Engines;

namespace Estiba.Agent.Tasks;

/// <summary>
/// What <see cref="TaskBoard"/> has done outside of it. None of it may throw, and none may come back to the board
/// before it has returned.
/// </summary>
internal interface ITaskWork
{
    /// <summary>Begins a step; its outcome goes to <see cref="TaskBoard.Ended"/>.</summary>
    void Do(TaskEntry entry, TaskStep step);

    /// <summary>
    /// Begins to inspect a container in the engine; what that says goes to <see cref="TaskBoard.Inspected"/>.
    /// </summary>
    void Inspect(TaskEntry entry, int index, string name);

    /// <summary>
    /// Begins to stop and remove a container that belongs to no task here; once it is gone,
    /// <see cref="TaskBoard.UnknownRemoved"/> hears of it.
    /// </summary>
    void RemoveUnknown(ContainerSummary container);

    /// <summary>Calls <see cref="TaskBoard.WakeUp"/> at a time of the steady clock.</summary>
    void WakeUpAt(string task, TimeSpan at);

    /// <summary>Tells the server.</summary>
    void Report(SubmitTaskStateChangeRequest report);

    /// <summary>Shows a task as it is now to whoever asks from outside.</summary>
    void Show(TaskState task);

    /// <summary>Ships the logs of what has started.</summary>
    void FollowLogs(TaskState task);

    /// <summary>Lets it be known that the health of a container has changed.</summary>
    void TellHealth();

    /// <summary>Writes a task down, so that the next agent knows.</summary>
    /// <param name="task">The task.</param>
    /// <param name="durably">It must survive a power cut: what follows rests on it.</param>
    void Save(TaskState task, bool durably);

    /// <summary>A task is no more.</summary>
    void Forget(TaskState task);
}
