namespace Estiba.Agent.Tasks;

/// <summary>
/// Decides the next steps of a task from what is wanted, what was seen and the time; does nothing itself.
/// </summary>
/// <remarks>
/// May be asked again at any time and as often as one likes: what is under way is marked in the state
/// (<see cref="Activity"/>) and not begun twice. The order of a start is pull, create, start, each as the dependencies
/// allow; of a stop, the dependents first.
/// </remarks>
internal static class TaskLifecycle
{
    /// <summary>What AWS calls the end of a task whose essential container has ended.</summary>
    public const string EssentialContainerExited = "Essential container in task exited";

    /// <summary>What AWS calls the end of a task that never ran.</summary>
    public const string FailedToStart = "Task failed to start";

    public static TaskPlan Next(TaskState task, Moment now, LifecycleRules rules)
    {
        var plan = new Planning(task, now, rules);
        plan.MarkRestarts();
        plan.Judge();
        plan.DecideRestarts();
        if (plan.Task.StopWanted)
            plan.Stop();
        else
            plan.Start();
        plan.Settle();
        return new TaskPlan(plan.Task, plan.Steps, plan.WakeAt);
    }

    private sealed class Planning(TaskState task, Moment now, LifecycleRules rules)
    {
        /// <summary>
        /// What AWS's agent says of a container that it could not start because of another one: as if it had been asked
        /// to stop.
        /// </summary>
        private const int NeverStarted = 143;

        private static readonly TimeSpan DefaultRestartAttemptPeriod = TimeSpan.FromSeconds(300);

        private List<TaskStep>? _steps;
        private List<(int Index, ContainerState Container)>? _restarts;

        public TaskState Task { get; private set; } = task;

        public TimeSpan? WakeAt { get; private set; }

        public IReadOnlyList<TaskStep> Steps => _steps ?? (IReadOnlyList<TaskStep>)[];

        /// <summary>
        /// Takes a container that has exited after running long enough as one that is being started ("Restart
        /// individual containers in ECS tasks").
        /// </summary>
        public void MarkRestarts()
        {
            if (Task.StopWanted)
                return;
            for (var index = 0; index < Task.Containers.Length; index++)
            {
                var container = Task.Containers[index];
                if (!MayRestart(Task.ContainerDefinition(index), container))
                    continue;

                (_restarts ??= []).Add((index, container));
                Change(
                    index,
                    container with
                    {
                        Phase = ContainerPhase.Created,
                        Activity = Activity.Starting,
                        RestartCount = container.RestartCount + 1,
                        Reason = null,
                        RanFor = null,
                    }
                );
            }
        }

        /// <summary>
        /// Finds out whether the task goes on: gives up containers that can never start, and the task with an essential
        /// one.
        /// </summary>
        public void Judge()
        {
            TaskState before;
            do
            {
                before = Task;
                GiveUpTheImpossible();
                StopWhenEssentialHasStopped();
            } while (!ReferenceEquals(before, Task));
        }

        /// <summary>Begins the restarts that were marked, unless the task is to stop after all.</summary>
        public void DecideRestarts()
        {
            foreach (var (index, container) in _restarts ?? [])
            {
                if (Task.StopWanted)
                    Change(index, container);
                else
                    Do(new TaskStep(StepKind.StartContainer, index));
            }
        }

        private void GiveUpTheImpossible()
        {
            for (var index = 0; index < Task.Containers.Length && !Task.StopWanted; index++)
            {
                var container = Task.Containers[index];
                if (
                    container.Activity == Activity.None
                    && container.Phase < ContainerPhase.Running
                    && Dependencies.Of(Task, index, now.Steady).Impossible is { } reason
                )
                    Change(
                        index,
                        container with
                        {
                            Phase = ContainerPhase.Stopped,
                            ExitCode = NeverStarted,
                            Reason = $"CannotStartContainerError: {reason}",
                        }
                    );
            }
        }

        private void StopWhenEssentialHasStopped()
        {
            for (var index = 0; index < Task.Containers.Length && !Task.StopWanted; index++)
            {
                var container = Task.Containers[index];
                if (!container.IsStopped || Task.ContainerDefinition(index).Essential == false)
                    continue;

                var reason =
                    container.WasStarted ? EssentialContainerExited
                    : container.Reason?.StartsWith("ResourceInitializationError", StringComparison.Ordinal) == true
                        ? container.Reason
                    : FailedToStart;
                Task = Task with
                {
                    StopWanted = true,
                    StopReason = Task.StopReason ?? reason,
                    StartedAt = Task.StartedAt ?? container.StartedAt,
                    ExecutionStoppedAt = container.FinishedAt ?? now.At,
                };
            }
        }

        public void Start()
        {
            if (Task.AwaitsServer || Task.Volumes == VolumePhase.Preparing || Task.IsStopped)
                return;
            if (Task.Volumes == VolumePhase.None)
            {
                if (TaskVolumes.AreNeeded(Task.Definition))
                {
                    Task = Task with { Volumes = VolumePhase.Preparing };
                    Do(new TaskStep(StepKind.PrepareVolumes));
                    return;
                }

                Task = Task with { Volumes = VolumePhase.Ready };
            }

            for (var index = 0; index < Task.Containers.Length; index++)
                Start(index);
        }

