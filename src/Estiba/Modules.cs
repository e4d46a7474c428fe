using Estiba.Acm;
using Estiba.ApplicationAutoScaling;
using Estiba.AutoScaling;
using Estiba.Compute;
using Estiba.Compute.Networking;
using Estiba.Consoles;
using Estiba.Contracts;
using Estiba.Ecr;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Engines;
using Estiba.Hosting;
using Estiba.Identity;
using Estiba.Instances;
using Estiba.Joining;
using Estiba.LoadBalancing;
using Estiba.Logs;
using Estiba.Machines;
using Estiba.Messaging;
using Estiba.Metrics;
using Estiba.Names;
using Estiba.Platforms;
using Estiba.S3;
using Estiba.ServiceDiscovery;
using Estiba.State;
using Estiba.Telemetry;

namespace Estiba;

/// <summary>
/// What a platform is made of. Everything else that has to know the services, from the tables of the store to the page
/// of compatibility, reads it from this list.
/// </summary>
internal static class Modules
{
    /// <summary>Everything that any platform keeps in its store.</summary>
    internal static IReadOnlyList<Table> Tables { get; } =
    [.. ModuleRunner.TablesOf(Of(new PlatformConfiguration { Data = DataLayout.Default })), PlatformRecord.Table];

    /// <summary>What modules keep in a data directory beside the store.</summary>
    internal static IReadOnlyList<ModuleFiles> Files { get; } =
    [.. Of(new PlatformConfiguration { Data = DataLayout.Default }).SelectMany(module => module.Files)];

    /// <summary>The modules of a platform, in the order of opening: each gets what those before it share.</summary>
    internal static IReadOnlyList<Module> Of(PlatformConfiguration configuration) =>
        [
            new IdentityModule(configuration.AnyCredentials),
            new JoiningModule(configuration.AnyCredentials, Ecs(configuration)),
            new EcsModule(Ecs(configuration)),
            new EcrModule(Ecr(configuration)),
            new LogsModule(configuration.Data.In(LogsModule.Folder), configuration.AcceptsLoss),
            new MetricsModule(configuration.Data.In(MetricsModule.Folder), configuration.AcceptsLoss),
            new S3Module(new S3Options { DataDirectory = configuration.Data.Root }),
            new ComputeModule(Network(configuration), configuration.InstanceHook is not null),
            new AcmModule(),
            new NamesModule(configuration),
            new LoadBalancingModule(),
            new SqsModule(new MessagingOptions { Endpoint = configuration.Endpoint }),
            new SnsModule(new MessagingOptions { Endpoint = configuration.Endpoint }),
            new ApplicationAutoScalingModule(),
            new AutoScalingModule(),
            new ServiceDiscoveryModule(),
            new InstancesModule(configuration),
            new MachinesModule(configuration),
            new TelemetryModule(),
            new ConsoleModule(configuration),
        ];

    /// <summary>What of each AWS service is implemented; those last of which nothing is.</summary>
    internal static IReadOnlyList<Coverage> Coverage()
    {
        var services = Of(new PlatformConfiguration { Data = DataLayout.Default })
            .SelectMany(module => module.Services)
            .ToList();
        return
        [
            .. services.Select(service => service.Coverage()),
            .. ServiceCatalogue.All.Except(services.Select(service => service.Model)).Select(Hosting.Coverage.OfNone),
        ];
    }

    private static EcsOptions Ecs(PlatformConfiguration configuration)
    {
        var options = new EcsOptions
        {
            AgentEndpoint = configuration.AgentEndpoint,
            Registry = configuration.Registry,
            Version = CommandLine.Version.Text,
            HostAccess = configuration.HostAccess,
        };
        if (configuration.HealthyAfter is { } lasting)
            options = options with { HealthyAfter = lasting };
        return configuration.HostsLostAfter is { } silence ? options.WithHostsLostAfter(silence) : options;
    }

    private static EcrOptions Ecr(PlatformConfiguration configuration) =>
        new()
        {
            DataDirectory = configuration.Data.Root,
            Endpoint = configuration.Endpoint,
            AcceptsLoss = configuration.AcceptsLoss,
        };

    /// <exception cref="EngineException">The engine is not on this machine.</exception>
    private static InstanceNetworkOptions? Network(PlatformConfiguration configuration)
    {
        if (configuration.InstanceHook is not null)
            return new InstanceNetworkOptions { Mode = InstanceNetworkMode.Loopback };
        if (!configuration.HasVirtualInstances)
            return null;
        var name = InstanceNetworkName.Of(configuration.Data);
        return new InstanceNetworkOptions
        {
            Mode =
                configuration.Engine == EngineKind.Docker
                    ? InstanceNetworkMode.Automatic
                    : InstanceNetworkMode.Loopback,
            Name = name.Network,
            Bridge = name.Bridge,
            DataDirectory = configuration.Data.Root,
            DockerSocket = ContainerEngines.SocketOf(configuration.DockerHost),
        };
    }
}
