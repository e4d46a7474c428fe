using System.Net;
using System.Net.Sockets;
using Estiba.CommandLine;
using Estiba.Compute.Networking;
using Estiba.Dns;
using Estiba.Dns.Hosts;
using Estiba.Dns.Names;
using Estiba.Dns.Upstream;
using Estiba.Hosting;
using Estiba.Hosting.Controllers;
using Estiba.Platforms;
using Microsoft.Extensions.Logging;

namespace Estiba.Names;

/// <summary>
/// The names that the platform gives: modules behind this one add theirs to its <see cref="NameSources"/>, and
/// containers and hosts ask for them.
/// </summary>
/// <param name="configuration">Where else to answer than in the network of virtual instances.</param>
internal sealed partial class NamesModule(PlatformConfiguration configuration) : Module
{
    /// <summary>A change is to be seen within a second.</summary>
    private static readonly TimeSpan HostsFileInterval = TimeSpan.FromMilliseconds(500);

    private const int FailuresToTell = 4;

    private readonly List<DnsServer> _servers = [];
    private int _failures;

    public override string Name => "names";

    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var names = new NameSources();
        host.Share(names);
        var logger = host.Loggers.CreateLogger("Estiba.Dns");
        var file = configuration.HostsFile is { } path ? new HostsFile(path, configuration.Data.Root) : null;
        return Task.FromResult(
            new OpenModule
            {
                StartAsync = _ =>
                {
                    host.Share(Start(host, names, logger));
                    return Task.CompletedTask;
                },
                Chores = file is null ? [] : [new Chore("names.hosts-file", HostsFileInterval, _ =>
                        {
                            Keep(file, names.Hosts(), logger);
                            return Task.CompletedTask;
                        }) { AtStart = true }],
                StopAsync = async () =>
                {
                    if (file is not null)
                        Keep(file, [], logger);
                    foreach (var server in _servers)
                        await server.DisposeAsync();
                    _servers.Clear();
                },
            }
        );
    }

    private NameServers Start(ModuleHost host, NameSources names, ILogger logger)
    {
        var endPoints = new List<IPEndPoint>();
        if (host.Find<IInstanceNetwork>()?.Host is { } bridge)
            endPoints.Add(new IPEndPoint(bridge, NameServers.Port));
        if (configuration.Dns is { } another && !endPoints.Contains(another))
            endPoints.Add(another);
        var own = endPoints.Select(endPoint => endPoint.Address).ToList();
        var resolvers = new HostResolvers(host.Time);
        foreach (var endPoint in endPoints)
        {
            try
            {
                _servers.Add(
                    DnsServer.Start(
                        endPoint,
                        names,
                        () => resolvers.Except(own),
                        new DnsServerOptions(),
                        host.Time,
                        host.Random,
                        logger
                    )
                );
                Log.Answers(logger, endPoint);
            }
            catch (SocketException refused) when (endPoint.Equals(configuration.Dns))
            {
                throw new CommandException(
                    $"DNS queries cannot be answered on {endPoint}: {refused.Message}. Give another address with "
                        + "--dns.",
                    inner: refused
                );
            }
            catch (SocketException refused)
            {
                Log.DoesNotAnswer(logger, endPoint, refused.Message);
            }
        }

        return new NameServers([
            .. _servers
                .Select(server => server.EndPoint)
                .Where(server => server.Port == NameServers.Port && !IPAddress.IsLoopback(server.Address))
                .Select(server => server.Address),
        ]);
    }

    private void Keep(HostsFile file, IEnumerable<HostEntry> entries, ILogger logger)
    {
        try
        {
            file.Write(entries);
            _failures = 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another platform may be writing it at this moment; what lasts is said once.
            if (++_failures == FailuresToTell)
                Log.NotInHostsFile(logger, configuration.HostsFile!, failure.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "DNS queries are answered on {EndPoint}")]
        internal static partial void Answers(ILogger logger, IPEndPoint endPoint);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Containers do not find load balancers and services by their names, because nothing can "
                + "listen on {EndPoint}: {Reason}"
        )]
        internal static partial void DoesNotAnswer(ILogger logger, IPEndPoint endPoint, string reason);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{File} does not have the names of load balancers and services: {Reason}"
        )]
        internal static partial void NotInHostsFile(ILogger logger, string file, string reason);
    }
}
