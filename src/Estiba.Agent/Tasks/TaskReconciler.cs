using System.Collections.Concurrent;
using System.Threading.Channels;
using Estiba.Agent.Engines;
using Estiba.Agent.Logs;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Tasks;

/// <summary>Keeps every task of this agent moving towards what the server wants of it.</summary>
/// <remarks>
/// One loop owns all states. What comes in (payloads, changes in the engine, ends of steps, the clock) changes a state by a pure function, and
/// <see cref="TaskLifecycle"/> says what to do next; the steps run beside the loop and come back to it. The queue into the loop holds at most
/// one entry per running step or look, and per call.
/// </remarks>
internal sealed class TaskReconciler : IAsyncDisposable
{
    private readonly TaskEffects effects;
    private readonly TaskJournal journal;
    private readonly StateReporter reporter;
    private readonly LogShipping logs;
    private readonly LifecycleRules rules;
    private readonly string cluster;
    private readonly Func<string> endpointIds;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    private readonly Channel<Action> inbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<string, TaskEntry> entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskState> snapshot = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ContainerSummary> unknown = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Task> running = [];
    private readonly WakeUps wakeUps;
    private long lastNumber;
    private TaskCompletionSource healthChange = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? loop;

    public TaskReconciler(
        AgentOptions options, TaskEffects effects, TaskJournal journal, StateReporter reporter, LogShipping logs, Func<string> endpointIds, TimeProvider time, ILogger logger)
    {
        cluster = options.Cluster;
        this.effects = effects;
        this.journal = journal;
        this.reporter = reporter;
        this.logs = logs;
        this.endpointIds = endpointIds;
        this.time = time;
        this.logger = logger;
        rules = new LifecycleRules
        {
            StopTimeout = options.ContainerStopTimeout,
            CleanupWait = options.TaskCleanupWaitDuration,
            PullDependentContainersUpfront = options.PullDependentContainersUpfront,
        };
        wakeUps = new WakeUps(time, () => inbox.Writer.TryWrite(ReconcileDue));
    }

    /// <summary>The tasks as they are at this moment.</summary>
    public ICollection<TaskState> Tasks => snapshot.Values;