        /// <summary>
        /// Takes one container one step further, if it is not there, not busy, and nothing it waits for is missing.
        /// </summary>
        private void Start(int index)
        {
            var container = Task.Containers[index];
            if (container.Activity != Activity.None || container.Phase >= ContainerPhase.Running || MustWait(container))
                return;

            var readiness = Dependencies.Of(Task, index, now.Steady);
            if (!readiness.IsReady && !(rules.PullDependentContainersUpfront && container.Phase == ContainerPhase.None))
            {
                Wake(readiness.Until);
                return;
            }

            var (activity, kind) = container.Phase switch
            {
                ContainerPhase.None => (Activity.Pulling, StepKind.PullImage),
                ContainerPhase.Pulled => (Activity.Creating, StepKind.CreateContainer),
                _ => (Activity.Starting, StepKind.StartContainer),
            };
            Change(index, container with { Activity = activity });
            Do(new TaskStep(kind, index));
        }

        public void Stop()
        {
            TaskState before;
            do
            {
                before = Task; // one that stops without a step frees those that it depends on
                for (var index = 0; index < Task.Containers.Length; index++)
                    Stop(index);
            } while (!ReferenceEquals(before, Task));
        }

        private void Stop(int index)
        {
            var container = Task.Containers[index];
            if (container.IsStopped || container.Activity != Activity.None)
                return;

            if (container.Phase < ContainerPhase.Running && container.IsSeen)
            {
                Change(index, container with { Phase = ContainerPhase.Stopped });
            }
            else if (!MustWait(container) && Dependencies.DependentsHaveStopped(Task, index))
            {
                var timeout = Task.ContainerDefinition(index).StopTimeout is > 0 and var seconds
                    ? TimeSpan.FromSeconds(seconds)
                    : rules.StopTimeout;
                Change(index, container with { Activity = Activity.Stopping });
                Do(new TaskStep(StepKind.StopContainer, index, timeout));
            }
        }

        /// <summary>
        /// Notices that the task as a whole has begun to run, has stopped, or is old enough to be forgotten.
        /// </summary>
        public void Settle()
        {
            if (
                !Task.HasRun
                && !Task.StopWanted
                && Array.TrueForAll(Task.Containers, container => container.Phase >= ContainerPhase.Running)
            )
                Task = Task with
                {
                    HasRun = true,
                    StartedAt = Task.StartedAt ?? Task.Containers.Max(container => container.StartedAt),
                };

            if (Task.StoppedAt is null)
            {
                if (
                    Task.Volumes == VolumePhase.Preparing
                    || !Array.TrueForAll(Task.Containers, container => container.IsStopped)
                )
                    return;
                Task = Task with
                {
                    StopWanted = true,
                    StoppedAt = now.At,
                    ExecutionStoppedAt = Task.ExecutionStoppedAt ?? LastFinish() ?? now.At,
                };
            }

            // A container that somebody started by hand after the end is stopped first.
            if (!Array.TrueForAll(Task.Containers, container => container.IsStopped))
                return;

            var cleanUpAt = Task.CleanUpAt
                ?? now.Steady + LeftOf(rules.CleanupWait, Task.StoppedAt.GetValueOrDefault(now.At));
            Task = Task.CleanUpAt is null ? Task with { CleanUpAt = cleanUpAt } : Task;
            if (!Task.StopReported || Task.CleaningUp)
                return;
            if (now.Steady < cleanUpAt)
            {
                Wake(cleanUpAt);
                return;
            }

            Task = Task with { CleaningUp = true };
            Do(new TaskStep(StepKind.CleanUp));
        }

        // Of a task that an agent before this one saw stop, only the wall clock tells how long ago that was.
        private TimeSpan LeftOf(TimeSpan wait, DateTimeOffset since)
        {
            var left = since + wait - now.At;
            return left < TimeSpan.Zero ? TimeSpan.Zero
                : left < wait ? left
                : wait;
        }

        private DateTimeOffset? LastFinish() => Task.Containers.Max(container => container.FinishedAt);

        private static bool MayRestart(AcsContainer definition, ContainerState container)
        {
            if (
                definition.RestartPolicy is not { Enabled: true } policy
                || container is not { IsStopped: true, Activity: Activity.None }
            )
                return false;
            if (container is not { WasStarted: true, RanFor: { } ran, ExitCode: { } exitCode })
                return false;
            if (policy.IgnoredExitCodes?.Contains(exitCode) == true)
                return false;

            var period = policy.RestartAttemptPeriod is > 0 and var seconds
                ? TimeSpan.FromSeconds(seconds)
                : DefaultRestartAttemptPeriod;
            return ran >= period;
        }

        private bool MustWait(ContainerState container)
        {
            if (container.RetryAt is not { } time || time <= now.Steady)
                return false;
            Wake(time);
            return true;
        }

        private void Change(int index, ContainerState container) => Task = Task.With(index, container);

        private void Do(TaskStep step) => (_steps ??= []).Add(step);

        private void Wake(TimeSpan? time)
        {
            if (time is not null && (WakeAt is null || time < WakeAt))
                WakeAt = time;
        }
    }
}
