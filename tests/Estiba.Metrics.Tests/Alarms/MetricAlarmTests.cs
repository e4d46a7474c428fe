using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using static Estiba.Metrics.Tests.Alarms.AlarmsWorld;
using SeriesMetric = Estiba.Metrics.Series.Metric;

namespace Estiba.Metrics.Tests.Alarms;

public sealed class MetricAlarmTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task An_alarm_begins_without_data_and_follows_its_metric()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm() with { AlarmDescription = "hot", TreatMissingData = "missing" });

        var alarm = await world.DescribeAsync();
        alarm.AlarmArn.ShouldBe("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:high");
        (alarm.StateValue, alarm.StateReason).ShouldBe(
            (StateValue.InsufficientData, "Unchecked: Initial alarm creation")
        );
        (alarm.ActionsEnabled, alarm.TreatMissingData, alarm.Period).ShouldBe((true, "missing", 60));

        world.Measure(99);
        await world.AdvanceAsync(Minute * 1.25);
        alarm = await world.DescribeAsync();
        (alarm.StateValue, alarm.StateReason).ShouldBe(
            (
                StateValue.Alarm,
                "Threshold Crossed: 1 datapoint [99.0 (01/03/26 12:00:00)] was greater than the threshold (80.0)."
            )
        );
        alarm.StateReasonData!.ShouldContain("\"sampleCount\":1.0,\"value\":99.0");
        alarm.StateTransitionedTimestamp.ShouldBe(alarm.StateUpdatedTimestamp);

        world.Measure(10);
        await world.AdvanceAsync(Minute);
        (await world.DescribeAsync()).StateValue.ShouldBe(StateValue.Ok);
        await world.AdvanceAsync(Minute * 5);
        alarm = await world.DescribeAsync();
        (alarm.StateValue, alarm.StateReason).ShouldBe(
            (StateValue.InsufficientData, "Insufficient Data: 1 datapoint was unknown.")
        );
        (await world.SummariesAsync()).ShouldBe([
            "Alarm updated from OK to INSUFFICIENT_DATA",
            "Alarm updated from ALARM to OK",
            "Alarm updated from INSUFFICIENT_DATA to ALARM",
            "Alarm \"high\" created",
        ]);
    }

    [Fact]
    public async Task The_history_says_what_was_before_and_after()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm());
        world.Measure(99);
        await world.AdvanceAsync(Minute * 1.25);

        var history = await world.HistoryAsync();
        history[0].AlarmType.ShouldBe(AlarmType.MetricAlarm);
        history[0]
            .HistoryData!.ShouldStartWith(
                """
                {"version":"1.0","oldState":{"stateValue":"INSUFFICIENT_DATA",
                "stateReason":"Unchecked: Initial alarm creation"},
                "newState":{"stateValue":"ALARM","stateReason":"Threshold Crossed: 1 datapoint
                """.ReplaceLineEndings("")
            );
        history[0].HistoryData!.ShouldContain("\"stateReasonData\":{\"version\":\"1.0\"");
        history[1].HistoryItemType.ShouldBe(HistoryItemType.ConfigurationUpdate);
        history[1]
            .HistoryData!.ShouldStartWith(
                "{\"version\":\"1.0\",\"type\":\"Create\",\"createdAlarm\":{\"alarmName\":\"high\""
            );
    }

    [Fact]
    public async Task Putting_an_alarm_again_replaces_all_but_its_state_and_tags()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm() with { AlarmDescription = "hot", Tags = [new Tag { Key = "a", Value = "1" }] });
        world.Measure(99);
        await world.AdvanceAsync(Minute * 1.25);
        var before = await world.DescribeAsync();

        await world.PutAsync(Alarm() with { Threshold = 50, Tags = [new Tag { Key = "b", Value = "2" }] });
        var after = await world.DescribeAsync();

        (after.Threshold, after.AlarmDescription).ShouldBe((50, null));
        (after.StateValue, after.StateReason).ShouldBe((before.StateValue, before.StateReason));
        (
            await world.Api.ListTagsForResourceAsync(
                new ListTagsForResourceInput { ResourceARN = after.AlarmArn },
                Context
            )
        )
            .Tags!.ShouldHaveSingleItem()
            .Key.ShouldBe("a");
    }

    [Fact]
    public async Task A_state_that_somebody_sets_lasts_until_the_next_evaluation()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm());
        world.Measure(10);
        await world.AdvanceAsync(Minute * 1.25);
        world.Measure(10);

        await world.SetAsync("high", StateValue.Alarm);
        var set = await world.DescribeAsync();
        (set.StateValue, set.StateReason, set.StateReasonData).ShouldBe((StateValue.Alarm, "test", null));
        await world.AdvanceAsync(Minute);
        (await world.DescribeAsync()).StateValue.ShouldBe(StateValue.Ok);

        world.Measure(10);
        await world.SetAsync("high", StateValue.Ok);
        await world.AdvanceAsync(Minute);
        (await world.DescribeAsync()).StateReason!.ShouldStartWith("Threshold Crossed");
        (await world.ErrorOfAsync(() => world.SetAsync("gone", StateValue.Ok))).Code.ShouldBe("ResourceNotFound");
        (
            await world.ErrorOfAsync(() =>
                world.Api.SetAlarmStateAsync(
                    new SetAlarmStateInput
                    {
                        AlarmName = "high",
                        StateValue = StateValue.Ok,
                        StateReason = "test",
                        StateReasonData = "{",
                    },
                    Context
                )
            )
        ).Code.ShouldBe("InvalidFormatFault");
    }

    [Fact]
    public async Task A_period_of_several_minutes_ends_with_every_minute()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm() with { Period = 300, Statistic = "Sum" });
        await world.AdvanceAsync(Minute * 2.5);
        world.Measure(99);
        await world.AdvanceAsync(Minute * 0.75);

        (await world.DescribeAsync()).StateReason!.ShouldContain("[99.0 (01/03/26 11:58:00)]");
    }

    [Fact]
    public async Task A_short_period_is_looked_at_every_ten_seconds()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm() with { Period = 10 });
        await world.AdvanceAsync(TimeSpan.FromSeconds(20));
        world.Values.Put(Cpu, world.Time.GetUtcNow().ToUnixTimeSeconds(), 99);

        await world.AdvanceAsync(TimeSpan.FromSeconds(16));
        (await world.DescribeAsync()).StateReason!.ShouldContain("[99.0 (01/03/26 12:00:20)]");
    }

    [Fact]
    public async Task What_was_missed_is_looked_at_at_the_start()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm());
        world.Time.Advance(Minute);
        world.Measure(99);
        world.Time.Advance(Minute * 1.5);

        await world.RestartAsync();
        await world.WorkAsync();
        (await world.DescribeAsync()).StateValue.ShouldBe(StateValue.Alarm);
    }

    [Fact]
    public async Task Too_few_values_for_a_percentile_leave_the_state_where_that_is_wished()
    {
        await using var world = await CreateAsync();
        var percentile = Alarm() with { Statistic = null, ExtendedStatistic = "p99" };
        await world.PutAsync(percentile with { EvaluateLowSampleCountPercentile = "ignore" });
        await world.PutAsync(percentile with { AlarmName = "eager" });
        var now = world.Time.GetUtcNow().ToUnixTimeSeconds();

        world.Values.Put(Cpu, now, 99, samples: 999);
        await world.AdvanceAsync(Minute * 1.25);
        (await world.DescribeAsync()).StateValue.ShouldBe(StateValue.InsufficientData);
        (await world.DescribeAsync("eager")).StateValue.ShouldBe(StateValue.Alarm);
        world.Values.Put(Cpu, now + 60, 99, samples: 1000);
        await world.AdvanceAsync(Minute);
        (await world.DescribeAsync()).StateValue.ShouldBe(StateValue.Alarm);
    }

    [Fact]
    public async Task An_alarm_watches_an_expression()
    {
        await using var world = await CreateAsync();
        var other = new SeriesMetric("App", "Requests", []);
        await world.PutAsync(MathAlarm("errors / requests * 100"));
        world.Measure(30, new SeriesMetric("App", "Errors", []));
        world.Measure(100, other);
        await world.AdvanceAsync(Minute * 1.25);

        var alarm = await world.DescribeAsync("ratio");
        alarm.StateReason.ShouldBe(
            "Threshold Crossed: 1 datapoint [30.0 (01/03/26 12:00:00)] was greater than the threshold (5.0)."
        );
        alarm.StateReasonData!.ShouldNotContain("sampleCount");
        (alarm.Period, alarm.Metrics!.Count, alarm.MetricName).ShouldBe((null, 3, null));
    }

    [Fact]
    public async Task An_expression_that_cannot_be_evaluated_says_so_once()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(MathAlarm("[errors, requests]"));
        await world.AdvanceAsync(Minute * 3);

        var alarm = await world.DescribeAsync("ratio");
        (alarm.EvaluationState, alarm.StateValue).ShouldBe(
            (EvaluationState.EvaluationError, StateValue.InsufficientData)
        );
        alarm.StateReason.ShouldBe("The expression of an alarm must result in one time series.");
        alarm.StateUpdatedTimestamp!.Value.ShouldBeLessThan(world.Time.GetUtcNow() - Minute);

        await world.PutAsync(MathAlarm("errors"));
        await world.AdvanceAsync(Minute * 1.25);
        (await world.DescribeAsync("ratio")).EvaluationState.ShouldBeNull();
    }

    [Fact]
    public async Task Alarms_are_listed_in_pages_and_found_by_what_they_are()
    {
        await using var world = await CreateAsync();
        for (var number = 0; number < 5; number++)
            await world.PutAsync(Alarm($"a{number}") with { AlarmActions = number < 2 ? [Topic] : null });
        await world.PutAsync(Alarm("b"));
        await world.SetAsync("a3", StateValue.Ok);
        async Task<string> NamesAsync(DescribeAlarmsInput request)
        {
            var pages = new List<string>();
            do
            {
                var page = await world.Api.DescribeAlarmsAsync(request, Context);
                pages.Add(string.Concat(page.MetricAlarms!.Select(alarm => alarm.AlarmName)));
                request = request with { NextToken = page.NextToken };
            } while (request.NextToken is not null);
            return string.Join(' ', pages);
        }

        (await NamesAsync(new() { MaxRecords = 4 })).ShouldBe("a0a1a2a3 a4b");
        (await NamesAsync(new() { AlarmNamePrefix = "a", MaxRecords = 2 })).ShouldBe("a0a1 a2a3 a4");
        (await NamesAsync(new() { StateValue = StateValue.Ok })).ShouldBe("a3");
        (await NamesAsync(new() { ActionPrefix = "arn:aws:sns" })).ShouldBe("a0a1");
        (await NamesAsync(new() { AlarmNames = ["b", "gone", "a1"] })).ShouldBe("a1b");
        (await NamesAsync(new() { AlarmTypes = [AlarmType.CompositeAlarm] })).ShouldBe("");
        (
            await world.ErrorOfAsync(() => world.Api.DescribeAlarmsAsync(new() { NextToken = "x" }, Context))
        ).Code.ShouldBe("InvalidNextToken");
        (
            await world.Api.DescribeAlarmsForMetricAsync(
                new DescribeAlarmsForMetricInput
                {
                    Namespace = "App",
                    MetricName = "Cpu",
                    Dimensions = [new Dimension { Name = "Host", Value = "a" }],
                },
                Context
            )
        ).MetricAlarms!.Count.ShouldBe(6);
        (await world.Api.DescribeAlarmsAsync(new(), In("444455556666", "eu-west-1"))).MetricAlarms!.ShouldBeEmpty();
        (await world.Api.DescribeAlarmsAsync(new(), In("111122223333", "us-east-1"))).MetricAlarms!.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_history_is_read_in_pages_in_both_orders_and_outlives_the_alarm()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm());
        foreach (var state in (string[])[StateValue.Ok, StateValue.Alarm, StateValue.Ok])
        {
            await world.SetAsync("high", state);
            world.Time.Advance(Minute);
        }

        await world.Api.DeleteAlarmsAsync(new DeleteAlarmsInput { AlarmNames = ["high", "gone"] }, Context);
        async Task<IReadOnlyList<string>> AllAsync(DescribeAlarmHistoryInput request)
        {
            var all = new List<string>();
            do
            {
                var page = await world.Api.DescribeAlarmHistoryAsync(request, Context);
                all.AddRange(page.AlarmHistoryItems!.Select(item => item.HistorySummary!));
                request = request with { NextToken = page.NextToken };
            } while (request.NextToken is not null);
            return all;
        }

        string[] expected =
        [
            "Alarm \"high\" deleted",
            "Alarm updated from ALARM to OK",
            "Alarm updated from OK to ALARM",
            "Alarm updated from INSUFFICIENT_DATA to OK",
            "Alarm \"high\" created",
        ];
        (await AllAsync(new() { AlarmName = "high", MaxRecords = 2 })).ShouldBe(expected);
        (await AllAsync(new() { MaxRecords = 2, ScanBy = ScanBy.TimestampAscending })).ShouldBe(expected.Reverse());
        (await AllAsync(new() { HistoryItemType = HistoryItemType.StateUpdate })).ShouldBe(expected[1..4]);
        (
            await AllAsync(
                new() { StartDate = VirtualTime.Start + Minute * 1.5, EndDate = VirtualTime.Start + Minute * 2.5 }
            )
        ).ShouldBe([expected[1]]);

        world.Time.Advance(TimeSpan.FromDays(29));
        await world.HousekeepAsync();
        (await AllAsync(new())).Count.ShouldBe(5);
        world.Time.Advance(TimeSpan.FromDays(1));
        await world.HousekeepAsync();
        (await AllAsync(new())).ShouldBe([expected[0]]);
    }

    [Fact]
    public async Task Alarms_are_found_by_their_tags_operations()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm());
        var arn = (await world.DescribeAsync()).AlarmArn;
        await world.Api.TagResourceAsync(
            new TagResourceInput { ResourceARN = arn, Tags = [new Tag { Key = "a", Value = "1" }] },
            Context
        );
        await world.Api.DeleteAlarmsAsync(new DeleteAlarmsInput { AlarmNames = ["high"] }, Context);
        var error = await Should.ThrowAsync<AwsException>(() =>
            world.Api.ListTagsForResourceAsync(new ListTagsForResourceInput { ResourceARN = arn }, Context)
        );
        error.Code.ShouldBe("ResourceNotFoundException");
        // The next of the name has none of them.
        await world.PutAsync(Alarm());
        (
            await world.Api.ListTagsForResourceAsync(new ListTagsForResourceInput { ResourceARN = arn }, Context)
        ).Tags!.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_cannot_be_an_alarm_is_refused_and_changes_nothing()
    {
        await using var world = await CreateAsync();
        async Task<string> FaultAsync(Func<PutMetricAlarmInput, PutMetricAlarmInput> change)
        {
            var (code, message) = await world.ErrorOfAsync(() => world.PutAsync(change(Alarm())));
            return $"{code}: {message}";
        }

        (await FaultAsync(it => it with { EvaluationPeriods = null })).ShouldBe(
            "MissingRequiredParameterException: The parameter EvaluationPeriods is required."
        );
        (await FaultAsync(it => it with { Threshold = null })).ShouldContain("Threshold is required");
        (await FaultAsync(it => it with { Namespace = null })).ShouldContain("Namespace is required");
        (await FaultAsync(it => it with { Statistic = null })).ShouldContain("Statistic is required");
        (await FaultAsync(it => it with { ExtendedStatistic = "p90" })).ShouldBe(
            "InvalidParameterCombinationException: The parameters Statistic and ExtendedStatistic are mutually"
                + " exclusive and you have specified both."
        );
        (await FaultAsync(it => it with { Statistic = null, ExtendedStatistic = "p101" })).ShouldBe(
            "InvalidParameterValueException: The value p101 for parameter ExtendedStatistic is not supported."
        );
        (await FaultAsync(it => it with { EvaluateLowSampleCountPercentile = "x" })).ShouldBe(
            "ValidationError: Option x is not supported. Supported options for parameter"
                + " EvaluateLowSampleCountPercentile are evaluate and ignore."
        );
        (await FaultAsync(it => it with { TreatMissingData = "x" })).ShouldContain(
            "for parameter TreatMissingData are"
        );
        (await FaultAsync(it => it with { Period = 45 })).ShouldContain(
            "Period must be 10, 20, 30 or a multiple of 60"
        );
        (await FaultAsync(it => it with { EvaluationPeriods = 1441 })).ShouldBe(
            "ValidationError: Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <="
                + " 86400)."
        );
        (await FaultAsync(it => it with { Period = 3600, EvaluationPeriods = 169 })).ShouldContain("604800");
        (await FaultAsync(it => it with { DatapointsToAlarm = 2 })).ShouldContain("DatapointsToAlarm must be less");
        (await FaultAsync(it => it with { AlarmActions = ["mail me"] })).ShouldContain("Invalid arn syntax: mail me");
        (await FaultAsync(it => it with { OKActions = ["arn:aws:sqs:eu-west-1:111122223333:q"] })).ShouldContain(
            "Unsupported action ARN: arn:aws:sqs:eu-west-1:111122223333:q"
        );
        (await FaultAsync(it => it with { AlarmActions = ["arn:aws:automate:eu-west-1:ec2:recover"] })).ShouldContain(
            "Unsupported action ARN"
        );
        (await FaultAsync(it => it with { AlarmActions = ["arn:aws:automate:eu-west-1:ec2:stop"] })).ShouldContain(
            "InstanceId"
        );
        (await FaultAsync(it => it with { AlarmName = "a\nb" })).ShouldContain("control characters");
        (await FaultAsync(it => it with { ThresholdMetricId = "ad1" })).ShouldContain("anomaly detection");
        (
            await FaultAsync(it => it with { ComparisonOperator = ComparisonOperator.GreaterThanUpperThreshold })
        ).ShouldContain("anomaly detection");
        (await FaultAsync(it => it with { EvaluationInterval = 60 })).ShouldContain(
            "EvaluationInterval is not supported"
        );
        (await FaultAsync(it => it with { Metrics = [] })).ShouldContain("mutually exclusive");
    }

    [Fact]
    public async Task What_cannot_be_the_metrics_of_an_alarm_is_refused()
    {
        await using var world = await CreateAsync();
        async Task<string> FaultAsync(PutMetricAlarmInput alarm) =>
            (await world.ErrorOfAsync(() => world.PutAsync(alarm))).Message;

        (await FaultAsync(MathAlarm("errors /"))).ShouldBe(
            "Error in expression 'e1': Unexpected end of the expression"
        );
        (await FaultAsync(MathAlarm("SEARCH('{App}', 'Sum', 60)"))).ShouldBe(
            "SEARCH is not supported on Metric Alarms."
        );
        (await FaultAsync(MathAlarm("ANOMALY_DETECTION_BAND(errors)"))).ShouldContain("ANOMALY_DETECTION_BAND");
        var alarm = MathAlarm("errors + requests");
        (
            await FaultAsync(alarm with { Metrics = [.. alarm.Metrics!.Select(it => it with { ReturnData = true })] })
        ).ShouldBe("Exactly one element of the metrics list should return data.");
        (await FaultAsync(alarm with { Metrics = [.. alarm.Metrics!.Take(1)] })).ShouldContain("Unknown identifier");
        var slow = alarm.Metrics![1];
        slow = slow with { Id = "slow", MetricStat = slow.MetricStat! with { Period = 300 } };
        (await FaultAsync(alarm with { Metrics = [.. alarm.Metrics!, slow] })).ShouldContain("the same period");
        (await FaultAsync(alarm with { AlarmActions = ["arn:aws:automate:eu-west-1:ec2:stop"] })).ShouldBe(
            "Alarms based on math expressions cannot perform Amazon EC2 actions."
        );
    }

    [Fact]
    public async Task An_alarm_on_one_time_series_has_no_contributors()
    {
        await using var world = await CreateAsync();
        await world.PutAsync(Alarm());
        Task<DescribeAlarmContributorsOutput> ContributorsAsync(string name) =>
            world.Api.DescribeAlarmContributorsAsync(new DescribeAlarmContributorsInput { AlarmName = name }, Context);

        (await ContributorsAsync("high")).AlarmContributors!.ShouldBeEmpty();
        (await world.ErrorOfAsync(() => ContributorsAsync("gone"))).Code.ShouldBe("ResourceNotFoundException");
    }

    [Fact]
    public async Task Twice_at_once_makes_one_alarm()
    {
        await using var world = await CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => world.PutAsync(Alarm())));

        (await world.SummariesAsync()).Count(summary => summary == "Alarm \"high\" created").ShouldBe(1);
    }

    [Fact]
    public async Task Controllers_find_what_changes_by_themselves()
    {
        await using var world = await CreateAsync();
        await world.StartAsync();
        await world.PutAsync(Alarm() with { AlarmActions = [Topic] });
        await world.PutAsync(new PutCompositeAlarmInput { AlarmName = "any", AlarmRule = "ALARM(high)" });
        world.Measure(99);
        world.Time.Advance(Minute);

        // Controllers work on threads of their own: the clock goes on until they have.
        for (var turn = 0; turn < 500; turn++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(0.1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
            if (
                (await world.DescribeCompositeAsync("any")).StateValue == StateValue.Alarm
                && world.Heard.Messages.Count == 1
            )
                break;
        }

        (await world.DescribeAsync()).StateValue.ShouldBe(StateValue.Alarm);
        (await world.DescribeCompositeAsync("any")).StateValue.ShouldBe(StateValue.Alarm);
        world.Heard.Messages.Count.ShouldBe(1);
    }

    private static PutMetricAlarmInput MathAlarm(string expression) =>
        new()
        {
            AlarmName = "ratio",
            EvaluationPeriods = 1,
            Threshold = 5,
            ComparisonOperator = ComparisonOperator.GreaterThanThreshold,
            Metrics =
            [
                new MetricDataQuery { Id = "e1", Expression = expression },
                Of("errors", "Errors"),
                Of("requests", "Requests"),
            ],
        };

    private static MetricDataQuery Of(string id, string metric) =>
        new()
        {
            Id = id,
            ReturnData = false,
            MetricStat = new MetricStat
            {
                Metric = new Metric { Namespace = "App", MetricName = metric },
                Period = 60,
                Stat = "Sum",
            },
        };
}
