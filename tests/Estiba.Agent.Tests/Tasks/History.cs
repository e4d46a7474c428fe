using Estiba.Agent.Tasks;
using Estiba.Engines;

namespace Estiba.Agent.Tests.Tasks;

/// <summary>The life of one task, played with the pure functions alone: a step is done when the test says so.</summary>
internal sealed class History
{
    private readonly List<TaskStep> _open = [];

    public History(AcsTask task, LifecycleRules? rules = null)
    {
        Rules = rules ?? new LifecycleRules();
        State = TaskState.Accept(task, Now, () => "endpoint");
        Decide();
    }

    public LifecycleRules Rules { get; }

    /// <summary>The time by the wall clock.</summary>
    public DateTimeOffset Now { get; private set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The time by the steady clock.</summary>
    public TimeSpan Steady { get; private set; } = TimeSpan.FromHours(1);

    public TaskState State { get; private set; }

    public TimeSpan? WakeAt { get; private set; }

    private Moment Moment => new(Now, Steady);

    /// <summary>Steps that were begun and have not ended, as <c>Kind name</c>.</summary>
    public IReadOnlyList<string> Open =>
        [.. _open.Select(step => step.Container < 0 ? $"{step.Kind}" : $"{step.Kind} {Name(step.Container)}")];

    public ContainerState this[string name] => State.Containers[IndexOf(name)];

    public void Wait(double seconds)
    {
        Now = Now.AddSeconds(seconds);
        Steady += TimeSpan.FromSeconds(seconds);
        Decide();
    }

    /// <summary>Somebody sets the wall clock.</summary>
    public void SetClock(TimeSpan by)
    {
        Now += by;
        Decide();
    }

    public void Volumes() => End(StepKind.PrepareVolumes, -1, TaskOutcomes.VolumesReady);

    public void Pull(string name) =>
        End(StepKind.PullImage, IndexOf(name), state =>
            TaskOutcomes.Pulled(state, IndexOf(name), new PulledImage("sha256:1", Now, Now))
        );

    public void FailPull(string name, string reason) =>
        End(StepKind.PullImage, IndexOf(name), state =>
            TaskOutcomes.PullFailed(state, IndexOf(name), reason, Now, Now)
        );

    public void Create(string name) =>
        End(StepKind.CreateContainer, IndexOf(name), state => TaskOutcomes.Created(state, IndexOf(name), "id-" + name));

    public void Start(string name, HealthState health = HealthState.None) =>
        End(StepKind.StartContainer, IndexOf(name), state =>
            TaskOutcomes.Finished(state, IndexOf(name), Running(name, Now, health), Moment)
        );

    public void FailStart(string name, string reason) =>
        End(StepKind.StartContainer, IndexOf(name), state => TaskOutcomes.Failed(state, IndexOf(name), reason));

    public void Stop(string name, int exitCode = 143) =>
        End(StepKind.StopContainer, IndexOf(name), state =>
            TaskOutcomes.Finished(state, IndexOf(name), Exited(name, exitCode), Moment)
        );

    /// <summary>The start of a container that has ended before anybody looked.</summary>
    public void StartAndEnd(string name, int exitCode, double seconds)
    {
        var startedAt = Now;
        Now = Now.AddSeconds(seconds);
        Steady += TimeSpan.FromSeconds(seconds);
        End(StepKind.StartContainer, IndexOf(name), state =>
            TaskOutcomes.Finished(state, IndexOf(name), Exited(name, exitCode) with { StartedAt = startedAt }, Moment)
        );
    }

    /// <summary>Pull, create and start.</summary>
    public void Run(string name, HealthState health = HealthState.None)
    {
        Pull(name);
        Create(name);
        Start(name, health);
    }

    public void Exits(string name, int exitCode) => See(name, Exited(name, exitCode));

    public void Becomes(string name, HealthState health) =>
        See(name, Running(name, this[name].StartedAt!.Value, health));

    public void See(string name, ContainerInspection? seen)
    {
        State = TaskOutcomes.Seen(State, IndexOf(name), seen, Moment);
        Decide();
    }

    public void StopIsWanted()
    {
        State = State with { StopWanted = true };
        Decide();
    }

    public void StopIsReported()
    {
        State = State with { StopReported = true };
        Decide();
    }

    private static ContainerInspection Running(
        string name,
        DateTimeOffset startedAt,
        HealthState health = HealthState.None
    ) => Inspection(name, ContainerStatus.Running, health) with { StartedAt = startedAt };

    public ContainerInspection Exited(string name, int exitCode) =>
        Inspection(name, ContainerStatus.Exited, HealthState.None) with
        {
            StartedAt = this[name].StartedAt ?? Now,
            FinishedAt = Now,
            ExitCode = exitCode,
        };

    private static ContainerInspection Inspection(string name, ContainerStatus status, HealthState health) =>
        new()
        {
            Id = "id-" + name,
            Name = name,
            Image = "image",
            ImageId = "sha256:2",
            Status = status,
            Health = health,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Labels = new Dictionary<string, string>(StringComparer.Ordinal),
        };

    private void End(StepKind kind, int container, Func<TaskState, TaskState> outcome)
    {
        var index = _open.FindIndex(step => step.Kind == kind && step.Container == container);
        index.ShouldBeGreaterThanOrEqualTo(
            0,
            $"{kind} of {(container < 0 ? "the task" : Name(container))} was not begun; open: {string.Join(", ", Open)}"
        );
        _open.RemoveAt(index);
        State = outcome(State);
        Decide();
    }

    private void Decide()
    {
        var plan = TaskLifecycle.Next(State, Moment, Rules);
        foreach (var step in plan.Steps)
            _open
                .Any(other => other.Container == step.Container && other.Kind == step.Kind)
                .ShouldBeFalse($"{step.Kind} was begun twice");
        _open.AddRange(plan.Steps);
        State = plan.Task;
        WakeAt = plan.WakeAt;
    }

    private string Name(int index) => State.ContainerDefinition(index).Name!;

    private int IndexOf(string name) =>
        Enumerable.Range(0, State.Containers.Length).Single(index => Name(index) == name);
}
