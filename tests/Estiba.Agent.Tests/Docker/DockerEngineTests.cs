using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Estiba.Agent.Tests.StandIns;
using Estiba.Engines;
using Estiba.Engines.Docker;

namespace Estiba.Agent.Tests.Docker;

public sealed class DockerEngineTests : IAsyncLifetime
{
    private const string Label = "estiba.agent-tests";

    private readonly DockerEngine _engine = new("/var/run/docker.sock");
    private readonly string _run = RandomNumberGenerator.GetHexString(12, lowercase: true);

    public async ValueTask InitializeAsync() => await TestImage.EnsureAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var container in await _engine.ListContainersAsync([$"{Label}={_run}"], CancellationToken.None))
            await _engine.RemoveContainerAsync(container.Id, force: true, CancellationToken.None);
        await _engine.DisposeAsync();
    }

    [Fact]
    public async Task Lines_of_both_outputs_are_told_apart_and_have_their_times()
    {
        // The second line is written when the first has been read: Docker reads the two outputs side by side.
        var id = await RunAsync("trap 'echo err >&2; exit' USR1; echo out; while :; do sleep 0.05; done");

        var lines = new List<LogLine>();
        await foreach (var line in _engine.ReadLogsAsync(id, new LogsQuery { Follow = true }, CancellationToken.None))
        {
            lines.Add(line);
            if (lines.Count == 1)
                await _engine.KillContainerAsync(id, "SIGUSR1", CancellationToken.None);
        }

        lines
            .Select(line => (Encoding.UTF8.GetString(line.Text.Span), line.IsError))
            .ShouldBe([("out", false), ("err", true)]);
        lines[1].At.ShouldBeGreaterThan(lines[0].At);
        lines[0].At.ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(-1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_line_stays_one_line(bool terminal)
    {
        var id = await RunAsync("head -c 100000 /dev/zero | tr '\\0' 'x'; echo; echo end", terminal);

        var lines = await LinesAsync(id);

        lines.Select(line => line.Text.Length).ShouldBe([100_000, 3]);
        Encoding.UTF8.GetString(lines[0].Text.Span).ShouldAllBe(letter => letter == 'x');
    }

    [Fact]
    public async Task Output_can_be_read_from_a_time_on()
    {
        var id = await RunAsync("echo one; sleep 0.1; echo two");
        var lines = await LinesAsync(id);

        var later = await LinesAsync(id, new LogsQuery { Follow = true, Since = lines[1].At });

        later.Select(line => Encoding.UTF8.GetString(line.Text.Span)).ShouldBe(["two"]);
    }

    [Fact]
    public async Task Events_that_happened_before_can_be_had_again()
    {
        var since = DateTimeOffset.UtcNow.AddSeconds(-1);
        var id = await RunAsync("exit 4");
        await LinesAsync(id);

        var actions = new List<string>();
        await foreach (var change in _engine.ReadEventsAsync(since, [$"{Label}={_run}"], CancellationToken.None))
        {
            actions.Add(change.Action);
            if (change.Action == "die")
                break;
        }

        actions.ShouldBe(["start", "die"]);
    }

    [Fact]
    public async Task A_running_container_has_statistics_and_a_stopped_one_none()
    {
        var id = await RunAsync("exec sleep 100");

        var statistics = (await _engine.FindStatisticsAsync(id, CancellationToken.None))!;
        statistics.ProcessorNanoseconds.ShouldBeGreaterThan(0);
        statistics.MemoryBytes.ShouldBeGreaterThan(0);
        statistics.Network.ShouldNotBeNull();

        await _engine.KillContainerAsync(id, "SIGKILL", CancellationToken.None);
        await Eventually.HoldsAsync(async () =>
            (await _engine.FindStatisticsAsync(id, CancellationToken.None)) is null
        );
    }

    [Fact]
    public async Task A_refusal_has_Dockers_message_and_status()
    {
        var exception = await Should.ThrowAsync<EngineException>(() =>
            _engine.StartContainerAsync("no-such-container", CancellationToken.None)
        );

        exception.IsNotFound.ShouldBeTrue();
        exception.ClientMessage.ShouldBe("Error response from daemon: No such container: no-such-container");
    }

    [Fact]
    public async Task An_engine_that_is_not_there_is_told_apart_from_one_that_refuses()
    {
        await using var nobody = new DockerEngine("/tmp/estiba-no-such.sock");

        (
            await Should.ThrowAsync<EngineUnreachableException>(() => nobody.GetVersionAsync(CancellationToken.None))
        ).Message.ShouldStartWith("Cannot connect to the Docker daemon at unix:///tmp/estiba-no-such.sock.");
    }

    [Fact]
    public async Task What_does_not_exist_is_null_or_already_removed()
    {
        (await _engine.FindContainerAsync("no-such-container", CancellationToken.None)).ShouldBeNull();
        (await _engine.FindImageAsync("no-such-image:1", CancellationToken.None)).ShouldBeNull();
        (await _engine.FindVolumeAsync("no-such-volume", CancellationToken.None)).ShouldBeNull();
        await _engine.RemoveContainerAsync("no-such-container", force: true, CancellationToken.None);
        await _engine.RemoveVolumeAsync("no-such-volume", CancellationToken.None);
    }

    private async Task<string> RunAsync(string script, bool terminal = false)
    {
        var id = await _engine.CreateContainerAsync(
            $"estiba-agent-tests-{RandomNumberGenerator.GetHexString(12, lowercase: true)}",
            new JsonObject
            {
                ["Image"] = TestImage.Name,
                ["Entrypoint"] = new JsonArray("/bin/sh", "-c"),
                ["Cmd"] = new JsonArray(script),
                ["Tty"] = terminal,
                ["Labels"] = new JsonObject { [Label] = _run },
            },
            CancellationToken.None
        );
        await _engine.StartContainerAsync(id, CancellationToken.None);
        return id;
    }

    private async Task<List<LogLine>> LinesAsync(string id, LogsQuery? query = null)
    {
        var lines = new List<LogLine>();
        await foreach (
            var line in _engine.ReadLogsAsync(id, query ?? new LogsQuery { Follow = true }, CancellationToken.None)
        )
            lines.Add(line);
        return lines;
    }
}
