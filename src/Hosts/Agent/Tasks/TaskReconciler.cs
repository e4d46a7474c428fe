using System.Collections.Concurrent;
using System.Threading.Channels;
using Estiba.Agent.Logs;
using Estiba.Contracts.Ecs;
using Estiba.Engines;
using Microsoft.Extensions.Logging;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Agent.Tasks;

/// <summary>Keeps every task of this agent moving towards what the server wants of it.</summary>
/// <remarks>
/// One loop owns the <see cref="TaskBoard"/>; the steps that it asks for run beside the loop and come back to it. The
/// queue into the loop holds at most one entry per running step or look, and per call.
/// </remarks>
internal sealed partial class TaskReconciler : IAssignedTasks, ITaskWork, IAsyncDisposable
{
    private readonly TaskEffects _effects;
    private readonly TaskJournal _journal;
    private readonly StateReporter _reporter;
    private readonly LogShipping _logs;
    private readonly Func<string> _endpointIds;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private readonly TaskBoard _board;
    private readonly Channel<Action> _inbox = Channel.CreateUnbounded<Action>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, TaskState> _snapshot = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Task> _running = [];
    private readonly WakeUps _wakeUps;
    private long _lastNumber;
    private readonly TaskCompletionSource _engineKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _healthChange = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _loop;

    public TaskReconciler(
        AgentOptions options,
        TaskEffects effects,
        TaskJournal journal,
        StateReporter reporter,
        LogShipping logs,
        Func<string> endpointIds,
        TimeProvider time,
        ILogger logger
    )
    {
        _effects = effects;
        _journal = journal;
        _reporter = reporter;
        _logs = logs;
        _endpointIds = endpointIds;
        _time = time;
        _logger = logger;
        _board = new TaskBoard(
            this,
            options.Cluster,
            new LifecycleRules
            {
                StopTimeout = options.ContainerStopTimeout,
                CleanupWait = options.TaskCleanupWaitDuration,
                PullDependentContainersUpfront = options.PullDependentContainersUpfront,
            },
            time
        );
        _wakeUps = new WakeUps(time, () => Post(WakeUpDue));
    }

    /// <inheritdoc/>
    public ICollection<TaskState> Tasks => _snapshot.Values;

    /// <summary>
    /// Completes when it is known what the engine has: before that nobody can be told what runs here.
    /// </summary>
    public Task WhenEngineIsKnown => _engineKnown.Task;

    /// <summary>Completes when the health of any container changes.</summary>
    public Task NextHealthChange() => Volatile.Read(ref _healthChange).Task;

