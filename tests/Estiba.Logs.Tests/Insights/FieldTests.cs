using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests.Insights;

/// <summary>The fields of the events of a group.</summary>
public sealed class FieldTests
{
    private static readonly string[] OfEveryEvent = ["@ingestionTime", "@log", "@logStream", "@message", "@timestamp"];

    [Fact]
    public async Task Every_event_has_the_fields_of_the_service_and_one_that_is_json_its_own()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.SayAsync(
            "s",
            """{"level":"info","request":{"path":"/","tags":["a","b"]},"@type":"t"}""",
            """{"level":"error","request":{"path":"/x"}}""",
            "no JSON at all",
            "{ and this is none either"
        );

        (await FieldsAsync(world)).ShouldBe([
            .. OfEveryEvent.Select(name => (name, 100)),
            ("level", 50),
            ("request.path", 50),
            ("@@type", 25),
            ("request.tags.0", 25),
            ("request.tags.1", 25),
        ]);
    }

    [Fact]
    public async Task The_last_quarter_of_an_hour_counts_or_eight_minutes_around_a_time()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.SayAsync("s", """{"early":1}""");
        var early = world.Time.Milliseconds / 1000;
        world.Time.Advance(TimeSpan.FromMinutes(16));
        await world.SayAsync("s", """{"late":1}""");

        (await FieldsAsync(world)).Select(field => field.Name).ShouldBe([.. OfEveryEvent, "late"]);
        (await FieldsAsync(world, early)).Select(field => field.Name).ShouldBe([.. OfEveryEvent, "early"]);
        (await FieldsAsync(world, early - 600)).ShouldBeEmpty();
        (await FieldsAsync(world, long.MaxValue)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_group_that_is_not_there_has_none()
    {
        await using var world = await LogsWorld.OpenAsync();

        await LogsWorld.NotFoundAsync(
            () => world.Api.GetLogGroupFieldsAsync(new() { LogGroupName = "g" }, LogsWorld.Caller),
            "group"
        );
    }

    private static async Task<List<(string Name, int Percent)>> FieldsAsync(LogsWorld world, long? time = null) =>
        [
            .. (
                await world.Api.GetLogGroupFieldsAsync(new() { LogGroupName = "g", Time = time }, LogsWorld.Caller)
            ).LogGroupFields!.Select(field => (field.Name!, field.Percent ?? 0)),
        ];
}
