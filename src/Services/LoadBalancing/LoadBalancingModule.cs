using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.LoadBalancing.Certificates;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Networks;
using Estiba.LoadBalancing.Targets;
using Estiba.State;

namespace Estiba.LoadBalancing;

/// <summary>
/// Elastic Load Balancing: Application and Network Load Balancers. It calls EC2, and asks for an
/// <see cref="IHealthProbe"/> where targets are to be asked otherwise than over the network.
/// </summary>
/// <param name="certificates">Finds the certificates of listeners that speak TLS; null where there are none, so that
/// there can be no such listeners.</param>
public sealed class LoadBalancingModule(CertificateLookup? certificates = null) : Module
{
    /// <inheritdoc/>
    public override string Name => "elbv2";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => LoadBalancingTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<IElbV2Api, ElbV2Api>("Elastic Load Balancing")];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var ids = new ElbIds(host.Random);
        var networks = new Ec2Networks(host.Neighbour<IEc2Api>(CallPrincipal.Service(Ec2Networks.Service)), ids);
        var own = host.Find<IHealthProbe>() is null ? new HealthProbe() : null;
        var probe = host.Find<IHealthProbe>() ?? own!;
        var api = new ElbV2Api(
            host.Store,
            networks,
            certificates ?? (static (_, _, _) => NoCertificate),
            ids,
            host.Time
        );
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new ElbV2Dispatcher(api)],
                Controllers =
                [
                    LoadBalancingControllers.LoadBalancers(new LoadBalancerReconciler(host.Store, networks)),
                    LoadBalancingControllers.Targets(new TargetReconciler(host.Store, networks, probe, host.Time)),
                ],
                CloseAsync = () =>
                {
                    own?.Dispose();
                    return ValueTask.CompletedTask;
                },
            }
        );
    }

    private static readonly Task<System.Security.Cryptography.X509Certificates.X509Certificate2?> NoCertificate =
        Task.FromResult<System.Security.Cryptography.X509Certificates.X509Certificate2?>(null);
}
