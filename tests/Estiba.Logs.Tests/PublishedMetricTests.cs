using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.MetricFilters;

namespace Estiba.Logs.Tests;

/// <summary>What metric filters publish, and what is told of the events that come in.</summary>
public sealed class PublishedMetricTests
{
    private const string Json = """{ $.level = "error" }""";

    [Fact]
    public async Task Each_event_that_matches_counts()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "ERROR");

        await world.SayAsync("s", "ERROR a", "fine", "ERROR b");
        await world.EndMinuteAsync();

        world.CloudWatch.In("App").ShouldBe(["Errors[] 1x2 None"]);
    }

    [Fact]
    public async Task A_value_is_taken_from_a_property()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "{ $.latency = * }", its =>
            its with
            {
                MetricValue = "$.latency",
                Unit = "Milliseconds",
            }
        );

        await world.SayAsync(
            "s",
            """{"latency":12.5}""",
            """{"latency":"7"}""",
            """{"latency":12.5}""",
            """{"latency":"slow"}""",
            """{"latency":null}""",
            """{"other":1}"""
        );
        await world.EndMinuteAsync();

        world.CloudWatch.In("App").ShouldBe(["Errors[] 12.5x2,7x1 Milliseconds"]);
    }

    [Fact]
    public async Task A_value_is_taken_from_a_word()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "[ip, ..., status = 5*, size]", its => its with { MetricValue = "$size" });

        await world.SayAsync("s", "10.0.0.1 - x 500 42", "10.0.0.1 - y 200 43", "10.0.0.1 503 44");
        await world.EndMinuteAsync();

        world.CloudWatch.In("App").ShouldBe(["Errors[] 42x1,44x1 None"]);
    }

    [Fact]
    public async Task Dimensions_are_taken_from_properties()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, Json, its =>
            its with
            {
                Dimensions = new Dictionary<string, string> { ["Path"] = "$.http.path[0]" },
            }
        );

        await world.SayAsync(
            "s",
            """{"level":"error","http":{"path":["/a"]}}""",
            """{"level":"error","http":{"path":["/b"]}}""",
            """{"level":"error","http":{"path":["/a"]}}""",
            """{"level":"error","http":{"path":[]}}""",
            """{"level":"error","http":{"path":["ü"]}}"""
        );
        await world.EndMinuteAsync();

        world.CloudWatch.In("App").ShouldBe(["Errors[Path=/a] 1x2 None", "Errors[Path=/b] 1x1 None"]);
    }

    [Fact]
    public async Task The_account_and_the_region_can_be_dimensions()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "ERROR", fields: ["@aws.account", "@aws.region"]);

        await world.SayAsync("s", "ERROR");
        await world.EndMinuteAsync();

        world.CloudWatch.In("App").ShouldBe(["Errors[@aws.account=123456789012,@aws.region=eu-west-1] 1x1 None"]);
    }

    [Fact]
    public async Task Where_events_came_and_none_matched_the_default_is_told()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "ERROR", its => its with { DefaultValue = 0 });

        await world.EndMinuteAsync();
        var silent = world.CloudWatch.In("App");
        await world.SayAsync("s", "fine");
        await world.EndMinuteAsync();
        var fine = world.CloudWatch.In("App");
        await world.SayAsync("s", "fine", "ERROR");
        await world.EndMinuteAsync();

        silent.ShouldBeEmpty();
        fine.ShouldBe(["Errors[] 0 None"]);
        world.CloudWatch.In("App").ShouldBe(["Errors[] 0 None", "Errors[] 1x1 None"]);
    }

    [Fact]
    public async Task A_value_is_of_the_minute_in_which_its_event_happened()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "ERROR");

        await world.PutAsync(
            "g",
            "s",
            world.Event("ERROR", TimeSpan.FromMinutes(-90)),
            world.Event("ERROR", TimeSpan.FromMinutes(-1)),
            world.Event("ERROR")
        );
        var now = world.Time.GetUtcNow();
        await world.EndMinuteAsync();

        world
            .CloudWatch.Data.Where(put => put.Namespace == "App")
            .Select(put => now - put.Datum.Timestamp!.Value)
            .Select(age => (int)age.TotalMinutes)
            .Order()
            .ShouldBe([0, 1, 90]);
    }

    [Fact]
    public async Task Events_before_a_filter_are_not_looked_at()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "other");
        await world.SayAsync("s", "ERROR");
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await PutAsync(world, "ERROR", name: "late");

        await world.EndMinuteAsync();

        world.CloudWatch.In("App").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_filter_that_was_deleted_publishes_nothing_more()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "ERROR");
        await world.Api.DeleteMetricFilterAsync(
            new DeleteMetricFilterRequest { LogGroupName = "g", FilterName = "f" },
            LogsWorld.Caller
        );

        await world.SayAsync("s", "ERROR");
        await world.EndMinuteAsync();

        world.CloudWatch.In("App").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_metric_that_is_refused_keeps_no_other_back()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "ERROR", its => its with { MetricNamespace = "Bad" }, name: "bad");
        await PutAsync(world, "ERROR");
        world.CloudWatch.Refused.Add("Bad");

        await world.SayAsync("s", "ERROR");
        await world.EndMinuteAsync();

        world.CloudWatch.In("App").ShouldBe(["Errors[] 1x1 None"]);
    }

    [Fact]
    public async Task A_filter_makes_a_thousand_metrics_and_no_more()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "{ $.id = * }", its =>
            its with
            {
                Dimensions = new Dictionary<string, string> { ["Id"] = "$.id" },
            }
        );

        await world.SayAsync(
            "s",
            [.. Enumerable.Range(0, FilteredValues.MostDimensions + 5).Select(id => $$"""{"id":{{id}}}""")]
        );
        await world.EndMinuteAsync();

        world.CloudWatch.In("App").Count.ShouldBe(FilteredValues.MostDimensions);
    }

    [Fact]
    public async Task Very_many_different_values_are_told_in_parts_and_lose_nothing()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "{ $.n = * }", its => its with { MetricValue = "$.n" });

        for (var start = 0; start < 12_000; start += 3000)
            await world.SayAsync("s", [.. Enumerable.Range(start, 3000).Select(n => $$"""{"n":{{n}}}""")]);
        await world.EndMinuteAsync();

        var data = world.CloudWatch.Data.Where(put => put.Namespace == "App").Select(put => put.Datum).ToList();
        data.ShouldAllBe(datum => datum.Values == null || datum.Values.Count <= 150);
        data.Sum(datum => datum.Values?.Count ?? datum.StatisticValues!.SampleCount!.Value).ShouldBe(12_000);
        data.Sum(datum => datum.Values?.Sum() ?? datum.StatisticValues!.Sum!.Value).ShouldBe(12_000d * 11_999 / 2);
    }

    [Fact]
    public async Task What_waits_is_bounded()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await PutAsync(world, "ERROR");
        var large = "ERROR " + new string('x', 1_000_000);
        await world.RunAsync("logs.metrics");

        for (var count = 0; count < 40; count++)
            await world.SayAsync("s", large);
        await world.EndMinuteAsync();
        await world.SayAsync("s", large);
        await world.EndMinuteAsync();

        var fitting = LogMetrics.MostWaiting / large.Length;
        world.CloudWatch.In("App").ShouldBe(["Errors[] 1x1 None", $"Errors[] 1x{fitting} None"]);
    }

    [Fact]
    public async Task What_comes_in_is_told_of_each_group_and_of_all()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.CreateGroupAsync("h");
        await world.CreateStreamAsync("h", "s");
        await world.RunAsync("logs.metrics");

        await world.SayAsync("s", "abc", "ü");
        await world.PutAsync("h", "s", world.Event("12"));
        await world.EndMinuteAsync();

        world
            .CloudWatch.In("AWS/Logs")
            .ShouldBe([
                "IncomingBytes[LogGroupName=g] 5 of 1 Bytes",
                "IncomingBytes[LogGroupName=h] 2 of 1 Bytes",
                "IncomingBytes[] 7 of 2 Bytes",
                "IncomingLogEvents[LogGroupName=g] 2 of 1 None",
                "IncomingLogEvents[LogGroupName=h] 1 of 1 None",
                "IncomingLogEvents[] 3 of 2 None",
            ]);
    }

    [Theory]
    [InlineData("x", "$.size", "metric value $.size must be a valid number.")]
    [InlineData("[a, b]", "$c", "metric value $c must be a valid number.")]
    [InlineData("{ $.a = * }", "$.", "metric value $. must be a valid number.")]
    [InlineData("x", "many", "metric value many must be a valid number.")]
    [InlineData("x", "NaN", "metric value NaN must be a valid number.")]
    public async Task A_value_is_a_number_or_a_field_of_the_pattern(string pattern, string value, string fault) =>
        await RefusedAsync(pattern, its => its with { MetricValue = value }, fault);

    [Theory]
    [InlineData("{ $.a = * }", "Host", "web-1", "dimension value must be valid selector.")]
    [InlineData("x", "Host", "$.host", "dimension value must be valid selector.")]
    [InlineData("{ $.a = * }", ":Host", "$.host", "a dimension name cannot begin with a colon.")]
    [InlineData(
        "{ $.a = * }",
        " ",
        "$.host",
        "a dimension name must have printable ASCII characters, one of them no space."
    )]
    public async Task A_dimension_is_a_field_of_the_event(string pattern, string name, string value, string fault) =>
        await RefusedAsync(
            pattern,
            its => its with { Dimensions = new Dictionary<string, string> { [name] = value } },
            fault
        );

    [Fact]
    public async Task Namespaces_of_services_are_theirs() =>
        await RefusedAsync(
            "x",
            its => its with { MetricNamespace = "AWS/ECS" },
            "metric namespaces that begin with AWS/ are of AWS services."
        );

    [Fact]
    public async Task A_metric_has_three_dimensions_at_most() =>
        await RefusedAsync(
            "{ $.a = * }",
            its => its with { Dimensions = "abcd".ToDictionary(name => $"{name}", _ => "$.a") },
            "at most 3 dimensions are allowed."
        );

    [Fact]
    public async Task A_field_that_events_do_not_have_is_no_system_field()
    {
        await using var world = await LogsWorld.WithStreamAsync();

        await LogsWorld.RefusedAsync(
            () => PutAsync(world, "x", fields: ["@message"]),
            "InvalidParameterException",
            "@message is no system field. Valid values: @aws.account, @aws.region."
        );
    }

    private static async Task RefusedAsync(
        string pattern,
        Func<MetricTransformation, MetricTransformation> with,
        string fault
    )
    {
        await using var world = await LogsWorld.WithStreamAsync();

        await LogsWorld.RefusedAsync(
            () => PutAsync(world, pattern, with),
            "InvalidParameterException",
            "Invalid metric transformation: " + fault
        );
    }

    private static Task PutAsync(
        LogsWorld world,
        string pattern,
        Func<MetricTransformation, MetricTransformation>? with = null,
        string name = "f",
        IReadOnlyList<string>? fields = null
    )
    {
        var transformation = new MetricTransformation
        {
            MetricName = "Errors",
            MetricNamespace = "App",
            MetricValue = "1",
        };
        return world.Api.PutMetricFilterAsync(
            new PutMetricFilterRequest
            {
                LogGroupName = "g",
                FilterName = name,
                FilterPattern = pattern,
                MetricTransformations = [with?.Invoke(transformation) ?? transformation],
                EmitSystemFieldDimensions = fields,
            },
            LogsWorld.Caller
        );
    }
}
