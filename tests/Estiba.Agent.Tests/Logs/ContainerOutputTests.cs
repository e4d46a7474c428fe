using System.Text;
using Estiba.Agent.Logs;
using Estiba.Agent.Tests.StandIns;
using Estiba.Engines;

namespace Estiba.Agent.Tests.Logs;

public sealed class ContainerOutputTests
{
    private static readonly StandingClock Clock = new();

    private readonly DateTimeOffset _start = Clock.GetUtcNow().AddSeconds(-1);
    private readonly IContainerEngine _engine;
    private readonly ScriptedOutput _script;

    public ContainerOutputTests() => (_engine, _script) = ScriptedOutput.Create();

    [Fact]
    public async Task What_comes_after_the_early_end_of_a_stream_is_read_without_following()
    {
        _script.RunningFor = 1;
        _script.Read().Follow(Line(1), Line(2)).Read(Line(1), Line(2), Line(3), Line(4)).Read(Line(3), Line(4));

        (await ReadAsync()).ShouldBe(["1", "2", "3", "4"]);
    }

    [Fact]
    public async Task A_container_that_still_runs_is_followed_again()
    {
        _script.RunningFor = 2;
        _script.Read().Follow(Line(1)).Read(Line(1), Line(2)).Follow(Line(2), Line(3)).Read(Line(3)).Read(Line(3));

        (await ReadAsync()).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task A_part_of_a_file_that_the_engine_repeats_is_dropped()
    {
        _script.RunningFor = 1;
        _script.Read().Follow(Line(1), Line(2), Line(3), Line(2), Line(3), Line(4));

        (await ReadAsync()).ShouldBe(["1", "2", "3", "4"]);
    }

    [Fact]
    public async Task Lines_of_the_two_outputs_may_be_out_of_order()
    {
        _script.RunningFor = 1;
        _script.Read().Follow(Line(2), Line(1, error: true), Line(3));

        (await ReadAsync()).ShouldBe(["2", "1", "3"]);
    }

    [Fact]
    public async Task Lines_of_the_same_time_are_all_kept_and_not_repeated()
    {
        _script.RunningFor = 1;
        _script
            .Read()
            .Follow(Line(1, "x"), Line(1, "x"), Line(1, "y"))
            .Read(Line(1, "x"), Line(1, "x"), Line(1, "y"), Line(1, "z"));

        (await ReadAsync()).ShouldBe(["x", "x", "y", "z"]);
    }

    [Fact]
    public async Task A_stream_that_stands_still_before_the_last_line_is_left()
    {
        _script.RunningFor = 1;
        _script.Newest = Line(2);
        _script.Read().Follow(Line(1), default).Read(Line(1), Line(2));

        (await ReadAsync()).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_stream_that_is_late_is_left_so_that_no_file_is_skipped()
    {
        _script.RunningFor = 1;
        _script.Read().Follow(Line(-10_000, "old"), Line(3)).Read(Line(-10_000, "old"), Line(2), Line(3));

        (await ReadAsync()).ShouldBe(["old", "2", "3"]);
    }

    [Fact]
    public async Task A_line_that_is_being_written_is_read_when_it_is_whole()
    {
        _script.RunningFor = 1;
        _script
            .Read(Line(1, "ha") with { IsCut = true })
            .Follow(Line(1, "half") with { IsCut = true })
            .Read(Line(1, "half a line") with { IsCut = true });

        (await ReadAsync()).ShouldBe(["half a line"]);
    }

    [Fact]
    public async Task Lines_after_the_clock_was_set_back_are_kept()
    {
        _script.RunningFor = 1;
        _script.Read().Follow(Line(3_600_000, "before"), Line(1, "after"));

        (await ReadAsync()).ShouldBe(["before", "after"]);
    }

    [Fact]
    public async Task Reading_begins_where_it_is_asked_to_and_goes_on_a_little_before_the_last_line()
    {
        _script.RunningFor = 1;
        _script.Read(Line(1)).Follow(Line(1500));

        (await ReadAsync(_start)).ShouldBe(["1", "1500"]);
        _script.Queries.Select(query => query.Since).ShouldBe([_start, _start, _start.AddMilliseconds(500)]);
    }

    private LogLine Line(int milliseconds, string? text = null, bool error = false) =>
        new(_start.AddMilliseconds(milliseconds), Encoding.UTF8.GetBytes(text ?? $"{milliseconds}"), error);

    private async Task<List<string>> ReadAsync(DateTimeOffset? since = null)
    {
        var lines = new List<string>();
        await foreach (
            var line in new ContainerOutput(_engine, "c", terminal: false, Clock).ReadAsync(
                since,
                CancellationToken.None
            )
        )
            lines.Add(Encoding.UTF8.GetString(line.Text.Span));
        return lines;
    }

    /// <summary>
    /// The time of day stands still, so that no line grows late while a test waits for its turn; timers go on.
    /// </summary>
    private sealed class StandingClock : TimeProvider
    {
        private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
