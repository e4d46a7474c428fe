using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Engines;

namespace Estiba.Agent.Tests.Tasks;

public sealed class TaskLifecycleTests
{
    [Fact]
    public void A_container_is_pulled_created_and_started_in_this_order()
    {
        var history = new History(Task(Container("app")));

        history.Open.ShouldBe(["PullImage app"]);
        history.Pull("app");
        history.Open.ShouldBe(["CreateContainer app"]);
        history.Create("app");
        history.Open.ShouldBe(["StartContainer app"]);
        history.Start("app");

        history.Open.ShouldBeEmpty();
        TaskReport.Status(history.State).ShouldBe("RUNNING");
    }

    [Fact]
    public void A_task_runs_only_when_all_its_containers_do()
    {
        var history = new History(Task(Container("app"), Container("sidecar")));

        history.Run("app");

        TaskReport.Status(history.State).ShouldBe("PENDING");
    }

    [Fact]
    public void The_containers_of_a_task_are_pulled_at_the_same_time() =>
        new History(Task(Container("app"), Container("sidecar"))).Open.ShouldBe(["PullImage app", "PullImage sidecar"]);

    [Fact]
    public void A_container_waits_for_the_start_of_the_one_it_depends_on()
    {
        var history = new History(Task(Container("app", on: ("database", "START")), Container("database")));

        history.Open.ShouldBe(["PullImage database"]);
        history.Run("database");

        history.Open.ShouldBe(["PullImage app"]);
    }

    [Fact]
    public void A_container_waits_for_the_success_of_the_one_it_depends_on()
    {
        var history = new History(
            Task(Container("app", on: ("migration", "SUCCESS")), Container("migration", essential: false))
        );
        history.Run("migration");

        history.Open.ShouldBeEmpty();
        history.Exits("migration", 0);

        history.Open.ShouldBe(["PullImage app"]);
    }

    [Fact]
    public void A_failure_of_what_was_to_succeed_ends_the_task()
    {
        var history = new History(
            Task(Container("app", on: ("migration", "SUCCESS")), Container("migration", essential: false))
        );
        history.Run("migration");

        history.Exits("migration", 1);

        history.State.IsStopped.ShouldBeTrue();
        history.State.StopReason.ShouldBe("Task failed to start");
        history["app"]
            .ShouldSatisfyAllConditions(
                app => app.ExitCode.ShouldBe(143),
                app =>
                    app.Reason.ShouldBe(
                        "CannotStartContainerError: dependency graph: failed to resolve container ordering "
                            + "dependency [migration] for target [app] as dependency did not exit successfully."
                    )
            );
        var told = TaskReport
            .Of(history.State, "demo")!
            .Containers!.Single(container => container.ContainerName == "app");
        (told.Status, told.ExitCode, told.RuntimeId).ShouldBe(("STOPPED", 143, null));
    }

    [Theory]
    [InlineData(
        "START",
        "failed to resolve container ordering dependency [other] for target [app] because dependency will never start"
    )]
    [InlineData(
        "COMPLETE",
        "failed to resolve container ordering dependency [other] for target [app] because dependency will never start"
    )]
    [InlineData(
        "SUCCESS",
        "failed to resolve container ordering dependency [other] for target [app] because dependency will never start"
    )]
    [InlineData(
        "HEALTHY",
        "failed to resolve container ordering dependency [other] for target [app] because dependency will never start"
    )]
    public void Who_depends_on_a_container_that_could_not_be_started_says_so(string condition, string reason)
    {
        var history = new History(
            Task(Container("app", on: ("other", condition)), Container("other", essential: false))
        );

        history.FailPull("other", "CannotPullContainerError: not found");

        (history["app"].ExitCode, history["app"].Reason).ShouldBe(
            (143, $"CannotStartContainerError: dependency graph: {reason}")
        );
        (history["other"].ExitCode, history["other"].Reason).ShouldBe((null, "CannotPullContainerError: not found"));
    }

    [Fact]
    public void Who_depends_on_the_health_of_a_container_that_has_ended_never_starts()
    {
        var history = new History(
            Task(Container("app", on: ("other", "HEALTHY")), Container("other", essential: false))
        );
        history.Run("other", HealthState.Starting);

        history.Exits("other", 0);

        (history["app"].ExitCode, history["app"].Reason).ShouldBe(
            (
                143,
                "CannotStartContainerError: dependency graph: failed to resolve the container ordering dependency "
                    + "[other] for target [app]"
            )
        );
    }

    [Fact]
    public void Who_depends_on_a_container_that_there_is_not_never_starts()
    {
        var history = new History(Task(Container("app", on: ("nobody", "START"))));

        (history["app"].ExitCode, history["app"].Reason).ShouldBe(
            (
                143,
                "CannotStartContainerError: dependency graph: container ordering dependency [nobody] for target "
                    + "[app] does not exist."
            )
        );
    }

