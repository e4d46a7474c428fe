namespace Estiba.Agent.Tasks;

/// <summary>The tasks of this agent, as far as the server's messages are about them.</summary>
internal interface IAssignedTasks
{
    /// <summary>The tasks as they are at this moment.</summary>
    ICollection<TaskState> Tasks { get; }

    /// <summary>Takes on what a payload says; returns when that would survive a power cut.</summary>
    /// <exception cref="IOException">It cannot be written down.</exception>
    Task AcceptAsync(IReadOnlyList<AcsTask> tasks, CancellationToken cancellation);

    /// <summary>Stops tasks as the server wants it.</summary>
    void StopTasks(IReadOnlyList<string> arns);

    /// <summary>Tasks that have containers here, but that nobody has told this agent of.</summary>
    Task<IReadOnlyList<string>> UnknownTasksAsync();

    /// <summary>
    /// Stops and removes the containers of tasks that nobody has told this agent of, once the server says that they are
    /// to stop.
    /// </summary>
    void StopUnknown(IReadOnlyList<string> arns);
}