    public async ValueTask DisposeAsync()
    {
        _inbox.Writer.TryComplete();
        await _stopping.CancelAsync();
        _wakeUps.Dispose();
        if (_loop is not null)
            await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] rest;
        lock (_running)
            rest = [.. _running.Values];
        await Task.WhenAll(rest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    /// <summary>
    /// Takes up the tasks that were journalled; each is looked at in the engine before anything is done for it.
    /// </summary>
    public void Start(IReadOnlyList<TaskState> journalled)
    {
        foreach (var task in journalled)
            _board.TakeUp(task);
        _loop = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async Task AcceptAsync(IReadOnlyList<AcsTask> tasks, CancellationToken cancellation)
    {
        foreach (var task in tasks)
        {
            if (task.Arn is null || _snapshot.ContainsKey(task.Arn))
                continue;
            var state = TaskState.Accept(task, _time.GetUtcNow(), _endpointIds);
            _journal.Save(state, durably: true);
            Post(() => _board.Accept(state));
        }

        await AskAsync(() =>
            {
                foreach (var task in tasks)
                    _board.Obey(task);
                return true;
            })
            .WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public void StopTasks(IReadOnlyList<string> arns) =>
        Post(() =>
        {
            foreach (var arn in arns)
                _board.Stop(arn);
        });

    /// <inheritdoc cref="TaskBoard.ContainerChanged"/>
    public void ContainerChanged(string taskArn, string containerName, string action) =>
        Post(() => _board.ContainerChanged(taskArn, containerName, action));

    /// <inheritdoc cref="TaskBoard.EverythingChanged"/>
    public void EverythingChanged(IReadOnlyList<ContainerSummary> containers) =>
        Post(() =>
        {
            _board.EverythingChanged(containers);
            _engineKnown.TrySetResult();
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> UnknownTasksAsync() => AskAsync(_board.UnknownTasks);

    /// <inheritdoc/>
    public void StopUnknown(IReadOnlyList<string> arns) => Post(() => _board.StopUnknown(arns));

    /// <inheritdoc cref="TaskBoard.Reported"/>
    public void Reported(string taskArn, string status) => Post(() => _board.Reported(taskArn, status));

    void ITaskWork.Do(TaskEntry entry, TaskStep step) => Own(DoAsync(entry, entry.State, step));

    void ITaskWork.Inspect(TaskEntry entry, int index, string name) => Own(InspectAsync(entry, index, name));

    void ITaskWork.RemoveUnknown(ContainerSummary container) => Own(RemoveUnknownAsync(container));

    void ITaskWork.WakeUpAt(string task, TimeSpan at) => _wakeUps.Add(task, at);

    void ITaskWork.Report(SubmitTaskStateChangeRequest report) => _reporter.Report(report);

    void ITaskWork.Show(TaskState task) => _snapshot[task.Arn] = task;

    void ITaskWork.FollowLogs(TaskState task) => _logs.Follow(task);

    void ITaskWork.TellHealth() =>
        Interlocked
            .Exchange(ref _healthChange, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .TrySetResult();

    void ITaskWork.Save(TaskState task, bool durably)
    {
        try
        {
            _journal.Save(task, durably);
        }
        catch (IOException exception)
        {
            // A full disk: what is in memory goes on, and the journal is written with the next change.
            Log.JournalFailed(_logger, exception.Message);
        }
    }

    void ITaskWork.Forget(TaskState task) => _snapshot.TryRemove(task.Arn, out _);

    private void Post(Action action) => _inbox.Writer.TryWrite(action);

    /// <summary>Has the loop do something, and hands on what becomes of it.</summary>
    private Task<T> AskAsync<T>(Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                answer.TrySetResult(question());
            }
            catch (Exception exception)
            {
                answer.TrySetException(exception);
            }
        });
        return answer.Task;
    }

    private async Task RunAsync()
    {
        await foreach (var action in _inbox.Reader.ReadAllAsync(_stopping.Token))
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                // One task that cannot be dealt with must not be the end of all others.
                Log.ChangeFailed(_logger, exception);
            }
        }
    }

    private void WakeUpDue()
    {
        foreach (var arn in _wakeUps.Due())
            _board.WakeUp(arn);
    }

    private async Task DoAsync(TaskEntry entry, TaskState task, TaskStep step)
    {
        await Task.Yield(); // the loop goes on
        var outcome = await _effects.RunAsync(task, step, entry.Wanted, _stopping.Token);
        Post(() => _board.Ended(entry, step, outcome));
    }

    private async Task InspectAsync(TaskEntry entry, int index, string name)
    {
        await Task.Yield();
        var outcome = await _effects.InspectAsync(entry.State.Arn, index, name, _stopping.Token);
        Post(() => _board.Inspected(entry, index, outcome));
    }

    private async Task RemoveUnknownAsync(ContainerSummary container)
    {
        if (await _effects.RemoveUnknownAsync(container.Id, _stopping.Token))
            Post(() => _board.UnknownRemoved(container));
    }

    /// <summary>Keeps hold of what was begun, until it has ended.</summary>
    private void Own(Task begun)
    {
        lock (_running)
        {
            var number = ++_lastNumber;
            var owned = ObserveAsync(begun, number);
            if (!owned.IsCompleted)
                _running[number] = owned;
        }
    }

    private async Task ObserveAsync(Task begun, long number)
    {
        try
        {
            await begun;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The agent ends.
        }
        catch (Exception exception)
        {
            Log.StepFailed(_logger, exception);
        }

        lock (_running)
            _running.Remove(number);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The journal cannot be written: {Message}")]
        internal static partial void JournalFailed(ILogger logger, string message);

        [LoggerMessage(Level = LogLevel.Error, Message = "A change of a task failed unexpectedly")]
        internal static partial void ChangeFailed(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "A step of a task failed unexpectedly")]
        internal static partial void StepFailed(ILogger logger, Exception exception);
    }
}
