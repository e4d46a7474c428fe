using Estiba.Agent.Tests.StandIns;
using Estiba.Engines.Docker;
using Microsoft.Extensions.Logging.Testing;

namespace Estiba.Agent.Tests.Docker;

public sealed class EngineEventsTests
{
    [Fact]
    public async Task An_engine_that_was_never_there_is_said_once_with_what_to_do()
    {
        var log = new FakeLogger();
        await using (var engine = new CountingEngine(new DockerEngine("/none/docker.sock")))
        await using (
            var events = new EngineEvents(
                engine,
                ContainerInstanceAgent.InstanceLabel,
                TimeProvider.System,
                Random.Shared,
                log
            )
        )
        {
            events.Start();
            await Eventually.HoldsAsync(() => engine.Versions >= 3);
        }

        log.Collector.GetSnapshot()
            .Where(line => line.Message.Contains("container engine", StringComparison.Ordinal))
            .ShouldHaveSingleItem()
            .Message.ShouldContain("Is Docker installed (tools/install-docker) and running?");
    }
}
