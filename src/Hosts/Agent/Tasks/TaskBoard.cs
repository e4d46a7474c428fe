using Estiba.Engines;

namespace Estiba.Agent.Tasks;

/// <summary>
/// Every task of this agent. What comes in (payloads, changes in the engine, ends of steps, the clock) changes a task's
/// state by a pure function, and <see cref="TaskLifecycle"/> says what to do next.
/// </summary>
/// <remarks>
/// One call after another, by one thread; it does nothing itself but asks for it, so whole lives can be played without
/// a clock or an engine.
/// </remarks>
internal sealed class TaskBoard(ITaskWork work, string cluster, LifecycleRules rules, TimeProvider time)
{
    /// <summary>
    /// So long after it has accepted the end of a task the server may still be heard to speak of it as running.
    /// </summary>
    private static readonly TimeSpan LateWords = TimeSpan.FromMinutes(1);

    /// <summary>
    /// After a look that failed. It may have been for the container's end, of which nobody will tell again.
    /// </summary>
    private static readonly TimeSpan InspectRetry = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, TaskEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ContainerSummary> _unknown = new(StringComparer.Ordinal);

    /// <summary>Whether <see cref="EverythingChanged"/> has said what the engine has.</summary>
    public bool KnowsTheEngine { get; private set; }

    /// <summary>The tasks as they are now.</summary>
    public IEnumerable<TaskState> Tasks => _entries.Values.Select(entry => entry.State);

    /// <summary>
    /// Takes up a task that was journalled; nothing is done for it before <see cref="EverythingChanged"/> has it looked
    /// at.
    /// </summary>
    public void TakeUp(TaskState task) => Add(task.Unseen() with { AwaitsServer = !task.StopWanted });

    /// <summary>
    /// Begins with a task that was just accepted, unless it is here already. Its containers may be there: the server
    /// sends it again if the agent has lost its memory.
    /// </summary>
    public void Accept(TaskState task)
    {
        if (_entries.ContainsKey(task.Arn))
            return;
        if (!KnowsTheEngine || Array.Exists(task.Containers, container => _unknown.ContainsKey(container.EngineName)))
            InspectAll(Add(task.Unseen()));
        else
            Apply(Add(task), static state => state);
        foreach (var container in task.Containers)
            _unknown.Remove(container.EngineName);
    }

    /// <summary>Does what the server now says of a task that was accepted, by this agent or by one before it.</summary>
    public void Obey(AcsTask task)
    {
        if (!_entries.TryGetValue(task.Arn ?? "", out var entry))
            return;
        if (task.DesiredStatus == TaskStatuses.Stopped)
            Stop(entry.State.Arn);
        else if (entry.State.AwaitsServer)
            Apply(entry, static state => state with { AwaitsServer = false });

        // A server that still speaks of a task that has ended has lost the report, as when it was restored from a
        // backup.
        if (entry.State.IsStopped && TaskReport.Of(entry.State, cluster) is { } report)
            work.Report(report);
    }

    /// <summary>Stops a task as the server wants it.</summary>
    public void Stop(string arn)
    {
        if (_entries.TryGetValue(arn, out var entry) && !entry.State.StopWanted)
            Apply(entry, static state => state with { StopWanted = true });
    }

    /// <summary>Something happened to a container of a task.</summary>
    public void ContainerChanged(string taskArn, string containerName, string action)
    {
        if (!_entries.TryGetValue(taskArn, out var entry))
            return;
        for (var index = 0; index < entry.State.Containers.Length; index++)
        {
            if (entry.State.ContainerDefinition(index).Name != containerName)
                continue;

            // The step that makes this happen ends with a look of its own.
            var activity = entry.State.Containers[index].Activity;
            if (activity == Activity.Starting && action == "start" || activity == Activity.Stopping && action == "die")
                continue;
            Inspect(entry, index);
        }
    }

    /// <summary>Anything may have happened: the agent or the engine was away.</summary>
    /// <param name="containers">The containers that the engine has for this agent.</param>
    public void EverythingChanged(IReadOnlyList<ContainerSummary> containers)
    {
        KnowsTheEngine = true;
        _unknown.Clear();
        foreach (var container in containers)
            if (!_entries.ContainsKey(container.Labels.GetValueOrDefault(ContainerNaming.TaskArnLabel) ?? ""))
                _unknown[container.Name] = container;

        foreach (var entry in _entries.Values.ToArray())
        {
            if (entry.State.IsStopped)
                Apply(entry, static state => state);
            else
                InspectAll(entry);
        }
    }

