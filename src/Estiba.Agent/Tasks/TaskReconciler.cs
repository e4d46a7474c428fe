using System.Collections.Concurrent;
using System.Threading.Channels;
using Estiba.Agent.Engines;
using Estiba.Agent.Logs;
using Estiba.Contracts.Ecs;
using Microsoft.Extensions.Logging;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Agent.Tasks;

/// <summary>Keeps every task of this agent moving towards what the server wants of it.</summary>
/// <remarks>
/// One loop owns the <see cref="TaskBoard"/>; the steps that it asks for run beside the loop and come back to it. The queue into the loop holds at most
/// one entry per running step or look, and per call.
/// </remarks>
internal sealed class TaskReconciler : IAssignedTasks, ITaskWork, IAsyncDisposable
{
    private readonly TaskEffects effects;
    private readonly TaskJournal journal;
    private readonly StateReporter reporter;
    private readonly LogShipping logs;
    private readonly Func<string> endpointIds;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    private readonly TaskBoard board;
    private readonly Channel<Action> inbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, TaskState> snapshot = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Task> running = [];
    private readonly WakeUps wakeUps;
    private long lastNumber;
    private readonly TaskCompletionSource engineKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource healthChange = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? loop;

    public TaskReconciler(
        AgentOptions options, TaskEffects effects, TaskJournal journal, StateReporter reporter, LogShipping logs, Func<string> endpointIds, TimeProvider time, ILogger logger)
    {
        this.effects = effects;
        this.journal = journal;
        this.reporter = reporter;
        this.logs = logs;
        this.endpointIds = endpointIds;
        this.time = time;
        this.logger = logger;
        board = new TaskBoard(
            this,
            options.Cluster,
            new LifecycleRules
            {
                StopTimeout = options.ContainerStopTimeout,
                CleanupWait = options.TaskCleanupWaitDuration,
                PullDependentContainersUpfront = options.PullDependentContainersUpfront,
            },
            time);
        wakeUps = new WakeUps(time, () => Post(WakeUpDue));
    }

    /// <inheritdoc/>
    public ICollection<TaskState> Tasks => snapshot.Values;

    /// <summary>Completes when it is known what the engine has: before that nobody can be told what runs here.</summary>
    public Task WhenEngineIsKnown => engineKnown.Task;

    /// <summary>Completes when the health of any container changes.</summary>
    public Task NextHealthChange() => Volatile.Read(ref healthChange).Task;

    public async ValueTask DisposeAsync()
    {
        inbox.Writer.TryComplete();
        await stopping.CancelAsync();
        wakeUps.Dispose();
        if (loop is not null) await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] rest;
        lock (running) rest = [.. running.Values];
        await Task.WhenAll(rest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    /// <summary>Takes up the tasks that were journalled; each is looked at in the engine before anything is done for it.</summary>
    public void Start(IReadOnlyList<TaskState> journalled)
    {
        foreach (var task in journalled) board.TakeUp(task);
        loop = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async Task AcceptAsync(IReadOnlyList<AcsTask> tasks, CancellationToken cancellation)
    {
        foreach (var task in tasks)
        {
            if (task.Arn is null || snapshot.ContainsKey(task.Arn)) continue;
            var state = TaskState.Accept(task, time.GetUtcNow(), endpointIds);
            journal.Save(state, durably: true);
            Post(() => board.Accept(state));
        }

        await AskAsync(() =>
        {
            foreach (var task in tasks) board.Obey(task);
            return true;
        }).WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public void StopTasks(IReadOnlyList<string> arns) => Post(() =>
    {
        foreach (var arn in arns) board.Stop(arn);
    });

    /// <inheritdoc cref="TaskBoard.ContainerChanged"/>
    public void ContainerChanged(string taskArn, string containerName, string action) => Post(() => board.ContainerChanged(taskArn, containerName, action));

    /// <inheritdoc cref="TaskBoard.EverythingChanged"/>
    public void EverythingChanged(IReadOnlyList<ContainerSummary> containers) => Post(() =>
    {
        board.EverythingChanged(containers);
        engineKnown.TrySetResult();
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> UnknownTasksAsync() => AskAsync(board.UnknownTasks);

    /// <inheritdoc/>
    public void StopUnknown(IReadOnlyList<string> arns) => Post(() => board.StopUnknown(arns));

    /// <inheritdoc cref="TaskBoard.Reported"/>
    public void Reported(string taskArn, string status) => Post(() => board.Reported(taskArn, status));

    void ITaskWork.Do(TaskEntry entry, TaskStep step) => Own(DoAsync(entry, entry.State, step));

    void ITaskWork.Look(TaskEntry entry, int index, string name) => Own(LookAsync(entry, index, name));

    void ITaskWork.RemoveUnknown(ContainerSummary container) => Own(RemoveUnknownAsync(container));

    void ITaskWork.WakeUpAt(string task, DateTimeOffset at) => wakeUps.Add(task, at);

    void ITaskWork.Report(SubmitTaskStateChangeRequest report) => reporter.Report(report);

    void ITaskWork.Show(TaskState task) => snapshot[task.Arn] = task;

    void ITaskWork.FollowLogs(TaskState task) => logs.Follow(task);

    void ITaskWork.TellHealth() => Interlocked.Exchange(ref healthChange, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    void ITaskWork.Save(TaskState task, bool durably)
    {
        try
        {
            journal.Save(task, durably);
        }
        catch (IOException exception)
        {
            // A full disk: what is in memory goes on, and the journal is written with the next change.
            logger.LogError("The journal cannot be written: {Message}", exception.Message);
        }
    }

    void ITaskWork.Forget(TaskState task) => snapshot.TryRemove(task.Arn, out _);

    private void Post(Action action) => inbox.Writer.TryWrite(action);

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
        await foreach (var action in inbox.Reader.ReadAllAsync(stopping.Token))
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                // One task that cannot be dealt with must not be the end of all others.
                logger.LogError(exception, "A change of a task failed unexpectedly");
            }
        }
    }

    private void WakeUpDue()
    {
        foreach (var arn in wakeUps.Due()) board.WakeUp(arn);
    }

    private async Task DoAsync(TaskEntry entry, TaskState task, TaskStep step)
    {
        await Task.Yield(); // the loop goes on
        var outcome = await effects.RunAsync(task, step, entry.Wanted, stopping.Token);
        Post(() => board.Ended(entry, step, outcome));
    }

    private async Task LookAsync(TaskEntry entry, int index, string name)
    {
        await Task.Yield();
        var outcome = await effects.LookAsync(entry.State.Arn, index, name, stopping.Token);
        Post(() => board.Looked(entry, index, outcome));
    }

    private async Task RemoveUnknownAsync(ContainerSummary container)
    {
        if (await effects.RemoveUnknownAsync(container.Id, stopping.Token)) Post(() => board.UnknownRemoved(container));
    }

    /// <summary>Keeps hold of what was begun, until it has ended.</summary>
    private void Own(Task begun)
    {
        lock (running)
        {
            var number = ++lastNumber;
            var owned = ObserveAsync(begun, number);
            if (!owned.IsCompleted) running[number] = owned;
        }
    }

    private async Task ObserveAsync(Task begun, long number)
    {
        try
        {
            await begun;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The agent ends.
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "A step of a task failed unexpectedly");
        }

        lock (running) running.Remove(number);
    }
}
