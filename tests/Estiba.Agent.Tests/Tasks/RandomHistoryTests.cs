using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Engines;

namespace Estiba.Agent.Tests.Tasks;

/// <summary>
/// Whole lives of random tasks with random failures, from a seed; what must always hold is checked after every change.
/// </summary>
public sealed class RandomHistoryTests
{
    private const int Histories = 1_000;
    private const int LongestHistory = 400;

    [Fact]
    public void Whatever_happens_a_task_that_is_to_stop_stops_and_nothing_is_begun_twice()
    {
        for (var seed = 0; seed < Histories; seed++)
        {
            try
            {
                new Life(seed).Play();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed}: {exception.Message}", exception);
            }
        }
    }

    private sealed class Life
    {
        private readonly Random _random;
        private readonly LifecycleRules _rules = new() { CleanupWait = TimeSpan.FromMinutes(10) };
        private readonly List<TaskStep> _open = [];
        private readonly ContainerStatus?[] _engine;
        private readonly bool[] _everStarted;
        private TimeSpan _steady = TimeSpan.FromHours(1);
        private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        private DateTimeOffset?[] _startedAt;
        private DateTimeOffset?[] _finishedAt;
        private TaskState _state;
        private bool _forgotten;
        private string _last = "PENDING";

        public Life(int seed)
        {
            _random = new Random(seed);
            _state = TaskState.Accept(RandomTask(), _now, () => "endpoint");
            _engine = new ContainerStatus?[_state.Containers.Length];
            _everStarted = new bool[_engine.Length];
            _startedAt = new DateTimeOffset?[_engine.Length];
            _finishedAt = new DateTimeOffset?[_engine.Length];
        }

        private Moment Moment => new(_now, _steady);

        public void Play()
        {
            Decide();
            for (var turn = 0; turn < LongestHistory && !_forgotten; turn++)
            {
                if (turn == LongestHistory / 2 && !_state.StopWanted)
                    _state = _state with { StopWanted = true };
                Turn();
                Decide();
            }

            _state.IsStopped.ShouldBeTrue("The task has not stopped");
            _engine.ShouldNotContain(ContainerStatus.Running, "A container of a stopped task still runs");
            _forgotten.ShouldBeTrue("The task was not cleaned up");
        }

        private void Turn()
        {
            Pass(TimeSpan.FromSeconds(_random.Next(1, 40)));
            if (_random.Next(25) == 0)
                _now += TimeSpan.FromMinutes(_random.Next(-600, 600)); // somebody sets the clock
            if (_state.IsStopped)
                _state = _state with { StopReported = true };
            if (_state.IsStopped)
                Pass(TimeSpan.FromMinutes(5));
            var index = _random.Next(_engine.Length);
            switch (_random.Next(6))
            {
                case 0
                    when _engine[index] == ContainerStatus.Running
                        && !_state.Containers[index].Activity.HasFlag(Activity.Starting):
                    Exit(index);
                    Look(index);
                    break;
                case 1:
                    Look(index);
                    break;
                default:
                    if (_open.Count > 0)
                        End(_random.Next(_open.Count));
                    break;
            }
        }

        private void Pass(TimeSpan time)
        {
            _now += time;
            _steady += time;
        }

        private void Decide()
        {
            if (_forgotten)
                return;
            var plan = TaskLifecycle.Next(_state, Moment, _rules);
            foreach (var step in plan.Steps)
            {
                Hold(
                    !_open.Exists(other => other.Container == step.Container),
                    "A step was begun while another of the same container was under way"
                );
                Hold(
                    step.Kind != StepKind.StopContainer
                        || Dependencies.DependentsHaveStopped(plan.Task, step.Container),
                    "A container stops before one that depends on it"
                );
                Hold(
                    step.Kind != StepKind.StartContainer || !plan.Task.StopWanted,
                    "A container of a task that is to stop is started"
                );
                _open.Add(step);
            }

            _state = plan.Task;
            Hold(TaskLifecycle.Next(_state, Moment, _rules).Steps.Count == 0, "Asked again at once, it wants more");
            var status = TaskReport.Status(_state);
            Hold(Rank(status) >= Rank(_last), "The task went back to an earlier status");
            _last = status;
        }

        /// <summary>Shouldly's messages take too long to be prepared this often.</summary>
        private static void Hold(bool condition, string otherwise)
        {
            if (!condition)
                throw new InvalidOperationException(otherwise);
        }

        private static int Rank(string status) =>
            status switch
            {
                "PENDING" => 0,
                "RUNNING" => 1,
                _ => 2,
            };

        private void End(int which)
        {
            var step = _open[which];
            _open.RemoveAt(which);
            var index = step.Container;
            var fails = _random.Next(12) == 0;
            if (index >= 0 && _random.Next(10) == 0)
            {
                _state = TaskOutcomes.Postponed(_state, index, _steady);
                return;
            }

            switch (step.Kind)
            {
                case StepKind.PrepareVolumes:
                    _state = fails
                        ? TaskOutcomes.VolumesFailed(_state, "no volume")
                        : TaskOutcomes.VolumesReady(_state);
                    break;
                case StepKind.PullImage:
                    _state = fails
                        ? TaskOutcomes.PullFailed(_state, index, "CannotPullContainerError: x", _now, _now)
                        : TaskOutcomes.Pulled(_state, index, new PulledImage(null, _now, _now));
                    break;
                case StepKind.CreateContainer when fails:
                    _state = TaskOutcomes.Failed(_state, index, "CannotCreateContainerError: x");
                    break;
                case StepKind.CreateContainer:
                    _engine[index] = ContainerStatus.Created;
                    _state = TaskOutcomes.Created(_state, index, $"id-{index}");
                    break;
                case StepKind.StartContainer when fails:
                    _state = TaskOutcomes.Failed(_state, index, "CannotStartContainerError: x");
                    break;
                case StepKind.StartContainer:
                    _engine[index] = ContainerStatus.Running;
                    _everStarted[index] = true;
                    _startedAt[index] = _now;
                    _state = TaskOutcomes.Finished(_state, index, Inspect(index), Moment);
                    break;
                case StepKind.StopContainer:
                    if (_engine[index] == ContainerStatus.Running)
                        Exit(index);
                    _state = TaskOutcomes.Finished(_state, index, Inspect(index), Moment);
                    break;
                default:
                    _forgotten = true;
                    break;
            }
        }

        private void Exit(int index)
        {
            _engine[index] = ContainerStatus.Exited;
            _finishedAt[index] = _now;
        }

        private void Look(int index)
        {
            if (_state.Containers[index].Activity == Activity.None)
                _state = TaskOutcomes.Seen(_state, index, _engine[index] is null ? null : Inspect(index), Moment);
        }

        private ContainerInspection Inspect(int index) =>
            new()
            {
                Id = $"id-{index}",
                Name = "name",
                Image = "image",
                ImageId = "sha256:1",
                Status = _engine[index] ?? ContainerStatus.Created,
                ExitCode = _engine[index] == ContainerStatus.Exited ? _random.Next(3) : 0,
                Health = _engine[index] == ContainerStatus.Running ? (HealthState)_random.Next(4) : HealthState.None,
                CreatedAt = _now,
                StartedAt = _startedAt[index],
                FinishedAt = _engine[index] == ContainerStatus.Exited ? _finishedAt[index] : null,
                Labels = new Dictionary<string, string>(StringComparer.Ordinal),
            };

        private AcsTask RandomTask()
        {
            string[] conditions = ["START", "COMPLETE", "SUCCESS", "HEALTHY"];
            var containers = Enumerable
                .Range(0, _random.Next(1, 5))
                .Select(index => new AcsContainer
                {
                    Name = $"c{index}",
                    Image = "image",
                    Essential = index == 0 || _random.Next(2) == 0,
                    StartTimeout = _random.Next(3) == 0 ? _random.Next(1, 120) : null,
                    DependsOn =
                        index > 0 && _random.Next(2) == 0
                            ?
                            [
                                new ContainerDependency
                                {
                                    ContainerName = $"c{_random.Next(index)}",
                                    Condition = conditions[_random.Next(conditions.Length)],
                                },
                            ]
                            : [],
                    RestartPolicy =
                        _random.Next(4) == 0
                            ? new RestartPolicy
                            {
                                Enabled = true,
                                RestartAttemptPeriod = _random.Next(1, 100),
                                IgnoredExitCodes = [0],
                            }
                            : null,
                });
            return TestTasks.Task([.. containers]) with
            {
                Volumes = _random.Next(3) == 0 ? [new Volume { Name = "v", Host = new HostVolumeProperties() }] : [],
            };
        }
    }
}
