using Estiba.Agent.Engines;
using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;

namespace Estiba.Agent.Tests.Tasks;

/// <summary>Whole lives of random tasks with random failures, from a seed; what must always hold is checked after every change.</summary>
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
        private readonly Random random;
        private readonly LifecycleRules rules = new() { CleanupWait = TimeSpan.FromMinutes(10) };
        private readonly List<TaskStep> open = [];
        private readonly ContainerStatus?[] engine;
        private readonly bool[] everStarted;
        private DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        private DateTimeOffset?[] startedAt;
        private DateTimeOffset?[] finishedAt;
        private TaskState state;
        private bool forgotten;
        private string last = "PENDING";

        public Life(int seed)
        {
            random = new Random(seed);
            state = TaskState.Accept(RandomTask(), now, () => "endpoint");
            engine = new ContainerStatus?[state.Containers.Length];
            everStarted = new bool[engine.Length];
            startedAt = new DateTimeOffset?[engine.Length];
            finishedAt = new DateTimeOffset?[engine.Length];
        }

        public void Play()
        {
            Decide();
            for (var turn = 0; turn < LongestHistory && !forgotten; turn++)
            {
                if (turn == LongestHistory / 2 && !state.StopWanted) state = state with { StopWanted = true };
                Turn();
                Decide();
            }

            state.IsStopped.ShouldBeTrue("The task has not stopped");
            engine.ShouldNotContain(ContainerStatus.Running, "A container of a stopped task still runs");
            forgotten.ShouldBeTrue("The task was not cleaned up");
        }

        private void Turn()
        {
            now = now.AddSeconds(random.Next(1, 40));
            if (state.IsStopped) state = state with { StopReported = true };
            if (state.IsStopped) now = now.AddMinutes(5);
            var index = random.Next(engine.Length);
            switch (random.Next(6))
            {
                case 0 when engine[index] == ContainerStatus.Running && !state.Containers[index].Activity.HasFlag(Activity.Starting):
                    Exit(index);
                    Look(index);
                    break;
                case 1:
                    Look(index);
                    break;
                default:
                    if (open.Count > 0) End(random.Next(open.Count));
                    break;
            }
        }

        private void Decide()
        {
            if (forgotten) return;
            var plan = TaskLifecycle.Next(state, now, rules);
            foreach (var step in plan.Steps)
            {
                Hold(!open.Exists(other => other.Container == step.Container), "A step was begun while another of the same container was under way");
                Hold(step.Kind != StepKind.StopContainer || Dependencies.DependentsHaveStopped(plan.Task, step.Container), "A container stops before one that depends on it");
                Hold(step.Kind != StepKind.StartContainer || !plan.Task.StopWanted, "A container of a task that is to stop is started");
                open.Add(step);
            }

            state = plan.Task;
            Hold(TaskLifecycle.Next(state, now, rules).Steps.Count == 0, "Asked again at once, it wants more");
            var status = TaskReport.Status(state);
            Hold(Rank(status) >= Rank(last), "The task went back to an earlier status");
            last = status;
        }

        /// <summary>Shouldly's messages take too long to be prepared this often.</summary>
        private static void Hold(bool condition, string otherwise)
        {
            if (!condition) throw new InvalidOperationException(otherwise);
        }

        private static int Rank(string status) => status switch { "PENDING" => 0, "RUNNING" => 1, _ => 2 };

        private void End(int which)
        {
            var step = open[which];
            open.RemoveAt(which);
            var index = step.Container;
            var fails = random.Next(12) == 0;
            if (index >= 0 && random.Next(10) == 0)
            {
                state = TaskOutcomes.Postponed(state, index, now);
                return;
            }

            switch (step.Kind)
            {
                case StepKind.PrepareVolumes:
                    state = fails ? TaskOutcomes.VolumesFailed(state, "no volume") : TaskOutcomes.VolumesReady(state);
                    break;
                case StepKind.PullImage:
                    state = fails ? TaskOutcomes.PullFailed(state, index, "CannotPullContainerError: x", now, now) : TaskOutcomes.Pulled(state, index, new PulledImage(null, now, now));
                    break;
                case StepKind.CreateContainer when fails:
                    state = TaskOutcomes.Failed(state, index, "CannotCreateContainerError: x");
                    break;
                case StepKind.CreateContainer:
                    engine[index] = ContainerStatus.Created;
                    state = TaskOutcomes.Created(state, index, $"id-{index}");
                    break;
                case StepKind.StartContainer when fails:
                    state = TaskOutcomes.Failed(state, index, "CannotStartContainerError: x");
                    break;
                case StepKind.StartContainer:
                    engine[index] = ContainerStatus.Running;
                    everStarted[index] = true;
                    startedAt[index] = now;
                    state = TaskOutcomes.Finished(state, index, Inspect(index), now);
                    break;
                case StepKind.StopContainer:
                    if (engine[index] == ContainerStatus.Running) Exit(index);
                    state = TaskOutcomes.Finished(state, index, Inspect(index), now);
                    break;
                default:
                    forgotten = true;
                    break;
            }
        }

        private void Exit(int index)
        {
            engine[index] = ContainerStatus.Exited;
            finishedAt[index] = now;
        }

        private void Look(int index)
        {
            if (state.Containers[index].Activity == Activity.None) state = TaskOutcomes.Seen(state, index, engine[index] is null ? null : Inspect(index), now);
        }

        private ContainerInspection Inspect(int index) => new()
        {
            Id = $"id-{index}",
            Name = "name",
            Image = "image",
            ImageId = "sha256:1",
            Status = engine[index] ?? ContainerStatus.Created,
            ExitCode = engine[index] == ContainerStatus.Exited ? random.Next(3) : 0,
            Health = engine[index] == ContainerStatus.Running ? (HealthState)random.Next(4) : HealthState.None,
            CreatedAt = now,
            StartedAt = startedAt[index],
            FinishedAt = engine[index] == ContainerStatus.Exited ? finishedAt[index] : null,
            Labels = new Dictionary<string, string>(StringComparer.Ordinal),
        };

        private AcsTask RandomTask()
        {
            string[] conditions = ["START", "COMPLETE", "SUCCESS", "HEALTHY"];
            var containers = Enumerable.Range(0, random.Next(1, 5)).Select(index => new AcsContainer
            {
                Name = $"c{index}",
                Image = "image",
                Essential = index == 0 || random.Next(2) == 0,
                StartTimeout = random.Next(3) == 0 ? random.Next(1, 120) : null,
                DependsOn = index > 0 && random.Next(2) == 0
                    ? [new ContainerDependency { ContainerName = $"c{random.Next(index)}", Condition = conditions[random.Next(conditions.Length)] }]
                    : [],
                RestartPolicy = random.Next(4) == 0 ? new RestartPolicy { Enabled = true, RestartAttemptPeriod = random.Next(1, 100), IgnoredExitCodes = [0] } : null,
            });
            return TestTasks.Task([.. containers]) with
            {
                Volumes = random.Next(3) == 0 ? [new Volume { Name = "v", Host = new HostVolumeProperties() }] : [],
            };
        }
    }
}
