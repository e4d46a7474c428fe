using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Alarms;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TrafficShifts;

namespace Estiba.Ecs.Tests.Services;

/// <summary>What alarms mean to a deployment.</summary>
public sealed class DeploymentAlarmDecisionTests
{
    private static readonly DateTimeOffset Now = EcsWorld.Start;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly AlarmMonitorRecord Monitoring = new();

    [Fact]
    public void The_first_look_decides_whether_a_deployment_is_monitored()
    {
        Next(null, Quiet()).Status.ShouldBe("MONITORING");
        Next(null, Loud()).Status.ShouldBe("DISABLED");
        Next(null).Status.ShouldBe("MONITORING");
    }

    [Fact]
    public void Each_alarm_that_speaks_later_has_triggered()
    {
        var next = Next(Monitoring, Loud("a"), Quiet("b"), Loud("c"));

        next.Status.ShouldBe("TRIGGERED");
        next.Triggered.ShouldBe(["a", "c"]);
    }

    [Fact]
    public void Nothing_changes_while_alarms_are_quiet() => Next(Monitoring, Quiet()).ShouldBeSameAs(Monitoring);

    [Theory]
    [InlineData(1, 1, 3)]
    [InlineData(5, 3, 17)]
    public void A_rolling_deployment_bakes_as_long_as_its_slowest_alarm_needs(int period, int evaluations, int minutes)
    {
        var slow = new DeploymentAlarm("slow", IsInAlarm: false, period * evaluations * Minute);
        var deployment = Deployment(Monitoring) with { BakingSince = Now };
        AlarmMonitorRecord After(TimeSpan baked) =>
            AlarmMonitoring.Next(deployment, shift: null, [Quiet(), slow], Now + baked);

        After(minutes * Minute - TimeSpan.FromSeconds(1)).ClearedAt.ShouldBeNull();
        After(minutes * Minute).ClearedAt.ShouldBe(Now + minutes * Minute);
    }

    [Fact]
    public void Without_any_alarm_there_is_nothing_to_wait_for() =>
        AlarmMonitoring
            .Next(Deployment(Monitoring) with { BakingSince = Now }, shift: null, [], Now)
            .ClearedAt.ShouldBe(Now);

    [Theory]
    [InlineData("PRODUCTION_TRAFFIC_SHIFT", false)]
    [InlineData("BAKE_TIME", true)]
    public void A_shift_bakes_as_its_configuration_says(string stage, bool isCleared)
    {
        var shift = new TrafficShiftRecord { Stage = stage, Since = Now };

        var next = AlarmMonitoring.Next(Deployment(Monitoring), shift, [Quiet()], Now + 7 * Minute);

        (next.ClearedAt is not null).ShouldBe(isCleared);
    }

    [Fact]
    public void The_period_of_an_alarm_on_an_expression_is_the_longest_of_its_queries() =>
        DeploymentAlarm
            .Of(
                new MetricAlarm
                {
                    AlarmName = "math",
                    StateValue = StateValue.Ok,
                    EvaluationPeriods = 2,
                    Metrics =
                    [
                        new MetricDataQuery { MetricStat = new MetricStat { Period = 300 } },
                        new MetricDataQuery { Expression = "a", Period = 60 },
                    ],
                }
            )
            .ShouldBe(new DeploymentAlarm("math", IsInAlarm: false, 10 * Minute));

    private static AlarmMonitorRecord Next(AlarmMonitorRecord? before, params DeploymentAlarm[] alarms) =>
        AlarmMonitoring.Next(Deployment(before), shift: null, alarms, Now);

    private static DeploymentAlarm Quiet(string name = "a") => new(name, IsInAlarm: false, Minute);

    private static DeploymentAlarm Loud(string name = "a") => new(name, IsInAlarm: true, Minute);

    private static ServiceDeploymentRecord Deployment(AlarmMonitorRecord? alarms) =>
        new()
        {
            ServiceKey = "123456789012/eu-west-1/default/s",
            Id = "d",
            Deployment = "ecs-svc/1",
            Status = "IN_PROGRESS",
            Target = "1",
            DesiredCount = 1,
            CreatedAt = Now,
            UpdatedAt = Now,
            Alarms = alarms,
            Configuration = new DeploymentConfiguration
            {
                BakeTimeInMinutes = 7,
                Alarms = new DeploymentAlarms
                {
                    AlarmNames = ["a"],
                    Enable = true,
                    Rollback = true,
                },
            },
        };
}
