using Estiba.Agent.Tests.StandIns;
using Estiba.Engines;
using Estiba.Engines.Docker;

namespace Estiba.Agent.Tests.Docker;

public sealed class EngineEventsTests
{
    [Fact]
    public async Task An_engine_that_was_never_there_is_said_once_with_what_to_do()
    {
        var path = Path.GetTempFileName();
        await using (var engine = new DockerEngine("/none/docker.sock"))
        await using (
            var events = new EngineEvents(
                engine,
                ContainerInstanceAgent.InstanceLabel,
                TimeProvider.System,
                Random.Shared,
                new FileLog(path)
            )
        )
        {
            events.Start();
            await Task.Delay(TimeSpan.FromSeconds(2)); // three tries
        }

        var said = (await File.ReadAllTextAsync(path))
            .Split('\n')
            .Where(line => line.Contains("container engine", StringComparison.Ordinal));
        said.ShouldHaveSingleItem().ShouldContain("Is Docker installed (tools/install-docker) and running?");
        File.Delete(path);
    }
}
