using Estiba.Agent.Engines;
using Estiba.Agent.Engines.Docker;
using Estiba.Agent.Engines.Simulated;
using Estiba.Hosting;

namespace Estiba.Instances;

/// <summary>Opens the engine that a platform's virtual instances share.</summary>
internal static class ContainerEngines
{
    internal static IContainerEngine Open(PlatformConfiguration configuration, TimeProvider time) => configuration.Engine switch
    {
        EngineKind.Docker => new DockerEngine(configuration.DockerSocket),
        EngineKind.Simulated => new SimulatedEngine(new SimulationOptions(), time, Random.Shared.Next()),
        _ => throw new InvalidOperationException("There are no virtual instances without an engine."),
    };
}