    [Fact]
    public void A_container_that_was_never_started_is_no_success_and_no_end_for_those_behind_it()
    {
        var history = new History(
            Task(
                Container("app", on: ("second", "COMPLETE")),
                Container("second", essential: false, ("first", "SUCCESS")),
                Container("first", essential: false)
            )
        );
        history.Run("first");

        history.Exits("first", 1);

        history["second"]
            .Reason.ShouldBe(
                "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency "
                    + "[first] for target [second] as dependency did not exit successfully."
            );
        history["app"]
            .Reason.ShouldBe(
                "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency "
                    + "[second] for target [app] because dependency will never start"
            );
        history.State.IsStopped.ShouldBeTrue();
    }

    [Fact]
    public void COMPLETE_takes_any_exit_code()
    {
        var history = new History(
            Task(Container("app", on: ("migration", "COMPLETE")), Container("migration", essential: false))
        );
        history.Run("migration");

        history.Exits("migration", 1);

        history.Open.ShouldBe(["PullImage app"]);
    }

    [Fact]
    public void A_container_waits_until_the_one_it_depends_on_is_healthy()
    {
        var history = new History(Task(Container("app", on: ("database", "HEALTHY")), Container("database")));
        history.Run("database", HealthState.Starting);

        history.Open.ShouldBeEmpty();
        history.Becomes("database", HealthState.Healthy);

        history.Open.ShouldBe(["PullImage app"]);
    }

    [Fact]
    public void Whoever_waits_longer_than_the_start_timeout_does_not_start()
    {
        var history = new History(
            Task(Container("app", on: ("database", "HEALTHY")), Container("database") with { StartTimeout = 30 })
        );
        history.Run("database", HealthState.Starting);
        history.WakeAt.ShouldBe(history.Steady + TimeSpan.FromSeconds(30));

        history.Wait(30);

        (history["app"].ExitCode, history["app"].Reason).ShouldBe(
            (
                143,
                "CannotStartContainerError: dependency graph: container ordering dependency [database] for target "
                    + "[app] has timed out."
            )
        );
        history.Open.ShouldBe(["StopContainer database"]);
    }

    [Fact]
    public void Links_and_volumes_of_another_container_make_a_container_wait_for_it()
    {
        var history = new History(
            Task(
                Container("app") with
                {
                    Links = ["database:db"],
                    VolumesFrom = [new VolumeFrom { SourceContainer = "data" }],
                },
                Container("database"),
                Container("data", essential: false)
            )
        );

        history.Open.ShouldBe(["PullImage database", "PullImage data"]);
        history.Run("database");
        history.Pull("data");
        history.Create("data");

        history.Open.ShouldContain("PullImage app");
    }

    [Fact]
    public void Images_can_be_pulled_before_the_dependencies_are_ready()
    {
        var task = Task(Container("app", on: ("database", "START")), Container("database"));

        new History(task, new LifecycleRules { PullDependentContainersUpfront = true }).Open.ShouldBe([
            "PullImage app",
            "PullImage database",
        ]);
    }

    [Fact]
    public void Containers_stop_in_the_reverse_order_of_their_dependencies()
    {
        var history = new History(Task(Container("app", on: ("database", "START")), Container("database")));
        history.Run("database");
        history.Run("app");

        history.StopIsWanted();

        history.Open.ShouldBe(["StopContainer app"]);
        history.Stop("app");
        history.Open.ShouldBe(["StopContainer database"]);
        history.Stop("database");
        history.State.IsStopped.ShouldBeTrue();
    }

    [Fact]
    public void An_essential_container_that_ends_takes_the_task_with_it()
    {
        var history = new History(Task(Container("app"), Container("sidecar", essential: false)));
        history.Run("app");
        history.Run("sidecar");

        history.Exits("app", 1);
        history.Stop("sidecar");

        history.State.StopReason.ShouldBe("Essential container in task exited");
        history.State.ExecutionStoppedAt.ShouldBe(history.Now);
    }

    [Fact]
    public void A_task_goes_on_when_a_container_that_is_not_essential_ends()
    {
        var history = new History(Task(Container("app"), Container("sidecar", essential: false)));
        history.Run("app");
        history.Run("sidecar");

        history.Exits("sidecar", 1);

        history.Open.ShouldBeEmpty();
        TaskReport.Status(history.State).ShouldBe("RUNNING");
        TaskReport
            .Of(history.State, "demo")!
            .Containers!.Select(container => container.Status)
            .ShouldBe(["RUNNING", "STOPPED"]);
    }

    [Fact]
    public void An_image_that_cannot_be_pulled_ends_the_task_with_the_reason_at_the_container()
    {
        var history = new History(Task(Container("app")));

        history.FailPull("app", "CannotPullContainerError: no such image");

        var report = TaskReport.Of(history.State, "demo")!;
        report.Status.ShouldBe("STOPPED");
        report.Reason.ShouldBe("Task failed to start");
        report.Containers![0].Reason.ShouldBe("CannotPullContainerError: no such image");
        report.Containers![0].ExitCode.ShouldBeNull();
    }

