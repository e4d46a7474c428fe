using System.Net;
using System.Security.Cryptography;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.Logs;
using Estiba.Contracts.S3;
using Estiba.Dns.Names;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Certificates;
using Estiba.Hosting.Controllers;
using Estiba.Hosting.Http;
using Estiba.Hosting.Metrics;
using Estiba.LoadBalancing.AccessLogs;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Metrics;
using Estiba.LoadBalancing.Networks;
using Estiba.LoadBalancing.Routing;
using Estiba.LoadBalancing.Targets;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.LoadBalancing.TrustStores;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.LoadBalancing;

/// <summary>
/// Elastic Load Balancing: Application and Network Load Balancers. It calls EC2, CloudWatch, CloudWatch Logs and S3,
/// and asks for an <see cref="IHealthProbe"/> where targets are to be asked otherwise than over the network. The
/// certificates of listeners are those of the modules before it (<see cref="ServerCertificates"/>). Where a platform
/// has <see cref="NameSources"/>, it adds the names of load balancers.
/// </summary>
public sealed class LoadBalancingModule : Module
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
        var certificates = ServerCertificates.Of(host);
        certificates.AddUser(ListenerNames.CertificateUses);
        var key = host.Find<StickinessKey>()?.Value ?? RandomNumberGenerator.GetBytes(32);
        var traffic = new LoadBalancerTraffic(
            new LoadBalancerTrafficOptions { CookieKey = key },
            host.Time,
            host.Random,
            host.Loggers
        );
        var trustStoreFiles = new TrustStoreFiles(
            host.Store,
            host.Neighbour<IS3Api>(CallPrincipal.Caller),
            key,
            host.Time
        );
        var api = new ElbV2Api(
            host.Store,
            networks,
            certificates,
            ids,
            traffic.ConditionsOf,
            trustStoreFiles,
            host.Time
        );
        var network = new NetworkTraffic(new NetworkTrafficOptions(), host.Time, host.Loggers);
        var report = new TrafficReport(
            host.Store,
            new TrafficCounters(
                traffic.CountersOfLoadBalancer,
                traffic.CountersOfTargetGroup,
                traffic.ConditionsOf,
                network.CountersOf
            ),
            new MetricPublisher(
                Ec2Networks.Service,
                host.Neighbour<ICloudWatchApi>(CallPrincipal.Service(Ec2Networks.Service)),
                ids.Resource
            ),
            host.Time
        );
        var delivery = new AccessLogDelivery(
            host.Store,
            host.Neighbour<ILogsApi>(CallPrincipal.Service(AccessLogDelivery.Service)),
            traffic.AccessLogOf,
            ids,
            host.Time,
            host.Loggers.CreateLogger("Estiba.LoadBalancing")
        );
        var hasDrained = HasDrained
            ?? ((group, target) => traffic.HasDrained(group, target) && network.HasDrained(group, target));
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new ElbV2Dispatcher(api)],
                Paths = [HttpPath.Open(TrustStoreFiles.Path, trustStoreFiles.AnswerAsync)],
                Controllers =
                [
                    LoadBalancingControllers.LoadBalancers(new LoadBalancerReconciler(host.Store, networks)),
                    LoadBalancingControllers.Targets(
                        new TargetReconciler(host.Store, networks, probe, hasDrained, host.Time)
                    ),
                    LoadBalancingControllers.Traffic(
                        new TrafficReconciler(
                            host.Store,
                            traffic,
                            network,
                            certificates,
                            host.Loggers.CreateLogger("Estiba.LoadBalancing")
                        ),
                        certificates
                    ),
                ],
                Chores =
                [
                    new Chore("elbv2.metrics", TrafficReport.Interval, report.RunAsync)
                    {
                        Scope = WorkScope.Everywhere,
                        AtStart = true,
                    },
                    new Chore("elbv2.access-logs", AccessLogDelivery.Interval, delivery.RunAsync)
                    {
                        Scope = WorkScope.Everywhere,
                    },
                ],
                StopAsync = async () => await delivery.RunAsync(CancellationToken.None),
                CloseAsync = async () =>
                {
                    await Task.WhenAll(traffic.DisposeAsync().AsTask(), network.DisposeAsync().AsTask());
                    own?.Dispose();
                },
            }
        );
    }
}

/// <summary>What the cookies of sticky sessions are encrypted with, shared with the module; without it they are good
/// until the process ends.</summary>
/// <param name="Value">32 bytes.</param>
public sealed record StickinessKey(ReadOnlyMemory<byte> Value);
