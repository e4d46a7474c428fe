using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.Dns.Names;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.LoadBalancing.Certificates;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Networks;
using Estiba.LoadBalancing.Routing;
using Estiba.LoadBalancing.Targets;
using Estiba.LoadBalancing.Traffic;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.LoadBalancing;

/// <summary>
/// Elastic Load Balancing: Application and Network Load Balancers. It calls EC2, and asks for an
/// <see cref="IHealthProbe"/> where targets are to be asked otherwise than over the network. Where a platform has
/// <see cref="NameSources"/>, it adds the names of load balancers.
/// </summary>
/// <param name="certificates">Finds the certificates of listeners that speak TLS; null where there are none, so that
/// there can be no such listeners.</param>
public sealed class LoadBalancingModule(CertificateLookup? certificates = null) : Module
{
    /// <inheritdoc/>
    public override string Name => "elbv2";

    /// <summary>Whether a target has answered all that it was asked, in a world without traffic.</summary>
    internal Func<string, IPEndPoint, bool>? HasDrained { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => LoadBalancingTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<IElbV2Api, ElbV2Api>("Elastic Load Balancing")];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        host.Find<NameSources>()?.Add(new LoadBalancerHosts(host.Store));
        var ids = new ElbIds(host.Random);
        var networks = new Ec2Networks(
            host.Neighbour<IEc2Api>(CallPrincipal.Service(Ec2Networks.Service)),
            host.Find<IHostAddresses>,
            ids
        );
        var own = host.Find<IHealthProbe>() is null ? new HealthProbe() : null;
        var probe = host.Find<IHealthProbe>() ?? own!;
        var lookup = certificates ?? (static (_, _, _) => NoCertificate);
        var api = new ElbV2Api(host.Store, networks, lookup, ids, host.Time);
        var traffic = new LoadBalancerTraffic(
            new LoadBalancerTrafficOptions
            {
                CookieKey = host.Find<StickinessKey>()?.Value ?? RandomNumberGenerator.GetBytes(32),
            },
            host.Time,
            host.Random,
            host.Loggers
        );
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new ElbV2Dispatcher(api)],
                Controllers =
                [
                    LoadBalancingControllers.LoadBalancers(new LoadBalancerReconciler(host.Store, networks)),
                    LoadBalancingControllers.Targets(
                        new TargetReconciler(host.Store, networks, probe, HasDrained ?? traffic.HasDrained, host.Time)
                    ),
                    LoadBalancingControllers.Traffic(
                        new TrafficReconciler(
                            host.Store,
                            traffic,
                            networks,
                            lookup,
                            host.Loggers.CreateLogger("Estiba.LoadBalancing")
                        )
                    ),
                ],
                CloseAsync = async () =>
                {
                    await traffic.DisposeAsync();
                    own?.Dispose();
                },
            }
        );
    }

    private static readonly Task<X509Certificate2?> NoCertificate = Task.FromResult<X509Certificate2?>(null);
}

/// <summary>What the cookies of sticky sessions are encrypted with, shared with the module; without it they are good
/// until the process ends.</summary>
/// <param name="Value">32 bytes.</param>
public sealed record StickinessKey(ReadOnlyMemory<byte> Value);
