using System.Text.Json.Nodes;
using Estiba.Agent.Metadata;
using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Engines.Simulated;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.Metadata;

/// <summary>The statistics that containers are told, in virtual time.</summary>
public sealed class ContainerStatisticsTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SimulatedEngine _engine;
    private readonly ContainerStatisticsReader _reader;

    public ContainerStatisticsTests()
    {
        _engine = new SimulatedEngine(new SimulationOptions(), _time, seed: 1);
        _reader = new ContainerStatisticsReader(_engine, _time);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Version_4_adds_the_rates_of_the_network()
    {
        var reading = await ReadAsync(await StartAsync(), version: 4);

        // a twentieth of a processor, for 11 seconds
        reading["cpu_stats"]!["cpu_usage"]!["total_usage"]!.GetValue<long>().ShouldBe(500_000_000 + 50_000_000);
        reading["network_rate_stats"]!.ToJsonString().ShouldBe("""{"rx_bytes_per_sec":1000,"tx_bytes_per_sec":1000}""");
    }

    [Fact]
    public async Task Version_3_is_as_Docker_tells_it() =>
        (await ReadAsync(await StartAsync(), version: 3)).ContainsKey("network_rate_stats").ShouldBeFalse();

    [Theory]
    [InlineData(3, "null")]
    [InlineData(4, "{}")]
    public async Task A_container_of_a_task_that_does_not_run_has_none(int version, string expected)
    {
        var ended = await StartAsync() with { Phase = ContainerPhase.Stopped };
        var task = TaskState
            .Accept(TestTasks.Task(TestTasks.Shell("app", "true")), _time.GetUtcNow(), () => "id")
            .With(0, ended);

        (await _reader.OfTaskAsync(task, version, CancellationToken.None))
            .ToJsonString()
            .ShouldBe($$"""{"{{ended.Id}}":{{expected}}}""");
        (await _reader.OfContainerAsync(ended, version, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public void Counters_that_began_anew_are_no_negative_rate()
    {
        static JsonObject Reading(int second, int bytes) =>
            new()
            {
                ["read"] = new DateTime(2026, 3, 1, 12, 0, second, DateTimeKind.Utc),
                ["networks"] = new JsonObject
                {
                    ["eth0"] = new JsonObject { ["rx_bytes"] = bytes, ["tx_bytes"] = bytes },
                },
            };

        NetworkRates.Between(Reading(0, 5000), Reading(2, 10))!["rx_bytes_per_sec"]!.GetValue<double>().ShouldBe(0);
        NetworkRates.Between(Reading(0, 1000), Reading(2, 2000))!["tx_bytes_per_sec"]!.GetValue<double>().ShouldBe(500);
    }

    [Fact]
    public void A_container_without_a_network_of_its_own_has_no_rates() => NetworkRates.Between([], []).ShouldBeNull();

    private async Task<ContainerState> StartAsync()
    {
        await _engine.PullImageAsync("nginx", credentials: null, progress: null, CancellationToken.None);
        var id = await _engine.CreateContainerAsync(
            "a",
            new JsonObject { ["Image"] = "nginx" },
            CancellationToken.None
        );
        await _engine.StartContainerAsync(id, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(10));
        return new ContainerState
        {
            EngineName = "a",
            Id = id,
            Phase = ContainerPhase.Running,
        };
    }

    private async Task<JsonObject> ReadAsync(ContainerState container, int version)
    {
        var reading = _reader.OfContainerAsync(container, version, CancellationToken.None);
        while (!reading.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return (await reading)!;
    }
}