    /// <summary>Tasks that have containers here, but that nobody has told this agent of.</summary>
    public IReadOnlyList<string> UnknownTasks() =>
        [
            .. _unknown
                .Values.Select(container => container.Labels.GetValueOrDefault(ContainerNaming.TaskArnLabel) ?? "")
                .Where(arn => arn.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>
    /// Stops and removes the containers of tasks that nobody has told this agent of, once the server says that they are
    /// to stop.
    /// </summary>
    public void StopUnknown(IReadOnlyList<string> arns)
    {
        foreach (var container in _unknown.Values)
        {
            if (arns.Contains(container.Labels.GetValueOrDefault(ContainerNaming.TaskArnLabel) ?? ""))
                work.RemoveUnknown(container);
        }
    }

    /// <summary>
    /// A container of a task that nobody has told this agent of is gone. Until then the server may still send its task.
    /// </summary>
    public void UnknownRemoved(ContainerSummary container) => _unknown.Remove(container.Name);

    /// <summary>The server has accepted a report.</summary>
    public void Reported(string taskArn, string status)
    {
        if (status == TaskStatuses.Stopped && _entries.TryGetValue(taskArn, out var entry) && entry.State.IsStopped)
            Apply(entry, state => state with { StopReported = true, CleanUpAt = CleanUpAfterReport(state) });
    }

    /// <summary>The time has come for which a task asked.</summary>
    public void WakeUp(string arn)
    {
        if (!_entries.TryGetValue(arn, out var entry))
            return;
        entry.WakeAt = null;
        for (var index = 0; index < entry.Dirty.Length; index++)
            if (entry.Dirty[index])
                Inspect(entry, index);
        Apply(entry, static state => state);
    }

    /// <summary>A step has ended.</summary>
    public void Ended(TaskEntry entry, TaskStep step, Func<TaskState, TaskState?> outcome)
    {
        if (step.Container >= 0 && entry.Dirty[step.Container])
        {
            entry.State = outcome(entry.State)!;
            Inspect(entry, step.Container);
        }
        else
        {
            Apply(entry, outcome);
        }
    }

    /// <summary>A container was looked at.</summary>
    /// <param name="entry">Its task.</param>
    /// <param name="index">Which container of the definition.</param>
    /// <param name="outcome">What that makes of the state; null if it could not be looked at, and has to be
    /// again.</param>
    public void Inspected(TaskEntry entry, int index, Func<TaskState, TaskState>? outcome)
    {
        entry.IsInspecting[index] = false;
        entry.Inspecting--;
        if (outcome is null)
        {
            entry.Dirty[index] = true;
            work.WakeUpAt(entry.State.Arn, time.GetSteady() + InspectRetry);
            Apply(entry, static state => state);
        }
        else if (entry.Dirty[index])
        {
            entry.State = outcome(entry.State);
            Inspect(entry, index);
        }
        else
        {
            Apply(entry, outcome);
        }
    }

    // What the server said before it had the report may still be on its way: a task that is forgotten by then would be
    // begun again.
    private TimeSpan CleanUpAfterReport(TaskState task)
    {
        var now = time.GetSteady();
        var soonest = now + (rules.CleanupWait < LateWords ? rules.CleanupWait : LateWords);
        return task.CleanUpAt > soonest ? task.CleanUpAt.Value : soonest;
    }

    private TaskEntry Add(TaskState task)
    {
        var entry = new TaskEntry(task);
        _entries[task.Arn] = entry;
        work.Show(task);
        return entry;
    }

    /// <summary>
    /// Changes a task's state, asks what is to be done then, begins it, and tells everybody whom it concerns.
    /// </summary>
    private void Apply(TaskEntry entry, Func<TaskState, TaskState?> change)
    {
        if (change(entry.State) is not { } state)
        {
            _entries.Remove(entry.State.Arn);
            work.Forget(entry.State);
            entry.Dispose();
            return;
        }

        entry.State = state;
        if (entry.Inspecting > 0)
            return; // the look that is under way may change the answer, and comes back here

        var plan = TaskLifecycle.Next(state, time.GetMoment(), rules);
        entry.State = plan.Task;
        Publish(entry);
        if (plan.WakeAt is { } at && entry.WakeAt != at)
        {
            entry.WakeAt = at;
            work.WakeUpAt(plan.Task.Arn, at);
        }

        foreach (var step in plan.Steps)
            work.Do(entry, step);
    }

    private void Publish(TaskEntry entry)
    {
        var (before, state) = (entry.Published, entry.State);
        entry.Published = state;
        work.Show(state);
        if (state.StopWanted)
            entry.NoLongerWanted();
        if (before is not null && TaskChanges.MattersToJournal(before, state))
            // before the server hears that it has stopped
            work.Save(state, durably: before.StoppedAt != state.StoppedAt);
        if (
            (before is null && !state.StopReported || before is not null && TaskChanges.MattersToServer(before, state))
            && TaskReport.Of(state, cluster) is { } report
        )
            work.Report(report);
        if (before is null || TaskChanges.MattersToLogs(before, state))
            work.FollowLogs(state);
        if (before is null || TaskChanges.MattersToHealth(before, state))
            work.TellHealth();
    }

    private void InspectAll(TaskEntry entry)
    {
        for (var index = 0; index < entry.State.Containers.Length; index++)
            Inspect(entry, index);
    }

    /// <summary>
    /// Looks at a container in the engine; one look at a time, and not while a step for it is under way.
    /// </summary>
    private void Inspect(TaskEntry entry, int index)
    {
        var container = entry.State.Containers[index];
        if (container.Activity != Activity.None || entry.IsInspecting[index])
        {
            entry.Dirty[index] = true;
            return;
        }

        if (entry.State.CleaningUp)
            return;
        entry.Dirty[index] = false;
        entry.IsInspecting[index] = true;
        entry.Inspecting++;
        work.Inspect(entry, index, container.Id ?? container.EngineName);
    }
}
