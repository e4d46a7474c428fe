using System.Text.Json.Nodes;
using Estiba.Agent.Tests.StandIns;
using Estiba.Engines;
using Estiba.Engines.Simulated;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.Simulated;

public sealed class SimulatedEngineTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_start_takes_as_long_as_it_is_told_to()
    {
        await using var engine = new SimulatedEngine(
            new SimulationOptions { StartTime = TimeSpan.FromSeconds(3) },
            _time,
            seed: 1
        );
        var id = await CreateAsync(engine, "a", "nginx");

        var starting = engine.StartContainerAsync(id, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(2.9));
        starting.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await starting;

        (await engine.FindContainerAsync(id, CancellationToken.None))!.Status.ShouldBe(ContainerStatus.Running);
    }

    [Fact]
    public async Task The_image_says_when_and_how_a_container_ends()
    {
        await using var engine = new SimulatedEngine(new SimulationOptions(), _time, seed: 1);
        var id = await CreateAsync(engine, "a", "simulated/exit:3-after-10");
        await engine.StartContainerAsync(id, CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(10));

        var seen = (await engine.FindContainerAsync(id, CancellationToken.None))!;
        seen.Status.ShouldBe(ContainerStatus.Exited);
        seen.ExitCode.ShouldBe(3);
        seen.FinishedAt.ShouldBe(_time.GetUtcNow());
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_ids()
    {
        await using var one = new SimulatedEngine(new SimulationOptions(), _time, seed: 7);
        await using var other = new SimulatedEngine(new SimulationOptions(), _time, seed: 7);

        (await CreateAsync(one, "a", "nginx")).ShouldBe(await CreateAsync(other, "a", "nginx"));
    }

    [Fact]
    public async Task Two_containers_cannot_have_one_port()
    {
        await using var engine = new SimulatedEngine(new SimulationOptions(), _time, seed: 1);
        var ports = new JsonObject
        {
            ["80/tcp"] = new JsonArray(new JsonObject { ["HostIp"] = "10.0.0.1", ["HostPort"] = "9999" }),
        };
        await engine.StartContainerAsync(await CreateAsync(engine, "a", "nginx", ports), CancellationToken.None);
        var second = await CreateAsync(engine, "b", "nginx", ports);

        (
            await Should.ThrowAsync<EngineException>(() => engine.StartContainerAsync(second, CancellationToken.None))
        ).Message.ShouldEndWith("port is already allocated");
    }

    [Fact]
    public async Task A_name_is_taken_only_once()
    {
        await using var engine = new SimulatedEngine(new SimulationOptions(), _time, seed: 1);
        await CreateAsync(engine, "a", "nginx");

        (await Should.ThrowAsync<EngineException>(() => CreateAsync(engine, "a", "nginx"))).IsConflict.ShouldBeTrue();
    }

    [Fact]
    public async Task Readers_of_events_are_told_of_their_containers()
    {
        await using var engine = new SimulatedEngine(new SimulationOptions(), _time, seed: 1);
        await using var events = engine
            .ReadEventsAsync(since: null, [ContainerInstanceAgent.InstanceLabel], CancellationToken.None)
            .GetAsyncEnumerator();
        await engine.StartContainerAsync(
            await CreateAsync(engine, "a", "nginx", instance: "i-1"),
            CancellationToken.None
        );

        await events.MoveNextAsync();

        events.Current.Action.ShouldBe("start");
        events.Current.Labels[ContainerInstanceAgent.InstanceLabel].ShouldBe("i-1");
    }

    [Fact]
    public async Task An_engine_that_is_away_says_so()
    {
        await using var engine = new SimulatedEngine(new SimulationOptions(), _time, seed: 1) { IsReachable = false };

        await Should.ThrowAsync<EngineUnreachableException>(() => engine.ListImagesAsync(CancellationToken.None));
    }

    private static async Task<string> CreateAsync(
        SimulatedEngine engine,
        string name,
        string image,
        JsonObject? ports = null,
        string? instance = null
    )
    {
        await engine.PullImageAsync(image, credentials: null, progress: null, CancellationToken.None);
        var labels = new JsonObject();
        if (instance is not null)
            labels[ContainerInstanceAgent.InstanceLabel] = instance;
        return await engine.CreateContainerAsync(
            name,
            new JsonObject
            {
                ["Image"] = image,
                ["Labels"] = labels,
                ["HostConfig"] = new JsonObject { ["PortBindings"] = ports?.DeepClone() },
            },
            CancellationToken.None
        );
    }
}
