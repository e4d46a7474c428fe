using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Ecs;
using Estiba.Engines;
using Estiba.Files.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.Tasks;

/// <summary>
/// The times that the server is told of a task: the engine's own, also of a container that was over before anybody
/// looked.
/// </summary>
public sealed class TaskTimesTests
{
    [Fact]
    public void A_task_that_runs_was_started_with_the_last_of_its_containers()
    {
        var history = new History(TestTasks.Task(Container("first"), Container("second")));
        history.Run("first");
        history.Wait(3);
        var started = history.Now;

        history.Run("second");
        history.Wait(10);

        Report(history).StartedAt.ShouldBe(started);
    }

    [Fact]
    public void A_container_that_was_over_before_anybody_looked_has_all_times_in_order()
    {
        var history = new History(TestTasks.Task(Container("app")));
        var created = history.Now;
        history.Wait(1);
        history.Pull("app");
        history.Create("app");
        history.Wait(1);
        var started = history.Now;

        history.StartAndEnd("app", exitCode: 0, seconds: 0.05);

        var report = Report(history);
        (report.Status, report.Reason, report.Containers!.Single().ExitCode).ShouldBe(
            ("STOPPED", "Essential container in task exited", 0)
        );
        (report.StartedAt, report.ExecutionStoppedAt).ShouldBe((started, started.AddSeconds(0.05)));
        DateTimeOffset?[] times =
        [
            created,
            report.PullStartedAt,
            report.PullStoppedAt,
            report.StartedAt,
            report.ExecutionStoppedAt,
            history.State.StoppedAt,
        ];
        times.ShouldAllBe(time => time != null);
        times.ShouldBe(times.Order());
    }

    [Fact]
    public void A_task_whose_essential_container_ends_while_another_is_still_pulled_ran()
    {
        var history = new History(TestTasks.Task(Container("app"), Container("slow", essential: false)));
        history.Pull("app");
        history.Create("app");
        var started = history.Now;
        history.StartAndEnd("app", exitCode: 1, seconds: 0.05);
        history.Wait(60);

        history.Pull("slow");

        var report = Report(history);
        (report.Status, report.StartedAt, report.ExecutionStoppedAt).ShouldBe(
            ("STOPPED", started, started.AddSeconds(0.05))
        );
        report.PullStoppedAt!.Value.ShouldBeLessThanOrEqualTo(started);
    }

    [Fact]
    public void A_task_that_never_ran_has_no_start()
    {
        var history = new History(TestTasks.Task(Container("app")));

        history.FailPull("app", "CannotPullContainerError: not found");

        Report(history).StartedAt.ShouldBeNull();
        Report(history).ExecutionStoppedAt.ShouldBe(history.Now);
    }

    [Fact]
    public void A_container_that_is_started_again_does_not_start_its_task_anew()
    {
        var history = new History(
            TestTasks.Task(
                Container("app") with
                {
                    RestartPolicy = new() { Enabled = true, RestartAttemptPeriod = 60 },
                }
            )
        );
        history.Run("app");
        var started = history.Now;
        history.Wait(60);
        history.Exits("app", 1);

        history.Start("app");

        Report(history).StartedAt.ShouldBe(started);
    }

    [Theory]
    [InlineData(-24)]
    [InlineData(24)]
    public void A_clock_that_is_set_changes_no_wait_for_a_dependency(int hours)
    {
        var history = new History(
            TestTasks.Task(
                Container("app") with
                {
                    DependsOn = [new() { ContainerName = "database", Condition = "HEALTHY" }],
                },
                Container("database") with
                {
                    StartTimeout = 30,
                }
            )
        );
        history.Run("database", HealthState.Starting);

        history.SetClock(TimeSpan.FromHours(hours));
        history.Wait(29);

        history["app"].Reason.ShouldBeNull();
        history.WakeAt.ShouldBe(history.Steady + TimeSpan.FromSeconds(1));
        history.Wait(1);
        history["app"].Reason!.ShouldEndWith("has timed out.");
    }

    [Theory]
    [InlineData(-24)]
    [InlineData(24)]
    public void A_clock_that_is_set_changes_nothing_about_when_containers_are_removed(int hours)
    {
        var history = new History(
            TestTasks.Task(Container("app")),
            new LifecycleRules { CleanupWait = TimeSpan.FromHours(3) }
        );
        history.Run("app");
        history.Exits("app", 0);
        history.StopIsReported();

        history.SetClock(TimeSpan.FromHours(hours));
        history.Wait((3 * 3600) - 1);

        history.Open.ShouldBeEmpty();
        history.Wait(1);
        history.Open.ShouldBe(["CleanUp"]);
    }

    [Theory]
    [InlineData(-24, 59, false)]
    [InlineData(-24, 60, true)]
    [InlineData(24, 59, false)]
    [InlineData(24, 60, true)]
    public void A_clock_that_is_set_changes_nothing_about_who_ran_long_enough_to_be_started_again(
        int hours,
        int seconds,
        bool isStartedAgain
    )
    {
        var history = new History(
            TestTasks.Task(
                Container("app") with
                {
                    RestartPolicy = new() { Enabled = true, RestartAttemptPeriod = 60 },
                }
            )
        );
        history.Run("app");
        history.SetClock(TimeSpan.FromHours(hours));
        history.Wait(seconds);

        history.Exits("app", 1);

        history.State.IsStopped.ShouldBe(!isStartedAgain);
    }

    [Fact]
    public void What_was_to_be_tried_again_in_a_second_is_when_the_clock_was_set_back_by_a_day()
    {
        var time = new SettableTime();
        var rings = 0;
        using var wakeUps = new WakeUps(time, () => rings++);
        wakeUps.Add("task", time.GetSteady() + TimeSpan.FromSeconds(1));

        time.Set(TimeSpan.FromDays(-1));
        time.Advance(TimeSpan.FromSeconds(1));

        rings.ShouldBe(1);
        wakeUps.Due().ShouldBe(["task"]);
    }

    private static SubmitTaskStateChangeRequest Report(History history) => TaskReport.Of(history.State, "demo")!;

    private static AcsContainer Container(string name, bool essential = true) =>
        new()
        {
            Name = name,
            Image = "image",
            Essential = essential,
        };
}
