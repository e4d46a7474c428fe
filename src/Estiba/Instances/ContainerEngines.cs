using Estiba.Agent.Engines;
using Estiba.Agent.Engines.Docker;
using Estiba.Hosting;

namespace Estiba.Instances;

/// <summary>Opens the engine that a platform's virtual instances share.</summary>
internal static class ContainerEngines
{
    internal static IContainerEngine Open(PlatformConfiguration configuration) => configuration.Engine switch
    {
        EngineKind.Docker => new DockerEngine(configuration.DockerSocket),
        _ => throw new NotSupportedException(),
    };
}
