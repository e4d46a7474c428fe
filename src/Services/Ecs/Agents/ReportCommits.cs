using System.Runtime.ExceptionServices;
using Estiba.Contracts;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Commits what agents report. Reports that come while others are being committed wait, and are then committed
/// together: a thousand hosts that report at the same time cost a few transactions, and none of their reports waits for
/// its own turn behind the large ones of the scheduler.
/// </summary>
/// <remarks>It has no thread: of the callers that wait, one commits for all.</remarks>
internal sealed class ReportCommits(Store store)
{
    /// <summary>So many reports are in one commit at most.</summary>
    internal const int MostReports = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<Report> _waiting = new();
    private bool _isCommitting;

    /// <summary>Commits a report, and completes when it is durable.</summary>
    /// <param name="apply">Checks the report before it changes anything. An error of AWS's is the caller's
    /// alone.</param>
    internal async Task CommitAsync(Action<Transaction> apply)
    {
        var report = new Report(apply);
        if (!IsFirst(report) && !await report.Turn.Task)
            return;

        var reports = TakeWaiting();
        try
        {
            await CommitAsync(reports);
        }
        finally
        {
            PassOn();
        }

        foreach (var other in reports)
            if (other != report)
                other.Complete();
        report.Fault?.Throw();
    }

    private bool IsFirst(Report report)
    {
        lock (_gate)
        {
            _waiting.Enqueue(report);
            if (_isCommitting)
                return false;
            return _isCommitting = true;
        }
    }

    private List<Report> TakeWaiting()
    {
        var reports = new List<Report>();
        lock (_gate)
            while (reports.Count < MostReports && _waiting.TryDequeue(out var report))
                reports.Add(report);
        return reports;
    }

    private void PassOn()
    {
        Report? next;
        lock (_gate)
            if (!_waiting.TryPeek(out next))
                _isCommitting = false;
        next?.Turn.SetResult(true);
    }

    // A report that fails otherwise than by its own fault must not take others with it.
    private async Task CommitAsync(List<Report> reports)
    {
        try
        {
            await store.CommitAsync(transaction => reports.ForEach(report => report.Apply(transaction)));
        }
        catch (Exception fault) when (fault is JournalException or ObjectDisposedException || reports.Count == 1)
        {
            foreach (var report in reports)
                report.Fault = ExceptionDispatchInfo.Capture(fault);
        }
        catch
        {
            foreach (var report in reports)
                await CommitAsync([report]);
        }
    }

    private sealed class Report(Action<Transaction> apply)
    {
        /// <summary>Completes with whether the caller is the next to commit, or when its report is durable.</summary>
        internal TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal ExceptionDispatchInfo? Fault { get; set; }

        internal void Apply(Transaction transaction)
        {
            Fault = null;
            try
            {
                apply(transaction);
            }
            catch (AwsException refused)
            {
                Fault = ExceptionDispatchInfo.Capture(refused);
            }
        }

        internal void Complete()
        {
            if (Fault is null)
                Turn.SetResult(false);
            else
                Turn.SetException(Fault.SourceException);
        }
    }
}
