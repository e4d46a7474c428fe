using Estiba.Engines;
using Estiba.Engines.Docker;
using Estiba.Engines.Simulated;
using Estiba.Platforms;

namespace Estiba.Instances;

/// <summary>The engine that a platform's virtual instances share.</summary>
internal static class ContainerEngines
{
    private const string UnixScheme = "unix://";
    private const string UsualSocket = "/var/run/docker.sock";

    internal static IContainerEngine Open(PlatformConfiguration configuration, TimeProvider time) =>
        configuration.Engine switch
        {
            EngineKind.Docker => new DockerEngine(SocketOf(configuration.DockerHost)),
            EngineKind.Simulated => new SimulatedEngine(new SimulationOptions(), time, Random.Shared.Next()),
            _ => throw new InvalidOperationException("There are no virtual instances without an engine."),
        };

    /// <summary>The path of the engine's socket.</summary>
    /// <exception cref="EngineException">The engine is not on this machine.</exception>
    internal static string SocketOf(string? dockerHost)
    {
        if (string.IsNullOrWhiteSpace(dockerHost))
            return UsualSocket;
        return dockerHost.StartsWith(UnixScheme, StringComparison.Ordinal) && dockerHost.Length > UnixScheme.Length
            ? dockerHost[UnixScheme.Length..]
            : throw new EngineException(
                $"DOCKER_HOST is '{dockerHost}'. Virtual instances need an engine on this machine: set it to "
                    + "unix:///path/to/docker.sock, or leave it unset."
            );
    }
}
