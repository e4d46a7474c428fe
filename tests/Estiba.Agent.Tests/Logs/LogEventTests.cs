using System.Text;
using System.Text.RegularExpressions;
using Estiba.Agent.Engines;
using Estiba.Agent.Logs;

namespace Estiba.Agent.Tests.Logs;

public sealed class LogEventTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_line_is_an_event_and_empty_ones_are_left_out() =>
        (await EventsAsync(eventStart: null, resumed: false, "one", "", "two")).ShouldBe(["one", "two"]);

    [Fact]
    public async Task Lines_up_to_the_next_beginning_belong_together() =>
        (await EventsAsync(new Regex("^A"), resumed: false, "A1", " x", "A2")).ShouldBe(["A1\n x", "A2"]);

    [Fact]
    public async Task The_rest_of_an_event_that_was_sent_before_a_restart_is_left_out() =>
        (await EventsAsync(new Regex("^A"), resumed: true, " x", "A2")).ShouldBe(["A2"]);

    [Fact]
    public async Task A_message_that_is_too_long_is_cut_between_characters()
    {
        var events = await EventsAsync(eventStart: null, resumed: false, "a" + new string('é', 200_000));

        events.Count.ShouldBe(2);
        string.Concat(events).ShouldBe("a" + new string('é', 200_000));
        events.ShouldAllBe(message => Encoding.UTF8.GetByteCount(message) <= LogEvent.LargestMessage);
    }

    [Theory]
    [InlineData("%Y-%m-%dT%H:%M:%S%z", "2026-03-01T12:00:00+0000 started")]
    [InlineData("[%b %d, %Y %H:%M:%S]", "[Mar 01, 2026 12:00:00] started")]
    public void A_date_format_finds_its_dates(string format, string line) => Regex.IsMatch(line, DateTimePattern.Of(format), RegexOptions.None, TimeSpan.FromSeconds(1)).ShouldBeTrue();

    [Fact]
    public void A_batch_has_no_more_events_than_CloudWatch_Logs_takes()
    {
        var batch = new LogBatch();
        for (var index = 0; index < 10_000; index++) batch.TryAdd(new LogEvent(Start, "x")).ShouldBeTrue();

        batch.TryAdd(new LogEvent(Start, "x")).ShouldBeFalse();
    }

    [Fact]
    public void A_batch_has_no_more_bytes_than_CloudWatch_Logs_takes()
    {
        var batch = new LogBatch();
        for (var index = 0; index < 4; index++) batch.TryAdd(new LogEvent(Start, new string('x', LogEvent.LargestMessage))).ShouldBeTrue();

        batch.TryAdd(new LogEvent(Start, "x")).ShouldBeFalse();
    }

    [Fact]
    public void A_batch_spans_less_than_a_day()
    {
        var batch = new LogBatch();
        batch.TryAdd(new LogEvent(Start, "x"));

        batch.TryAdd(new LogEvent(Start.AddHours(24), "x")).ShouldBeFalse();
    }

    [Fact]
    public void A_batch_is_in_the_order_of_time()
    {
        var batch = new LogBatch();
        batch.TryAdd(new LogEvent(Start.AddSeconds(1), "second"));
        batch.TryAdd(new LogEvent(Start, "first"));

        batch.ToInput().Select(@event => @event.Message).ShouldBe(["first", "second"]);
    }

    private static async Task<List<string>> EventsAsync(Regex? eventStart, bool resumed, params string[] lines)
    {
        var events = new List<string>();
        await foreach (var @event in LogEventReader.ReadAsync(LinesAsync(lines), eventStart, resumed, CancellationToken.None)) events.Add(@event.Message);
        return events;
    }

    private static async IAsyncEnumerable<LogLine> LinesAsync(string[] lines)
    {
        await Task.Yield();
        foreach (var line in lines) yield return new LogLine(Start, Encoding.UTF8.GetBytes(line), IsError: false);
    }
}
