namespace Estiba.Logs.Tests;

public sealed class MetricFilterTests
{
    [Fact]
    public async Task The_messages_that_match_are_answered_with_their_numbers_and_values()
    {
        await using var world = await LogsWorld.OpenAsync();
        var tested = await world.Api.TestMetricFilterAsync(
            new()
            {
                FilterPattern = "[ip, request, status = 4*]",
                LogEventMessages = ["10.0.0.1 \"GET /\" 200", "10.0.0.2 \"GET /x\" 404"],
            },
            LogsWorld.Caller
        );

        var match = tested.Matches.ShouldHaveSingleItem();
        match.EventNumber.ShouldBe(2);
        match.EventMessage.ShouldBe("10.0.0.2 \"GET /x\" 404");
        match.ExtractedValues.ShouldBe(
            new Dictionary<string, string>
            {
                ["$ip"] = "10.0.0.2",
                ["$request"] = "GET /x",
                ["$status"] = "404",
            },
            ignoreOrder: true
        );
    }
}