    /// <summary>Whether a task is here that has not stopped.</summary>
    public bool Runs(string taskArn) => snapshot.TryGetValue(taskArn, out var task) && !task.IsStopped;

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
        foreach (var task in journalled) Add(task);
        loop = Task.Run(RunAsync);
    }

    /// <summary>Takes on what a payload says; returns when that would survive a power cut.</summary>
    public async Task AcceptAsync(IReadOnlyList<AcsTask> tasks, CancellationToken cancellation)
    {
        foreach (var task in tasks)
        {
            if (task.Arn is null || snapshot.ContainsKey(task.Arn)) continue;
            var state = TaskState.Accept(task, time.GetUtcNow(), endpointIds);
            journal.Save(state, durably: true);
            Post(() =>
            {
                if (!entries.ContainsKey(state.Arn)) Begin(Add(state));
            });
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            foreach (var task in tasks)
                if (task.DesiredStatus == TaskStatuses.Stopped) Stop(task.Arn ?? "");
            done.TrySetResult();
        });
        await done.Task.WaitAsync(cancellation);
    }

    /// <summary>Stops tasks as the server wants it.</summary>
    public void StopTasks(IReadOnlyList<string> arns) => Post(() =>
    {
        foreach (var arn in arns) Stop(arn);
    });

    /// <summary>Something happened to a container of a task.</summary>
    public void ContainerChanged(string taskArn, string containerName, string action) => Post(() =>
    {
        if (!entries.TryGetValue(taskArn, out var entry)) return;
        for (var index = 0; index < entry.State.Containers.Length; index++)
        {
            if (entry.State.ContainerDefinition(index).Name != containerName) continue;

            // The step that makes this happen ends with a look of its own.
            var activity = entry.State.Containers[index].Activity;
            if (activity == Activity.Starting && action == "start" || activity == Activity.Stopping && action == "die") continue;
            Look(entry, index);
        }
    });

    /// <summary>Anything may have happened: the agent or the engine was away.</summary>
    /// <param name="containers">The containers that the engine has for this agent.</param>
    public void EverythingChanged(IReadOnlyList<ContainerSummary> containers) => Post(() =>
    {
        unknown.Clear();
        foreach (var container in containers)
            if (!entries.ContainsKey(container.Labels.GetValueOrDefault(ContainerNaming.TaskArnLabel) ?? "")) unknown[container.Name] = container;

        foreach (var entry in entries.Values.ToArray())
        {
            if (entry.State.IsStopped) Apply(entry, static state => state);
            else LookAtAll(entry);
        }
    });

    /// <summary>Tasks that have containers here, but that nobody has told this agent of.</summary>
    public Task<IReadOnlyList<string>> UnknownTasksAsync()
    {
        var answer = new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => answer.TrySetResult(
            [.. unknown.Values.Select(container => container.Labels.GetValueOrDefault(ContainerNaming.TaskArnLabel) ?? "").Where(arn => arn.Length > 0).Distinct(StringComparer.Ordinal)]));
        return answer.Task;
    }

    /// <summary>Stops and removes the containers of tasks that nobody has told this agent of, once the server says that they are to stop.</summary>
    public void StopUnknown(IReadOnlyList<string> arns) => Post(() =>
    {
        foreach (var container in unknown.Values.ToArray())
        {
            if (!arns.Contains(container.Labels.GetValueOrDefault(ContainerNaming.TaskArnLabel) ?? "")) continue;
            unknown.Remove(container.Name);
            Own(effects.RemoveUnknownAsync(container.Id, stopping.Token));
        }
    });

    /// <summary>The server has accepted a report.</summary>
    public void Reported(string taskArn, string status) => Post(() =>
    {
        if (status == TaskStatuses.Stopped && entries.TryGetValue(taskArn, out var entry) && entry.State.IsStopped)
            Apply(entry, static state => state with { StopReported = true });
    });

    private void Post(Action action) => inbox.Writer.TryWrite(action);

    private async Task RunAsync()
    {
        await foreach (var action in inbox.Reader.ReadAllAsync(stopping.Token))
        {
            try
            {
                action();
            }
            catch (IOException exception)
            {
                // A full disk: what is in memory goes on, and the journal is written with the next change.
                logger.LogError("The journal cannot be written: {Message}", exception.Message);
            }
        }
    }

    private TaskEntry Add(TaskState task)
    {
        var entry = new TaskEntry(task);
        entries[task.Arn] = entry;
        snapshot[task.Arn] = task;
        return entry;
    }

    /// <summary>Begins with a task that was just accepted. Its containers may be there: the server sends it again if the agent has lost its memory.</summary>
    private void Begin(TaskEntry entry)
    {
        if (Array.Exists(entry.State.Containers, container => unknown.Remove(container.EngineName))) LookAtAll(entry);
        else Apply(entry, static state => state);
    }

    private void Stop(string arn)
    {
        if (entries.TryGetValue(arn, out var entry) && !entry.State.StopWanted) Apply(entry, static state => state with { StopWanted = true });
    }

    private void ReconcileDue()
    {
        foreach (var arn in wakeUps.Due())
        {
            if (!entries.TryGetValue(arn, out var entry)) continue;
            entry.WakeAt = null;
            Apply(entry, static state => state);
        }
    }

    /// <summary>Changes a task's state, asks what is to be done then, begins it, and tells everybody whom it concerns.</summary>
    private void Apply(TaskEntry entry, Func<TaskState, TaskState?> change)
    {
        if (change(entry.State) is not { } state)
        {
            entries.Remove(entry.State.Arn);
            snapshot.TryRemove(entry.State.Arn, out _);
            entry.Dispose();
            return;
        }

        entry.State = state;
        if (entry.Looking > 0) return; // the look that is under way may change the answer, and comes back here

        var plan = TaskLifecycle.Next(state, time.GetUtcNow(), rules);
        entry.State = plan.Task;
        snapshot[plan.Task.Arn] = plan.Task; // before anybody is told, who may look at it
        Publish(entry);
        if (plan.WakeAt is { } at && entry.WakeAt != at)
        {
            entry.WakeAt = at;
            wakeUps.Add(plan.Task.Arn, at);
        }

        foreach (var step in plan.Steps) Own(DoAsync(entry, plan.Task, step));
    }

    private void Publish(TaskEntry entry)
    {
        var (before, state) = (entry.Published, entry.State);
        entry.Published = state;
        if (state.StopWanted) entry.NoLongerWanted();
        if ((before is null && !state.StopReported || before is not null && TaskChanges.MattersToServer(before, state)) && TaskReport.Of(state, cluster) is { } report) reporter.Report(report);
        if (before is null || TaskChanges.MattersToLogs(before, state)) logs.Follow(state);
        if (before is null || TaskChanges.MattersToHealth(before, state))
            Interlocked.Exchange(ref healthChange, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        if (before is not null && TaskChanges.MattersToJournal(before, state)) journal.Save(state, durably: false);
    }

    private async Task DoAsync(TaskEntry entry, TaskState task, TaskStep step)
    {
        await Task.Yield(); // the loop goes on
        var outcome = await effects.RunAsync(task, step, entry.Wanted, stopping.Token);
        Post(() =>
        {
            if (step.Container >= 0 && entry.Dirty[step.Container])
            {
                entry.State = outcome(entry.State)!;
                Look(entry, step.Container);
            }
            else
            {
                Apply(entry, outcome);
            }
        });
    }

    private void LookAtAll(TaskEntry entry)
    {
        for (var index = 0; index < entry.State.Containers.Length; index++) Look(entry, index);
    }

    /// <summary>Looks at a container in the engine; one look at a time, and not while a step for it is under way.</summary>
    private void Look(TaskEntry entry, int index)
    {
        var container = entry.State.Containers[index];
        if (container.Activity != Activity.None || entry.IsLooking[index])
        {
            entry.Dirty[index] = true;
            return;
        }

        if (entry.State.CleaningUp) return;
        entry.Dirty[index] = false;
        entry.IsLooking[index] = true;
        entry.Looking++;
        Own(LookAsync(entry, index, container.Id ?? container.EngineName));
    }

    private async Task LookAsync(TaskEntry entry, int index, string name)
    {
        await Task.Yield();
        var outcome = await effects.LookAsync(entry.State.Arn, index, name, stopping.Token);
        Post(() =>
        {
            entry.IsLooking[index] = false;
            entry.Looking--;
            if (entry.Dirty[index])
            {
                entry.State = outcome(entry.State);
                Look(entry, index);
            }
            else
            {
                Apply(entry, outcome);
            }
        });
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
