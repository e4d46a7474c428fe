using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using static Estiba.Metrics.Tests.Alarms.AlarmsWorld;

namespace Estiba.Metrics.Tests.Alarms;

public sealed class AlarmActionTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_topic_is_told_of_a_change()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm() with { AlarmActions = [Topic], AlarmDescription = "hot" });
        world.Measure(99);
        await world.AdvanceAsync(Minute * 1.25);

        var (message, caller) = world.Heard.Messages.ShouldHaveSingleItem();
        (message.TopicArn, message.Subject).ShouldBe((Topic, "ALARM: \"high\" in EU (Ireland)"));
        (caller.Service, caller.SourceArn).ShouldBe(
            ("cloudwatch.amazonaws.com", "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:high")
        );
        var body = JsonElement.Parse(message.Message!);
        string.Join(' ', body.EnumerateObject().Select(member => member.Name))
            .ShouldBe(
                "AlarmName AlarmDescription AWSAccountId AlarmConfigurationUpdatedTimestamp NewStateValue"
                    + " NewStateReason StateChangeTime Region AlarmArn OldStateValue OKActions AlarmActions"
                    + " InsufficientDataActions Trigger"
            );
        body.GetProperty("OldStateValue").GetString().ShouldBe("INSUFFICIENT_DATA");
        body.GetProperty("Trigger")
            .GetRawText()
            .ShouldBe(
                """
                {"MetricName":"Cpu","Namespace":"App","StatisticType":"Statistic","Statistic":"AVERAGE","Unit":null,
                "Dimensions":[{"value":"a","name":"Host"}],"Period":60,"EvaluationPeriods":1,
                "ComparisonOperator":"GreaterThanThreshold","Threshold":80.0,"TreatMissingData":"",
                "EvaluateLowSampleCountPercentile":""}
                """.ReplaceLineEndings("")
            );
        (await world.SummariesAsync())[0].ShouldBe($"Successfully executed action {Topic}");
        var data = JsonElement.Parse((await world.HistoryAsync())[0].HistoryData!);
        data.GetProperty("actionState").GetString().ShouldBe("Succeeded");

        await world.AdvanceAsync(Minute * 2);
        world.Heard.Messages.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Each_state_has_its_actions_and_disabled_ones_are_not_carried_out()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(
            Alarm() with
            {
                OKActions = [Topic],
                InsufficientDataActions = [Topic],
                TreatMissingData = "ignore",
            }
        );
        async Task<int> HeardAsync(string state)
        {
            await world.SetAsync("high", state);
            await world.WorkAsync();
            return world.Heard.Messages.Count;
        }

        (await HeardAsync(StateValue.Alarm)).ShouldBe(0);
        (await HeardAsync(StateValue.Ok)).ShouldBe(1);
        (await HeardAsync(StateValue.Ok)).ShouldBe(1);
        (await HeardAsync(StateValue.InsufficientData)).ShouldBe(2);
        await world.Api.DisableAlarmActionsAsync(
            new DisableAlarmActionsInput { AlarmNames = ["high", "gone"] },
            Context
        );
        (await world.DescribeAsync()).ActionsEnabled.ShouldBe(false);
        (await HeardAsync(StateValue.Ok)).ShouldBe(2);
        await world.Api.EnableAlarmActionsAsync(new EnableAlarmActionsInput { AlarmNames = ["high"] }, Context);
        (await HeardAsync(StateValue.InsufficientData)).ShouldBe(3);
    }

    [Fact]
    public async Task A_process_that_ends_between_the_change_and_its_action_carries_it_out_later()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm() with { AlarmActions = [Topic] });
        world.Measure(99);
        world.Time.Advance(Minute * 1.25);
        await world.WorkAsync("cloudwatch.alarm-actions");
        (await world.DescribeAsync()).StateValue.ShouldBe(StateValue.Alarm);
        world.Heard.Messages.ShouldBeEmpty();

        await world.RestartAsync();
        await world.WorkAsync();
        world.Heard.Messages.Count.ShouldBe(1);
        await world.RestartAsync();
        await world.WorkAsync();
        world.Heard.Messages.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_fails_for_now_is_tried_again_and_what_fails_for_good_is_told()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm() with { AlarmActions = [Topic], TreatMissingData = "ignore" });
        world.Heard.Fault = new AwsException("InternalError", "Not now.", 500);
        await world.SetAsync("high", StateValue.Alarm);
        await world.AdvanceAsync(TimeSpan.FromSeconds(10));
        world.Heard.Fault = null;
        await world.AdvanceAsync(Minute);
        world.Heard.Messages.Count.ShouldBe(1);

        world.Heard.Fault = new AwsException("NotFoundException", "Topic does not exist", 404);
        await world.SetAsync("high", StateValue.Ok);
        await world.SetAsync("high", StateValue.Alarm);
        await world.WorkAsync();
        (await world.SummariesAsync())[0]
            .ShouldBe($"Failed to execute action {Topic}. Received error: \"Topic does not exist\"");

        world.Heard.Fault = new AwsException("ServiceUnavailable", "No way.", 503);
        await world.SetAsync("high", StateValue.Ok);
        await world.SetAsync("high", StateValue.Alarm);
        await world.AdvanceAsync(TimeSpan.FromMinutes(20));
        (await world.SummariesAsync())[0].ShouldBe($"Failed to execute action {Topic}. Received error: \"No way.\"");
    }

    [Fact]
    public async Task A_scaling_policy_is_asked_again_every_period_as_long_as_the_alarm_lasts()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm() with { AlarmActions = [Policy, Topic] });
        for (var minute = 0; minute < 4; minute++)
        {
            world.Measure(90 + minute);
            await world.AdvanceAsync(minute == 0 ? Minute * 1.25 : Minute);
        }

        world.Measure(10);
        await world.AdvanceAsync(Minute * 3);
        world
            .Heard.Changes.Select(change => (change.NewState, change.Value, change.Threshold))
            .ShouldBe([("ALARM", 90, 80), ("ALARM", 91, 80), ("ALARM", 92, 80), ("ALARM", 93, 80)]);
        world.Heard.Messages.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_instance_is_stopped()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(
            Alarm() with
            {
                Dimensions = [new Dimension { Name = "InstanceId", Value = "i-1" }],
                AlarmActions = ["arn:aws:automate:eu-west-1:ec2:stop"],
                TreatMissingData = "ignore",
            }
        );
        await world.SetAsync("high", StateValue.Alarm);
        await world.WorkAsync();

        world.Heard.Stopped.ShouldBe(["i-1"]);
    }

    [Fact]
    public async Task Long_names_fit_into_a_subject()
    {
        await using var world = await CreateAsync();
        var name = new string('ä', 200);
        await world.PutAsync(Alarm(name) with { AlarmActions = [Topic] });
        await world.SetAsync(name, StateValue.Alarm);
        await world.WorkAsync();

        var subject = world.Heard.Messages.ShouldHaveSingleItem().Message.Subject!;
        subject.Length.ShouldBe(100);
        subject.ShouldEndWith("???...\" in EU (Ireland)");
    }
}
