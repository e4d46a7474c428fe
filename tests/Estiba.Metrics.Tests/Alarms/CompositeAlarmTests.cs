using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Alarms.Composites;
using static Estiba.Metrics.Tests.Alarms.AlarmsWorld;

namespace Estiba.Metrics.Tests.Alarms;

public sealed class CompositeAlarmTests
{
    [Theory]
    [InlineData("ALARM(a)", true)]
    [InlineData("ALARM(\"a\") AND OK('b')", true)]
    [InlineData("ALARM(a) AND ALARM(b) OR INSUFFICIENT_DATA(c)", true)]
    [InlineData("ALARM(a) AND (ALARM(b) OR ALARM(c))", false)]
    [InlineData("NOT ALARM(a) OR NOT OK(b)", false)]
    [InlineData("NOT (ALARM(b) OR ALARM(c))", true)]
    [InlineData("TRUE", true)]
    [InlineData("NOT NOT FALSE", false)]
    [InlineData("ALARM(gone) OR OK(gone) OR INSUFFICIENT_DATA(gone)", false)]
    [InlineData("ALARM(a)AND(OK(b))", true)]
    [InlineData("ALARM( name with (parts )", false)]
    public void Rules_hold_or_not(string rule, bool holds) =>
        AlarmRuleParser
            .Parse(rule)
            .Holds(name =>
                name switch
                {
                    "a" => StateValue.Alarm,
                    "b" => StateValue.Ok,
                    "c" => StateValue.InsufficientData,
                    _ => null,
                }
            )
            .ShouldBe(holds);

    [Theory]
    [InlineData("")]
    [InlineData(" TRUE")]
    [InlineData("ALARM(a")]
    [InlineData("ALARM()")]
    [InlineData("ALARM(\"a)")]
    [InlineData("ALARM(a) AND")]
    [InlineData("ALARM(a) ALARM(b)")]
    [InlineData("(TRUE")]
    [InlineData("WARNING(a)")]
    [InlineData("TRUEFALSE")]
    public void What_is_no_rule_is_refused(string rule) =>
        Should.Throw<AwsException>(() => AlarmRuleParser.Parse(rule)).Code.ShouldBe("ValidationError");

    [Fact]
    public void Rules_have_bounds()
    {
        Should.Throw<AwsException>(() => AlarmRuleParser.Parse(new string('(', 5000)));
        Should.Throw<AwsException>(() =>
            AlarmRuleParser.Parse(string.Concat(Enumerable.Repeat("NOT ", 2000)) + "TRUE")
        );
        var hundred = string.Join(" OR ", Enumerable.Range(0, 100).Select(number => $"ALARM(a{number})"));
        AlarmRuleParser.Parse(hundred).Alarms.Count.ShouldBe(100);
        Should.Throw<AwsException>(() => AlarmRuleParser.Parse(hundred + " OR ALARM(more)"));
    }

    [Fact]
    public async Task A_composite_alarm_follows_its_children_through_others()
    {
        await using var world = await WithAsync("a", "b");
        await world.PutAsync(Composite("both", "ALARM(a) AND ALARM(b)") with { AlarmActions = [Topic] });
        await world.PutAsync(Composite("outer", $"ALARM(\"{ArnOf("both")}\")"));
        (await world.DescribeCompositeAsync("both")).StateValue.ShouldBe(StateValue.InsufficientData);
        await world.WorkAsync();
        var made = await world.DescribeCompositeAsync("both");
        (made.StateValue, made.StateReason).ShouldBe(
            (StateValue.Ok, $"{ArnOf("both")} was created and its alarm rule evaluates to OK")
        );

        world.Time.Advance(TimeSpan.FromSeconds(1));
        await world.SetAsync("a", StateValue.Alarm);
        await world.WorkAsync();
        (await world.DescribeCompositeAsync("both")).StateValue.ShouldBe(StateValue.Ok);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await world.SetAsync("b", StateValue.Alarm);
        await world.WorkAsync();

        var alarm = await world.DescribeCompositeAsync("both");
        (alarm.StateValue, alarm.StateReason).ShouldBe(
            (StateValue.Alarm, $"{ArnOf("b")} transitioned to ALARM at Sunday 01 March, 2026 12:00:02 UTC")
        );
        alarm.StateReasonData.ShouldBe(
            $"{{\"triggeringAlarms\":[{{\"arn\":\"{ArnOf("b")}\",\"state\":{{\"value\":\"ALARM\",\"timestamp\":"
                + "\"2026-03-01T12:00:02.000+0000\"}}]}"
        );
        (await world.DescribeCompositeAsync("outer")).StateValue.ShouldBe(StateValue.Alarm);
        var body = JsonElement.Parse(world.Heard.Messages.ShouldHaveSingleItem().Message.Message!);
        body.GetProperty("AlarmRule").GetString().ShouldBe("ALARM(a) AND ALARM(b)");
        body.GetProperty("TriggeringChildren")[0].GetProperty("Arn").GetString().ShouldBe(ArnOf("b"));
        (await world.SummariesAsync("both"))[1].ShouldBe("Alarm updated from OK to ALARM");
    }

