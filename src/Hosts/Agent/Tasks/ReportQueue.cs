using System.Diagnostics.CodeAnalysis;
using Estiba.Contracts.Ecs;

namespace Estiba.Agent.Tasks;

/// <summary>
/// What the server is to be told: of each task only the newest state, and of no task two at the same time. Not safe for
/// threads: its owner locks.
/// </summary>
internal sealed class ReportQueue
{
    private readonly Dictionary<string, SubmitTaskStateChangeRequest> _newest = new(StringComparer.Ordinal);
    private readonly Queue<string> _waiting = new();
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);

    /// <summary>Tasks that nobody is telling the server of yet.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Takes the place of what was not sent yet of the task.</summary>
    public void Add(SubmitTaskStateChangeRequest report)
    {
        var task = report.Task!;
        if (!_newest.ContainsKey(task) && !_underWay.Contains(task))
            _waiting.Enqueue(task);
        _newest[task] = report;
    }

    /// <summary>Begins with a task; <see cref="End"/> must follow.</summary>
    public bool TryBegin([NotNullWhen(true)] out string? task)
    {
        if (!_waiting.TryDequeue(out task))
            return false;
        _underWay.Add(task);
        return true;
    }

    /// <summary>Takes the newest report of a task that was begun.</summary>
    public SubmitTaskStateChangeRequest Take(string task)
    {
        _newest.Remove(task, out var report);
        return report!;
    }

    /// <summary>A report that was taken did not arrive; it counts again unless there is a newer one.</summary>
    public void PutBack(SubmitTaskStateChangeRequest report) => _newest.TryAdd(report.Task!, report);

    /// <summary>Ends with a task; it waits again if it has changed meanwhile.</summary>
    public void End(string task)
    {
        _underWay.Remove(task);
        if (_newest.ContainsKey(task))
            _waiting.Enqueue(task);
    }
}
