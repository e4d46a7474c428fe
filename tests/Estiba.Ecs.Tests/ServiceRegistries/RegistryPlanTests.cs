using Estiba.Contracts;
using Estiba.Ecs.ServiceRegistries;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Tests.ServiceRegistries;

/// <summary>What is decided of a registration.</summary>
public sealed class RegistryPlanTests
{
    private static readonly DateTimeOffset Now = EcsWorld.Start;

    [Theory]
    [InlineData("Waiting", "PENDING", "RUNNING", "None")]
    [InlineData("Waiting", "RUNNING", "RUNNING", "Register")]
    [InlineData("Waiting", "DEACTIVATING", "STOPPED", "Deregister")]
    [InlineData("Waiting", "STOPPED", "STOPPED", "Deregister")]
    [InlineData("Registered", "RUNNING", "RUNNING", "None")]
    [InlineData("Registered", "DEACTIVATING", "STOPPED", "Deregister")]
    [InlineData("Registered", "STOPPED", "STOPPED", "Deregister")]
    [InlineData("Draining", "STOPPED", "STOPPED", "Leave")]
    [InlineData("Gone", "STOPPED", "STOPPED", "None")]
    public void The_next_step_follows_from_the_task(string state, string last, string desired, string step) =>
        RegistryPlan
            .Next(TaskOf(last, desired), RegistrationOf(Enum.Parse<TaskRegistrationState>(state)), Now)
            .ToString()
            .ShouldBe(step);

    [Fact]
    public void A_task_that_never_ran_was_never_registered() =>
        RegistryPlan
            .Next(
                TaskOf("STOPPED", "STOPPED") with
                {
                    StartedAt = null,
                },
                RegistrationOf(TaskRegistrationState.Waiting),
                Now
            )
            .ShouldBe(RegistryStep.Leave);

    [Fact]
    public void A_task_goes_when_nobody_remembers_it_and_not_before()
    {
        var task = TaskOf("DEACTIVATING", "STOPPED");
        var left = RegistryPlan.Deregistered(
            task,
            RegistrationOf(TaskRegistrationState.Registered),
            TimeSpan.FromSeconds(10),
            Now
        );

        RegistryPlan.Next(task, left, Now.AddSeconds(9)).ShouldBe(RegistryStep.None);
        RegistryPlan.LookAgain(left, Now.AddSeconds(9)).ShouldBe(TimeSpan.FromSeconds(1));
        RegistryPlan.Next(task, left, Now.AddSeconds(10)).ShouldBe(RegistryStep.Leave);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(60, 60)]
    [InlineData(86400, 60)]
    public void Nobody_is_waited_for_longer_than_a_minute(int ttl, int seconds)
    {
        var left = RegistryPlan.Deregistered(
            TaskOf("DEACTIVATING", "STOPPED"),
            RegistrationOf(TaskRegistrationState.Registered),
            TimeSpan.FromSeconds(ttl),
            Now
        );

        left.IsGone.ShouldBe(seconds == 0);
        left.RememberedUntil.ShouldBe(seconds == 0 ? null : Now.AddSeconds(seconds));
    }

    [Theory]
    [InlineData(null, "UNHEALTHY", "None")]
    [InlineData(true, "HEALTHY", "None")]
    [InlineData(true, "UNHEALTHY", "Tell")]
    [InlineData(false, "UNKNOWN", "None")]
    [InlineData(false, "HEALTHY", "Tell")]
    public void A_registry_that_wants_to_know_is_told_how_a_task_is_when_that_changes(
        bool? told,
        string health,
        string step
    ) =>
        RegistryPlan
            .Next(
                TaskOf("RUNNING", "RUNNING") with
                {
                    HasHealthCheck = true,
                    HealthStatus = health,
                },
                RegistrationOf(TaskRegistrationState.Registered) with
                {
                    IsHealthy = told,
                },
                Now
            )
            .ToString()
            .ShouldBe(step);

    private static TaskRegistration RegistrationOf(TaskRegistrationState state) =>
        new() { RegistryArn = "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-web", State = state };

    private static TaskRecord TaskOf(string last, string desired) =>
        new()
        {
            Scope = new Scope("123456789012", "eu-west-1"),
            Cluster = "default",
            Id = new string('a', 32),
            Family = "web",
            Revision = 1,
            LastStatus = last,
            DesiredStatus = desired,
            LaunchType = "EC2",
            Group = "service:s",
            Service = "s",
            CreatedAt = Now,
            StartedAt = Now,
            Version = 1,
            Containers = [],
            Resources = null!,
        };
}
