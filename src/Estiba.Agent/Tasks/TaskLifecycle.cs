namespace Estiba.Agent.Tasks;

/// <summary>Decides the next steps of a task from what is wanted, what was seen and the time; does nothing itself.</summary>
/// <remarks>
/// May be asked again at any time and as often as one likes: what is under way is marked in the state (<see cref="Activity"/>) and not begun
/// twice. The order of a start is pull, create, start, each as the dependencies allow; of a stop, the dependents first.
/// </remarks>
internal static class TaskLifecycle
{
    /// <summary>What AWS calls the end of a task whose essential container has ended.</summary>
    public const string EssentialContainerExited = "Essential container in task exited";

    /// <summary>What AWS calls the end of a task that never ran.</summary>
    public const string FailedToStart = "Task failed to start";

    public static TaskPlan Next(TaskState task, DateTimeOffset now, LifecycleRules rules)
    {
        var plan = new Planning(task, now, rules);
        plan.MarkRestarts();
        plan.Judge();
        plan.DecideRestarts();
        if (plan.Task.StopWanted) plan.Stop();
        else plan.Start();
        plan.Settle();
        return new TaskPlan(plan.Task, plan.Steps, plan.WakeAt);
    }

    private sealed class Planning(TaskState task, DateTimeOffset now, LifecycleRules rules)
    {
        private static readonly TimeSpan DefaultRestartAttemptPeriod = TimeSpan.FromSeconds(300);

        private List<TaskStep>? steps;
        private List<(int Index, ContainerState Container)>? restarts;

        public TaskState Task { get; private set; } = task;

        public DateTimeOffset? WakeAt { get; private set; }

        public IReadOnlyList<TaskStep> Steps => steps ?? (IReadOnlyList<TaskStep>)[];

        /// <summary>Takes a container that has exited after running long enough as one that is being started ("Restart individual containers in ECS tasks").</summary>
        public void MarkRestarts()
        {
            if (Task.StopWanted) return;
            for (var index = 0; index < Task.Containers.Length; index++)
            {
                var container = Task.Containers[index];
                if (!MayRestart(Task.ContainerDefinition(index), container)) continue;

                (restarts ??= []).Add((index, container));
                Change(index, container with { Phase = ContainerPhase.Created, Activity = Activity.Starting, RestartCount = container.RestartCount + 1, Reason = null });
            }
        }

        /// <summary>Finds out whether the task goes on: gives up containers that can never start, and the task with an essential one.</summary>
        public void Judge()
        {
            TaskState before;
            do
            {
                before = Task;
                GiveUpTheImpossible();
                StopWhenEssentialHasStopped();
            }
            while (!ReferenceEquals(before, Task));
        }

        /// <summary>Begins the restarts that were marked, unless the task is to stop after all.</summary>
        public void DecideRestarts()
        {
            foreach (var (index, container) in restarts ?? [])
            {
                if (Task.StopWanted) Change(index, container);
                else Do(new TaskStep(StepKind.StartContainer, index));
            }
        }

        private void GiveUpTheImpossible()
        {
            for (var index = 0; index < Task.Containers.Length && !Task.StopWanted; index++)
            {
                var container = Task.Containers[index];
                if (container.Activity == Activity.None && container.Phase < ContainerPhase.Running && Dependencies.Of(Task, index, now).Impossible is { } reason)
                    Change(index, container with { Phase = ContainerPhase.Stopped, Reason = reason });
            }
        }

        private void StopWhenEssentialHasStopped()
        {
            for (var index = 0; index < Task.Containers.Length && !Task.StopWanted; index++)
            {
                var container = Task.Containers[index];
                if (!container.IsStopped || Task.ContainerDefinition(index).Essential == false) continue;

                var reason = container.WasStarted ? EssentialContainerExited
                    : container.Reason?.StartsWith("ResourceInitializationError", StringComparison.Ordinal) == true ? container.Reason
                    : FailedToStart;
                Task = Task with { StopWanted = true, StopReason = Task.StopReason ?? reason, ExecutionStoppedAt = container.FinishedAt ?? now };
            }
        }

