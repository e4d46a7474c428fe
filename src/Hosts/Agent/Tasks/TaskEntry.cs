namespace Estiba.Agent.Tasks;

/// <summary>
/// One task in the reconciler's loop: its state, and what is being looked at. Only the loop touches it.
/// </summary>
internal sealed class TaskEntry(TaskState state) : IDisposable
{
    private readonly CancellationTokenSource _wanted = new();

    public TaskState State { get; set; } = state;

    /// <summary>The state that everybody was last told of; null for one that was just taken up.</summary>
    public TaskState? Published { get; set; }

    /// <summary>When it is to be reconciled if nothing happens before, by the steady clock.</summary>
    public TimeSpan? WakeAt { get; set; }

    /// <summary>Ends when the task is to stop.</summary>
    public CancellationToken Wanted => _wanted.Token;

    /// <summary>Containers that changed while they could not be looked at.</summary>
    public bool[] Dirty { get; } = new bool[state.Containers.Length];

    /// <summary>Containers that are being looked at.</summary>
    public bool[] IsInspecting { get; } = new bool[state.Containers.Length];

    /// <summary>How many of them.</summary>
    public int Inspecting { get; set; }

    public void NoLongerWanted() => _wanted.Cancel();

    public void Dispose() => _wanted.Dispose();
}
