using Estiba.Compute.Networking;
using Estiba.Contracts;
using Estiba.Platforms;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Tests.Platforms;

public sealed class LineLogTests : IDisposable
{
    private readonly StringWriter _written = new();
    private readonly FakeTimeProvider _time = new();
    private readonly LineLog _log;

    public LineLogTests() => _log = new LineLog(_written, _time);

    public void Dispose()
    {
        _log.Dispose();
        _written.Dispose();
    }

    private string[] Lines => _written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void A_failure_that_was_foreseen_is_one_line()
    {
        Fail(new AwsException("ServiceUnavailableException", "No space left on device", 503));

        Lines.ShouldHaveSingleItem().ShouldEndWith("warn  Room: It failed: No space left on device");
    }

    [Fact]
    public void A_failure_that_nobody_foresaw_has_its_stack_trace()
    {
        Fail(new InvalidOperationException("what"));

        Lines.Length.ShouldBeGreaterThan(2);
        _written.ToString().ShouldContain($"   at {typeof(LineLogTests).FullName}");
    }

    [Fact]
    public void An_engine_that_is_away_is_said_once_in_a_while()
    {
        Fail(new NetworkException("Docker Engine does not answer"));
        Fail(new NetworkException("Docker Engine does not answer"));
        Lines.Length.ShouldBe(1);

        _time.Advance(TimeSpan.FromMinutes(11));
        Fail(new NetworkException("Docker Engine does not answer"));
        Lines.Length.ShouldBe(2);

        Fail(new NetworkException("another reason"));
        Lines.Length.ShouldBe(3);
    }

    [Fact]
    public void A_log_that_cannot_be_written_stops_nobody_and_says_later_how_much_is_lost()
    {
        using var disk = new FullDisk();
        using var log = new LineLog(disk, _time);
        var logger = log.CreateLogger("Estiba.Room");
        disk.IsFull = true;
        logger.LogWarning("lost");
        logger.LogWarning("lost, too");
        disk.IsFull = false;

        logger.LogWarning("There is room again");

        var lines = disk.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2);
        lines[0].ShouldEndWith("warn  Log: 2 messages before this one could not be written");
        lines[1].ShouldEndWith("warn  Room: There is room again");
    }

    [Fact]
    public void In_the_journal_each_line_says_how_grave_it_is_and_not_when_it_was()
    {
        using var written = new StringWriter();
        using var log = new LineLog(written, _time, journal: true);
        var logger = log.CreateLogger("Estiba.Room");

        logger.LogWarning(new AwsException("ServiceUnavailableException", "No space left on device", 503), "It failed");
        logger.LogError(new InvalidOperationException("two\nlines"), "Nobody foresaw it");

        written
            .ToString()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe([
                "<4>Room: It failed: No space left on device",
                "<3>Room: Nobody foresaw it",
                "<3>    System.InvalidOperationException: two",
                "<3>    lines",
            ]);
    }

    [Theory]
    [InlineData(
        "a\n2026-03-01T12:00:00.000Z error Gateway: forged",
        "a\\n2026-03-01T12:00:00.000Z error Gateway: forged"
    )]
    [InlineData("a\r\nb\tc\0", "a\\r\\nb\\tc\\u0000")]
    [InlineData("\u001b[31mred\u009b0m", "\\u001B[31mred\\u009B0m")]
    [InlineData("\u2028\u2029\u0085", "\\u2028\\u2029\\u0085")]
    [InlineData("\u202eevil\u2066\u200f\ufeff", "\\u202Eevil\\u2066\\u200F\\uFEFF")]
    [InlineData("\U000E0041", "\\U000E0041")]
    [InlineData("Grüße 世界 😀 'quoted' \\n", "Grüße 世界 😀 'quoted' \\n")]
    public void What_a_stranger_has_written_is_one_line(string text, string shown)
    {
        _log.CreateLogger("Estiba.Room").LogWarning("Host {Host} came", text);
        _log.CreateLogger("Other.Room").LogWarning(new AwsException("Code", text), "It failed");

        Lines.Length.ShouldBe(2);
        Lines[0].ShouldEndWith($"warn  Room: Host {shown} came");
        Lines[1].ShouldEndWith($"warn  Room: It failed: {shown}");
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_told_by_its_number() =>
        LogText.Escape("a\ud800 \udc00").ShouldBe("a\\uD800 \\uDC00");

    [Fact]
    public void No_line_of_an_exceptions_words_looks_like_one_of_the_log()
    {
        Fail(new InvalidOperationException("a\n2026-03-01T12:00:00.000Z error Gateway: forged"));

        Lines.Count(line => line.StartsWith("20", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void Of_a_long_value_only_the_beginning_is_told_and_what_follows_it_too()
    {
        _log.CreateLogger("Estiba.Room")
            .LogWarning("Host {Host} came with {Token}", new string('h', 1_000_000), "a token");

        Lines.ShouldHaveSingleItem().ShouldEndWith(new string('h', 256) + "... (1000000 characters) came with a token");
    }

    [Fact]
    public void A_long_message_is_cut()
    {
        Fail(new AwsException("Code", new string('x', 1_000_000)));

        Lines.ShouldHaveSingleItem().Length.ShouldBeLessThan(5000);
    }

    private sealed class FullDisk : StringWriter
    {
        internal bool IsFull { get; set; }

        public override void WriteLine(string? value)
        {
            if (IsFull)
                throw new IOException("No space left on device");
            base.WriteLine(value);
        }
    }

    private void Fail(Exception thrown)
    {
        try
        {
            throw thrown;
        }
        catch (Exception caught)
        {
            _log.CreateLogger("Estiba.Room")
                .Log(LogLevel.Warning, default, "It failed", caught, static (text, _) => text);
        }
    }
}