        public void Start()
        {
            if (Task.AwaitsServer || Task.Volumes == VolumePhase.Preparing || Task.IsStopped) return;
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

            for (var index = 0; index < Task.Containers.Length; index++) Start(index);
        }

        /// <summary>Takes one container one step further, if it is not there, not busy, and nothing it waits for is missing.</summary>
        private void Start(int index)
        {
            var container = Task.Containers[index];
            if (container.Activity != Activity.None || container.Phase >= ContainerPhase.Running || MustWait(container)) return;

            var readiness = Dependencies.Of(Task, index, now);
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
                for (var index = 0; index < Task.Containers.Length; index++) Stop(index);
            }
            while (!ReferenceEquals(before, Task));
        }

        private void Stop(int index)
        {
            var container = Task.Containers[index];
            if (container.IsStopped || container.Activity != Activity.None) return;

            if (container.Phase < ContainerPhase.Running && container.IsSeen)
            {
                Change(index, container with { Phase = ContainerPhase.Stopped });
            }
            else if (!MustWait(container) && Dependencies.DependentsHaveStopped(Task, index))
            {
                var timeout = Task.ContainerDefinition(index).StopTimeout is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : rules.StopTimeout;
                Change(index, container with { Activity = Activity.Stopping });
                Do(new TaskStep(StepKind.StopContainer, index, timeout));
            }
        }

        /// <summary>Notices that the task as a whole has begun to run, has stopped, or is old enough to be forgotten.</summary>
        public void Settle()
        {
            if (!Task.HasRun && !Task.StopWanted && Array.TrueForAll(Task.Containers, container => container.Phase >= ContainerPhase.Running))
                Task = Task with { HasRun = true };

            if (Task.StoppedAt is null)
            {
                if (Task.Volumes == VolumePhase.Preparing || !Array.TrueForAll(Task.Containers, container => container.IsStopped)) return;
                Task = Task with { StopWanted = true, StoppedAt = now, ExecutionStoppedAt = Task.ExecutionStoppedAt ?? LastFinish() ?? now };
            }

            // A container that somebody started by hand after the end is stopped first.
            if (!Array.TrueForAll(Task.Containers, container => container.IsStopped)) return;

            if (!Task.StopReported || Task.CleaningUp) return;
            var cleanUpAt = Task.CleanUpAt ?? Task.StoppedAt.GetValueOrDefault(now) + rules.CleanupWait;
            if (now < cleanUpAt)
            {
                Wake(cleanUpAt);
                return;
            }

            Task = Task with { CleaningUp = true };
            Do(new TaskStep(StepKind.CleanUp));
        }

        private DateTimeOffset? LastFinish() => Task.Containers.Max(container => container.FinishedAt);

        private static bool MayRestart(AcsContainer definition, ContainerState container)
        {
            if (definition.RestartPolicy is not { Enabled: true } policy || container is not { IsStopped: true, Activity: Activity.None }) return false;
            if (container is not { StartedAt: { } started, FinishedAt: { } finished, ExitCode: { } exitCode }) return false;
            if (policy.IgnoredExitCodes?.Contains(exitCode) == true) return false;

            var period = policy.RestartAttemptPeriod is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : DefaultRestartAttemptPeriod;
            return finished - started >= period;
        }

        private bool MustWait(ContainerState container)
        {
            if (container.RetryAt is not { } time || time <= now) return false;
            Wake(time);
            return true;
        }

        private void Change(int index, ContainerState container) => Task = Task.With(index, container);

        private void Do(TaskStep step) => (steps ??= []).Add(step);

        private void Wake(DateTimeOffset? time)
        {
            if (time is not null && (WakeAt is null || time < WakeAt)) WakeAt = time;
        }
    }
}
