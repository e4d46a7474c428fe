using Estiba.Compute.Networking;
using Estiba.Contracts;
using Estiba.Hosting;
using Estiba.Tests.Joining;
using Microsoft.Extensions.Logging;

namespace Estiba.Tests.Hosting;

public sealed class LineLogTests : IDisposable
{
    private readonly StringWriter _written = new();
    private readonly SteppedTime _time = new();
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
    public void In_the_journal_each_line_says_how_grave_it_is_and_not_when_it_was()
    {
        using var written = new StringWriter();
        using var log = new LineLog(written, _time, journal: true);
        var logger = log.CreateLogger("Estiba.Room");

        logger.LogWarning(new AwsException("ServiceUnavailableException", "No space left on device", 503), "It failed");
        logger.LogError(new InvalidOperationException("two\nlines"), "Nobody foresaw it");

        written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            "<4>Room: It failed: No space left on device",
            "<3>Room: Nobody foresaw it",
            "<3>System.InvalidOperationException: two",
            "<3>lines",
        ]);
    }

    private void Fail(Exception thrown)
    {
        try
        {
            throw thrown;
        }
        catch (Exception caught)
        {
            _log.CreateLogger("Estiba.Room").Log(LogLevel.Warning, default, "It failed", caught, static (text, _) => text);
        }
    }
}
