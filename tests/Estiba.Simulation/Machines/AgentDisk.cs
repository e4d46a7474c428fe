using System.Text.Json;
using Estiba.Agent.Tasks;

namespace Estiba.Simulation.Machines;

/// <summary>
/// What an agent has written down. All of it survives the agent; of what was not written durably, a power cut takes
/// some.
/// </summary>
internal sealed class AgentDisk
{
    private readonly Dictionary<string, TaskState> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskState> _durable = new(StringComparer.Ordinal);

    /// <summary>Nothing can be written.</summary>
    internal bool IsFull { get; set; }

    /// <summary>The container instance that the agent is.</summary>
    internal string? InstanceArn { get; set; }

    /// <summary>Writes a task.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    internal void Save(TaskState task, bool durably)
    {
        if (IsFull)
            throw new IOException("No space left on device");
        _tasks[task.Arn] = task;
        if (durably)
            _durable[task.Arn] = task;
    }

    internal void Remove(string task)
    {
        _tasks.Remove(task);
        _durable.Remove(task);
    }

    /// <summary>What an agent that starts finds, as it comes out of the files.</summary>
    internal IReadOnlyList<TaskState> Load() =>
        [
            .. _tasks
                .Values.Select(task =>
                    JsonSerializer.Deserialize(
                        JsonSerializer.SerializeToUtf8Bytes(task, JournalJson.Default.TaskState),
                        JournalJson.Default.TaskState
                    )!
                )
                .Select(task =>
                    task.Volumes == VolumePhase.Preparing ? task with { Volumes = VolumePhase.None } : task
                ),
        ];

    /// <summary>Takes back what was only in the system's cache, or not, as chance has it.</summary>
    internal void PowerOff(Random random)
    {
        foreach (var (task, state) in _durable)
            if (random.Next(2) == 0)
                _tasks[task] = state;
    }

    /// <summary>Somebody has replaced or wiped it.</summary>
    internal void Wipe()
    {
        _tasks.Clear();
        _durable.Clear();
        InstanceArn = null;
    }
}