    [Fact]
    public async Task Children_and_parents_are_found()
    {
        await using var world = await WithAsync("a", "b");
        await world.PutAsync(Composite("any", "ALARM(a) OR ALARM(b)"));
        await world.PutAsync(Composite("outer", "ALARM(any)"));

        var children = await world.Api.DescribeAlarmsAsync(new() { ChildrenOfAlarmName = "any" }, Context);
        children
            .MetricAlarms!.Select(alarm => (alarm.AlarmName, alarm.Threshold, alarm.StateValue))
            .ShouldBe([("a", null, StateValue.InsufficientData), ("b", null, StateValue.InsufficientData)]);
        var parents = await world.Api.DescribeAlarmsAsync(new() { ParentsOfAlarmName = "any" }, Context);
        parents.CompositeAlarms!.Select(alarm => (alarm.AlarmName, alarm.StateValue)).ShouldBe([("outer", null)]);
        (
            await world.ErrorOfAsync(() =>
                world.Api.DescribeAlarmsAsync(
                    new() { ChildrenOfAlarmName = "any", StateValue = StateValue.Ok },
                    Context
                )
            )
        ).Code.ShouldBe("ValidationError");
    }

    [Fact]
    public async Task A_circle_stops_and_is_broken_by_another_rule()
    {
        await using var world = await WithAsync("a");
        await world.PutAsync(Composite("one", "ALARM(a)"));
        await world.PutAsync(Composite("two", "OK(one)"));
        await world.PutAsync(Composite("one", "OK(two)"));
        await world.WorkAsync();
        (await world.DescribeCompositeAsync("one")).StateValue.ShouldBe(StateValue.InsufficientData);
        Task DeleteAsync(params string[] names) =>
            world.Api.DeleteAlarmsAsync(new DeleteAlarmsInput { AlarmNames = names }, Context);
        (await world.ErrorOfAsync(() => DeleteAsync("one"))).Message.ShouldBe(
            "Cannot delete one as there are composite alarm(s) depending on it."
        );

        await world.PutAsync(Composite("one", "FALSE"));
        await world.WorkAsync();
        (await world.DescribeCompositeAsync("one")).StateValue.ShouldBe(StateValue.Ok);
        (await world.DescribeCompositeAsync("two")).StateValue.ShouldBe(StateValue.Alarm);
        await DeleteAsync("two");
        await DeleteAsync("one");
        (
            await world.Api.DescribeAlarmsAsync(new() { AlarmTypes = [AlarmType.CompositeAlarm] }, Context)
        ).CompositeAlarms!.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_alarm_is_deleted_after_or_with_those_that_depend_on_it()
    {
        await using var world = await WithAsync("a", "b");
        await world.PutAsync(Composite("any", "ALARM(a) OR ALARM(b)"));
        await world.PutAsync(Composite("other", "TRUE"));
        Task DeleteAsync(params string[] names) =>
            world.Api.DeleteAlarmsAsync(new DeleteAlarmsInput { AlarmNames = names }, Context);

        (await world.ErrorOfAsync(() => DeleteAsync("b", "a"))).Message.ShouldContain("depending on it");
        (await world.ErrorOfAsync(() => DeleteAsync("any", "other"))).Message.ShouldContain("At most one composite");
        await DeleteAsync("a", "any", "b", "gone");
        (await world.Api.DescribeAlarmsAsync(new(), Context)).MetricAlarms!.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_cannot_be_a_composite_alarm_is_refused_and_changes_nothing()
    {
        await using var world = await WithAsync("a");
        async Task<string> FaultAsync(PutCompositeAlarmInput alarm) =>
            (await world.ErrorOfAsync(() => world.PutAsync(alarm))).Message;

        (await FaultAsync(Composite("x", "ALARM(a) OR ALARM(gone)"))).ShouldBe(
            "Could not save the composite alarm as alarms [gone] in the alarm rule do not exist"
        );
        (await FaultAsync(Composite("x", "ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:a)"))).ShouldContain(
            "do not exist"
        );
        (await FaultAsync(Composite("x", "ALARM(a"))).ShouldStartWith("Invalid alarm rule");
        (await FaultAsync(Composite("a", "TRUE"))).ShouldContain("of type MetricAlarm already exists");
        (await FaultAsync(Composite("x", "TRUE") with { AlarmActions = [Policy] })).ShouldContain("Unsupported action");
        (await FaultAsync(Composite("x", "TRUE") with { ActionsSuppressor = "a" })).ShouldContain("specified together");
        (await FaultAsync(Suppressed("x", "TRUE", "gone"))).ShouldContain("gone does not exist");
    }

    [Fact]
    public async Task A_suppressor_keeps_actions_back_as_long_as_it_is_in_alarm_and_a_while_longer()
    {
        await using var world = await SuppressedWorldAsync();
        await world.SetAsync("suppressor", StateValue.Alarm);
        await world.SetAsync("a", StateValue.Alarm);
        await world.WorkAsync();
        var alarm = await world.DescribeCompositeAsync("c");
        (alarm.StateValue, alarm.ActionsSuppressedBy, alarm.ActionsSuppressedReason).ShouldBe(
            (StateValue.Alarm, ActionsSuppressedBy.Alarm, "Actions suppressed by Alarm")
        );

        await world.SetAsync("suppressor", StateValue.Ok);
        await world.WorkAsync();
        (await world.DescribeCompositeAsync("c")).ActionsSuppressedBy.ShouldBe(ActionsSuppressedBy.ExtensionPeriod);
        await world.AdvanceAsync(TimeSpan.FromSeconds(50));
        world.Heard.Messages.ShouldBeEmpty();
        await world.AdvanceAsync(TimeSpan.FromSeconds(20));
        world.Heard.Messages.ShouldHaveSingleItem().Message.Subject.ShouldBe("ALARM: \"c\" in EU (Ireland)");
        (await world.DescribeCompositeAsync("c")).ActionsSuppressedBy.ShouldBeNull();
    }

    [Fact]
    public async Task Actions_wait_for_a_suppressor_that_may_come()
    {
        await using var world = await SuppressedWorldAsync();
        await world.SetAsync("a", StateValue.Alarm);
        await world.WorkAsync();
        (await world.DescribeCompositeAsync("c")).ActionsSuppressedBy.ShouldBe(ActionsSuppressedBy.WaitPeriod);
        await world.AdvanceAsync(TimeSpan.FromSeconds(20));
        world.Heard.Messages.ShouldBeEmpty();
        await world.AdvanceAsync(TimeSpan.FromSeconds(20));
        world.Heard.Messages.Count.ShouldBe(1);

        // What is over before anybody was told needs no telling.
        await world.SetAsync("a", StateValue.Ok);
        await world.WorkAsync();
        await world.AdvanceAsync(TimeSpan.FromSeconds(10));
        await world.SetAsync("a", StateValue.Alarm);
        await world.AdvanceAsync(TimeSpan.FromSeconds(40));
        world.Heard.Messages.Count.ShouldBe(1);
    }

    private static async Task<AlarmsWorld> SuppressedWorldAsync()
    {
        var world = await WithAsync("a", "suppressor");
        await world.SetAsync("a", StateValue.Ok);
        await world.SetAsync("suppressor", StateValue.Ok);
        await world.PutAsync(Suppressed("c", "ALARM(a)", "suppressor"));
        await world.AdvanceAsync(TimeSpan.FromSeconds(40));
        world.Heard.Messages.ShouldBeEmpty();
        return world;
    }

    private static async Task<AlarmsWorld> WithAsync(params string[] alarms)
    {
        var world = await CreateAsync();
        foreach (var name in alarms)
            await world.PutAsync(Alarm(name) with { TreatMissingData = "ignore" });
        return world;
    }

    private static PutCompositeAlarmInput Composite(string name, string rule) =>
        new() { AlarmName = name, AlarmRule = rule };

    private static PutCompositeAlarmInput Suppressed(string name, string rule, string suppressor) =>
        Composite(name, rule) with
        {
            AlarmActions = [Topic],
            ActionsSuppressor = suppressor,
            ActionsSuppressorWaitPeriod = 30,
            ActionsSuppressorExtensionPeriod = 60,
        };

    private static string ArnOf(string name) => $"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{name}";
}
