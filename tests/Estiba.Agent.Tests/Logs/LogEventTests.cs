using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Estiba.Agent.Logs;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Engines;
using Microsoft.Extensions.Time.Testing;
using LogEvent = Estiba.Agent.Logs.LogEvent;

namespace Estiba.Agent.Tests.Logs;

public sealed class LogEventTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CallContext Context = new()
    {
        AccountId = "123456789012",
        Region = "eu-west-1",
        PrincipalArn = "",
        AccessKeyId = "",
        RequestId = "",
    };

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
    public async Task Lines_before_the_first_beginning_are_an_event_of_their_own() =>
        (await EventsAsync(new Regex("^A"), resumed: false, "warning", " x", "A1")).ShouldBe(["warning\n x", "A1"]);

    [Fact]
    public async Task An_event_that_does_not_grow_for_five_seconds_is_sent()
    {
        var time = new FakeTimeProvider();
        var output = Channel.CreateUnbounded<LogLine>();
        await using var events = LogEventReader
            .ReadAsync(output.Reader.ReadAllAsync(), new Regex("^A"), new LogPosition(), time, CancellationToken.None)
            .GetAsyncEnumerator();
        output.Writer.TryWrite(Line("A1", Start));
        output.Writer.TryWrite(Line(" x", Start.AddSeconds(1)));

        var first = events.MoveNextAsync().AsTask();
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return first.IsCompleted;
        });

        events.Current.ShouldBe(new LogEvent(Start, "A1\n x"));
        output.Writer.TryWrite(Line(" y", Start.AddSeconds(7)));
        output.Writer.Complete();
        (await events.MoveNextAsync()).ShouldBeTrue();
        events.Current.ShouldBe(new LogEvent(Start.AddSeconds(7), " y"));
    }

    [Fact]
    public async Task An_event_that_was_sent_in_two_parts_has_the_same_parts_when_it_is_read_again()
    {
        LogLine[] lines =
        [
            Line("A1", Start),
            Line(" x", Start.AddSeconds(1)),
            Line(" y", Start.AddSeconds(7)),
            Line(" z", Start.AddSeconds(8)),
        ];
        LogEvent[] parts = [new(Start, "A1\n x"), new(Start.AddSeconds(7), " y\n z")];

        (await EventsAsync(new Regex("^A"), new LogPosition(), lines)).ShouldBe(parts);

        // The first part was sent, or both were and more came.
        (await EventsAsync(new Regex("^A"), await PositionAsync(parts[0]), lines)).ShouldBe([parts[1]]);
        (
            await EventsAsync(
                new Regex("^A"),
                await PositionAsync(parts),
                [.. lines, Line(" late", Start.AddSeconds(20))]
            )
        ).ShouldBe([new LogEvent(Start.AddSeconds(20), " late")]);
    }

    [Fact]
    public async Task A_message_that_is_too_long_is_cut_between_characters()
    {
        var events = await EventsAsync(eventStart: null, resumed: false, "a" + new string('é', 200_000));

        events.Count.ShouldBe(2);
        string.Concat(events).ShouldBe("a" + new string('é', 200_000));
        events.ShouldAllBe(message => Encoding.UTF8.GetByteCount(message) <= LogEvent.LargestMessage);
    }

    /// <remarks>
    /// Each such byte becomes a character of three, so that a line below the limit is an event beyond it, and the whole
    /// batch would be refused.
    /// </remarks>
    [Fact]
    public async Task What_is_no_text_is_cut_by_what_it_becomes()
    {
        var bytes = new byte[200_000];
        bytes.AsSpan().Fill(0xFF);

        var events = await EventsAsync(
            eventStart: null,
            new LogPosition(),
            [new LogLine(Start, bytes, IsError: false)]
        );

        events.ShouldAllBe(@event => Encoding.UTF8.GetByteCount(@event.Message) <= LogEvent.LargestMessage);
        events.Sum(@event => @event.Message.Length).ShouldBe(bytes.Length);
    }

    [Theory]
    [InlineData("%Y-%m-%dT%H:%M:%S%z", "2026-03-01T12:00:00+0000 started")]
    [InlineData("[%b %d, %Y %H:%M:%S]", "[Mar 01, 2026 12:00:00] started")]
    public void A_date_format_finds_its_dates(string format, string line) =>
        Regex.IsMatch(line, DateTimePattern.Of(format), RegexOptions.None, TimeSpan.FromSeconds(30)).ShouldBeTrue();

    [Fact]
    public void A_batch_has_no_more_events_than_CloudWatch_Logs_takes()
    {
        var batch = new LogBatch();
        for (var index = 0; index < 10_000; index++)
            batch.TryAdd(new LogEvent(Start, "x")).ShouldBeTrue();

        batch.TryAdd(new LogEvent(Start, "x")).ShouldBeFalse();
    }

    [Fact]
    public void A_batch_has_no_more_bytes_than_CloudWatch_Logs_takes()
    {
        var batch = new LogBatch();
        for (var index = 0; index < 4; index++)
            batch.TryAdd(new LogEvent(Start, new string('x', LogEvent.LargestMessage))).ShouldBeTrue();

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

    private static async Task<List<string>> EventsAsync(Regex? eventStart, bool resumed, params string[] lines) =>
        [
            .. (
                await EventsAsync(
                    eventStart,
                    resumed ? await PositionAsync(new LogEvent(Start, "A1")) : new LogPosition(),
                    [.. lines.Select(line => Line(line, Start))]
                )
            ).Select(@event => @event.Message),
        ];

    /// <summary>What is sent of these lines where this much was sent before.</summary>
    private static async Task<List<LogEvent>> EventsAsync(Regex? eventStart, LogPosition position, LogLine[] lines)
    {
        var events = new List<LogEvent>();
        var read = lines.Where(line => !(line.At < position.Since)).ToAsyncEnumerable();
        await foreach (
            var @event in LogEventReader.ReadAsync(
                read,
                eventStart,
                position,
                TimeProvider.System,
                CancellationToken.None
            )
        )
            if (!position.Has(@event))
                events.Add(@event);
        return events;
    }

    /// <summary>The position after a restart, when these events are in the stream.</summary>
    private static async Task<LogPosition> PositionAsync(params LogEvent[] sent)
    {
        var logs = new StandInLogs();
        logs.Groups.Add("g");
        await logs.CreateLogStreamAsync(
            new CreateLogStreamRequest { LogGroupName = "g", LogStreamName = "s" },
            Context
        );
        var events = sent.Select(@event => new InputLogEvent
        {
            Timestamp = @event.Milliseconds,
            Message = @event.Message,
        });
        await logs.PutLogEventsAsync(
            new PutLogEventsRequest
            {
                LogGroupName = "g",
                LogStreamName = "s",
                LogEvents = [.. events],
            },
            Context
        );
        return await LogPosition.OfAsync(logs, "g", "s", Context, CancellationToken.None);
    }

    private static LogLine Line(string text, DateTimeOffset at) =>
        new(at, Encoding.UTF8.GetBytes(text), IsError: false);
}