    [Fact]
    public void A_task_that_is_stopped_before_it_has_started_creates_nothing()
    {
        var history = new History(Task(Container("app")));
        history.StopIsWanted();

        history.Pull("app");

        history.Open.ShouldBeEmpty();
        history.State.IsStopped.ShouldBeTrue();
    }

    [Fact]
    public void A_container_that_ran_long_enough_is_started_again()
    {
        var history = new History(
            Task(
                Container("app") with
                {
                    RestartPolicy = new RestartPolicy { Enabled = true, RestartAttemptPeriod = 60 },
                }
            )
        );
        history.Run("app");
        history.Wait(60);

        history.Exits("app", 1);

        history.Open.ShouldBe(["StartContainer app"]);
        TaskReport.Of(history.State, "demo")!.Containers![0].Status.ShouldBe("RUNNING");
        history.Start("app");
        history["app"].RestartCount.ShouldBe(1);
    }

    [Fact]
    public void A_container_that_ended_too_soon_is_not_started_again()
    {
        var history = new History(
            Task(
                Container("app") with
                {
                    RestartPolicy = new RestartPolicy { Enabled = true, RestartAttemptPeriod = 60 },
                }
            )
        );
        history.Run("app");
        history.Wait(59);

        history.Exits("app", 1);

        history.State.IsStopped.ShouldBeTrue();
    }

    [Fact]
    public void A_container_is_not_started_again_after_an_exit_code_that_the_policy_ignores()
    {
        var history = new History(
            Task(
                Container("app") with
                {
                    RestartPolicy = new RestartPolicy { Enabled = true, IgnoredExitCodes = [0] },
                }
            )
        );
        history.Run("app");
        history.Wait(100);

        history.Exits("app", 0);

        history.State.IsStopped.ShouldBeTrue();
    }

    [Fact]
    public void Volumes_come_before_containers()
    {
        var history = new History(
            Task(Container("app")) with
            {
                Volumes = [new Volume { Name = "scratch", Host = new HostVolumeProperties() }],
            }
        );

        history.Open.ShouldBe(["PrepareVolumes"]);
        history.Volumes();

        history.Open.ShouldBe(["PullImage app"]);
    }

    [Fact]
    public void A_killed_container_says_that_memory_ran_out()
    {
        var history = new History(Task(Container("app")));
        history.Run("app");

        history.See("app", history.Exited("app", 137) with { OutOfMemory = true });

        history["app"].Reason.ShouldBe("OutOfMemoryError: Container killed due to memory usage");
    }

    [Fact]
    public void A_container_that_somebody_removed_counts_as_stopped()
    {
        var history = new History(Task(Container("app")));
        history.Run("app");

        history.See("app", null);

        history.State.IsStopped.ShouldBeTrue();
        history["app"].Reason!.ShouldStartWith("CannotInspectContainerError: ");
    }

    [Fact]
    public void A_stopped_task_is_cleaned_up_when_it_was_reported_and_its_time_has_passed()
    {
        var history = new History(Task(Container("app")), new LifecycleRules { CleanupWait = TimeSpan.FromHours(3) });
        history.Run("app");
        history.Exits("app", 0);

        history.Wait(4 * 3600);
        history.Open.ShouldBeEmpty();
        history.StopIsReported();

        history.Open.ShouldBe(["CleanUp"]);
    }

    [Fact]
    public void A_step_that_found_no_engine_is_tried_again_later_and_later()
    {
        var history = new History(Task(Container("app")));
        var delays = new List<double>();
        var state = history.State;
        var now = history.Steady;
        for (var attempt = 0; attempt < 7; attempt++)
        {
            state = TaskOutcomes.Postponed(state, 0, now);
            var plan = TaskLifecycle.Next(state, new Moment(history.Now, now), history.Rules);
            plan.Steps.ShouldBeEmpty();
            delays.Add((plan.WakeAt!.Value - now).TotalSeconds);
            now = plan.WakeAt.Value;
            state = TaskLifecycle.Next(state, new Moment(history.Now, now), history.Rules).Task;
        }

        delays.ShouldBe([1, 2, 4, 8, 16, 30, 30]);
    }

    private static AcsTask Task(params AcsContainer[] containers) => TestTasks.Task(containers);

    private static AcsContainer Container(
        string name,
        bool essential = true,
        params (string Name, string Condition)[] on
    ) =>
        new()
        {
            Name = name,
            Image = "image",
            Essential = essential,
            DependsOn =
            [
                .. on.Select(dependency => new ContainerDependency
                {
                    ContainerName = dependency.Name,
                    Condition = dependency.Condition,
                }),
            ],
        };

    private static AcsContainer Container(string name, (string Name, string Condition) on) =>
        Container(name, essential: true, on);
}
