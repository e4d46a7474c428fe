using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Engines;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.Tasks;

public sealed class TaskBoardTests
{
    private static readonly LifecycleRules Rules = new() { CleanupWait = TimeSpan.FromHours(3) };

    /// <remarks>
    /// An agent that was cut off for hours is sent its tasks as the server knows them, and its report may be accepted
    /// before it has read that.
    /// </remarks>
    [Fact]
    public void A_task_that_ended_long_ago_is_known_for_a_minute_after_the_server_has_accepted_that()
    {
        var time = new FakeTimeProvider();
        var work = new StandInWork();
        var board = new TaskBoard(work, StandInEcs.Cluster, Rules, time);
        board.EverythingChanged([]);
        var ended = Ended(TestTasks.Task(TestTasks.Shell("app", "true")), time.GetUtcNow() - TimeSpan.FromHours(4));
        board.Accept(ended);

        board.Reported(ended.Arn, "STOPPED");

        work.Steps.ShouldBeEmpty();
        work.WakeAt.ShouldBe(time.GetSteady() + TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromMinutes(1));
        board.WakeUp(ended.Arn);
        work.Steps.ShouldHaveSingleItem().Kind.ShouldBe(StepKind.CleanUp);
    }

    [Fact]
    public void A_task_that_ended_just_now_is_kept_for_as_long_as_is_said()
    {
        var time = new FakeTimeProvider();
        var work = new StandInWork();
        var board = new TaskBoard(work, StandInEcs.Cluster, Rules, time);
        board.EverythingChanged([]);
        var ended = Ended(TestTasks.Task(TestTasks.Shell("app", "true")), time.GetUtcNow());
        board.Accept(ended);

        board.Reported(ended.Arn, "STOPPED");

        work.WakeAt.ShouldBe(time.GetSteady() + Rules.CleanupWait);
    }

    private static TaskState Ended(AcsTask definition, DateTimeOffset at)
    {
        var task = TaskState.Accept(definition, at, static () => "1");
        return task with
        {
            StopWanted = true,
            StoppedAt = at,
            Containers = Array.ConvertAll(task.Containers, container =>
                container with
                {
                    Phase = ContainerPhase.Stopped,
                }
            ),
        };
    }

    /// <summary>Remembers what it was asked for and does nothing.</summary>
    private sealed class StandInWork : ITaskWork
    {
        internal List<TaskStep> Steps { get; } = [];

        internal TimeSpan? WakeAt { get; private set; }

        public void Do(TaskEntry entry, TaskStep step) => Steps.Add(step);

        public void WakeUpAt(string task, TimeSpan at) => WakeAt = at;

        public void Inspect(TaskEntry entry, int index, string name) { }

        public void RemoveUnknown(ContainerSummary container) { }

        public void Report(SubmitTaskStateChangeRequest report) { }

        public void Show(TaskState task) { }

        public void FollowLogs(TaskState task) { }

        public void TellHealth() { }

        public void Save(TaskState task, bool durably) { }

        public void Forget(TaskState task) { }
    }
}
