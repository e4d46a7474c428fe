using System.Globalization;
using System.Text;
using Estiba.Consoles;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Tests.Consoles;

/// <summary>When the console's program is started, and what is answered while it is not there.</summary>
public sealed class ConsoleDoorTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogCollector _log = new();
    private StandIn _program = null!;
    private ConsoleDoor _door = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _program = await StandIn.StartAsync();
        _door = DoorTo(_program.Program);
    }

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        await _program.DisposeAsync();
    }

    [Fact]
    public async Task The_first_request_starts_it_and_those_that_come_meanwhile_wait_for_the_same()
    {
        _program.Starts.ShouldBe(0);

        var answers = await Task.WhenAll(AskAsync(), AskAsync(), AskAsync());

        answers.Select(answer => answer.Body).ShouldBe(["the console", "the console", "the console"]);
        _program.Starts.ShouldBe(1);
    }

    [Fact]
    public async Task What_ends_at_once_is_left_alone_for_a_while_and_the_page_says_so()
    {
        _program.Does("echo 'no room' >&2; exit 7");

        var first = await AskAsync();
        var second = await AskAsync();

        first.Status.ShouldBe(503);
        first.RetryAfter.ShouldBe("1");
        first.Body.ShouldContain("exit code 7");
        first.Body.ShouldContain("""<meta http-equiv="refresh" content="1">""");
        second.Status.ShouldBe(503);
        _program.Starts.ShouldBe(1);
        Messages().ShouldContain("The console's program says: no room");
        Messages().ShouldContain(message => message.Contains("has ended (exit code 7 before it listened)"));
    }

    [Fact]
    public async Task The_delay_grows_as_long_as_it_ends_at_once()
    {
        _program.Does("exit 7");
        var delays = new List<string?>();

        for (var life = 0; life < 3; life++)
        {
            var answer = await AskAsync();
            delays.Add(answer.RetryAfter);
            _time.Advance(TimeSpan.FromSeconds(int.Parse(answer.RetryAfter!, CultureInfo.InvariantCulture)));
        }

        delays.ShouldBe(["1", "2", "4"]);
        _program.Starts.ShouldBe(3);
    }

    [Fact]
    public async Task What_has_worked_is_started_again_by_the_next_request_after_it_was_killed()
    {
        await AskAsync();
        _time.Advance(RestartDelay.Steady);
        _program.Kill();
        await UntilAsync(() => Messages().Any(message => message.Contains("has ended (exit code 137)")));

        var answer = await AskAsync();

        answer.Body.ShouldBe("the console");
        _program.Starts.ShouldBe(2);
    }

    [Theory]
    [InlineData("echo listening", "it does not say where it listens")]
    [InlineData("echo '{}'", "it does not say where it listens")]
    [InlineData("""echo '{"listening":"http://127.0.0.1:1"}'""", "should on a Unix socket")]
    public async Task What_does_not_say_where_it_listens_is_ended(string script, string complaint)
    {
        _program.Does(script + "\ncat >/dev/null");

        var answer = await AskAsync();

        answer.Status.ShouldBe(503);
        answer.Body.ShouldContain(complaint);
        StandIn.IsRunning(_program.ProcessId).ShouldBeFalse();
    }

    [Fact]
    public async Task What_cannot_be_started_is_said()
    {
        await using var door = DoorTo("/etc/hostname");

        var answer = await AskAsync(door);

        answer.Status.ShouldBe(503);
        answer.Body.ShouldContain("it cannot be started");
    }

    [Fact]
    public async Task A_build_without_the_program_says_so()
    {
        await using var door = DoorTo("/nowhere/estiba-console");

        var answer = await AskAsync(door);

        answer.Status.ShouldBe(501);
        answer.RetryAfter.ShouldBeEmpty();
        answer.Body.ShouldContain("There is no console here");
    }

    [Fact]
    public async Task A_browser_that_prefers_Spanish_is_told_in_Spanish()
    {
        _program.Does("exit 7");

        var answer = await AskAsync(_door, "es-ES,es;q=0.9,en;q=0.5");

        answer.Body.ShouldContain("La consola no está en marcha");
        answer.Body.ShouldContain("""<html lang="es">""");
    }

    [Fact]
    public async Task A_program_that_runs_and_does_not_answer_is_not_started_twice()
    {
        _program.Does("""echo '{"listening":"unix:/nowhere"}'""" + "\ncat >/dev/null");

        var answer = await AskAsync();

        answer.Status.ShouldBe(503);
        answer.RetryAfter.ShouldBe("2");
        answer.Body.ShouldContain("The console does not answer");
        _program.Starts.ShouldBe(1);
    }

    [Fact]
    public async Task Its_end_ends_the_program_and_nothing_is_started_any_more()
    {
        await AskAsync();

        await _door.DisposeAsync();
        var answer = await AskAsync();

        StandIn.IsRunning(_program.ProcessId).ShouldBeFalse();
        answer.Status.ShouldBe(503);
        answer.Body.ShouldContain("Estiba is stopping");
        _program.Starts.ShouldBe(1);
        Messages().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_program_listens_in_is_nobody_elses_and_goes_with_it()
    {
        await AskAsync();
        var directory = Path.GetDirectoryName(_program.Told["listen"]!.GetValue<string>()["unix:".Length..])!;
        var mode = File.GetUnixFileMode(directory);

        await _door.DisposeAsync();

        mode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.Exists(directory).ShouldBeFalse();
    }

    private ConsoleDoor DoorTo(string program) =>
        new(
            program,
            listen => new ConsoleSettings
            {
                Listen = listen,
                Endpoint = "http://127.0.0.1:4566",
                Region = "eu-west-1",
                PublicUrl = "http://localhost:4566",
            },
            _time,
            new FakeLogger(_log)
        );

    private Task<Answer> AskAsync() => AskAsync(_door);

    private static async Task<Answer> AskAsync(ConsoleDoor door, string languages = "")
    {
        using var body = new MemoryStream();
        var http = new DefaultHttpContext();
        http.Request.Method = HttpMethods.Get;
        http.Request.Scheme = "http";
        http.Request.Host = new HostString("localhost:4566");
        http.Request.Path = "/console";
        http.Request.Headers.AcceptLanguage = languages;
        http.Response.Body = body;
        await door.AnswerAsync(http);
        return new Answer(
            http.Response.StatusCode,
            http.Response.Headers.RetryAfter.ToString(),
            Encoding.UTF8.GetString(body.ToArray())
        );
    }

    private List<string> Messages() => [.. _log.GetSnapshot().Select(record => record.Message)];

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        while (!condition())
            await Task.Delay(20, limit.Token);
    }

    private sealed record Answer(int Status, string RetryAfter, string Body);
}
