using Estiba.Contracts.Ec2;
using Estiba.Contracts.Route53;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Dns.Names;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.ServiceDiscovery.HostedZones;
using Estiba.ServiceDiscovery.Instances;
using Estiba.ServiceDiscovery.Names;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Operations;
using Estiba.ServiceDiscovery.Resources;
using Estiba.State;

namespace Estiba.ServiceDiscovery;

/// <summary>
/// AWS Cloud Map, and what can be read of it in Amazon Route 53. It calls EC2. Where a platform has
/// <see cref="NameSources"/>, it adds the names of DNS namespaces, and asks for those of load balancers there.
/// </summary>
public sealed class ServiceDiscoveryModule : Module
{
    /// <inheritdoc/>
    public override string Name => "servicediscovery";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => ServiceDiscoveryTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [
        ServiceDeclaration.Of<IServiceDiscoveryApi, ServiceDiscoveryApi>("AWS Cloud Map"),
        ServiceDeclaration.Of<IRoute53Api, Route53Api>("Amazon Route 53"),
    ];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var (store, time) = (host.Store, host.Time);
        var names = host.Find<NameSources>();
        names?.Add(new NamespaceHosts(store, names.Find, host.Random));
        var ids = new ResourceIds(host.Random);
        var ec2 = new Ec2Instances(host.Neighbour<IEc2Api>(CallPrincipal.Service(ResourceArns.Principal)), ids);
        var operations = new Controller(
            "servicediscovery.operations",
            new OperationReconciler(store, ec2.HasVpcAsync, time)
        )
        {
            AtStart = static view =>
                view.InOrder(ServiceDiscoveryTables.Operations, ServiceDiscoveryTables.PendingOperations)
                    .Select(operation => operation.Key),
            Triggers =
            [
                Trigger.On(ServiceDiscoveryTables.Operations, static change =>
                    change.After is { IsPending: true } ? change.Key : null
                ),
            ],
        };
        var retention = new OperationRetention(store, time);
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers =
                [
                    new ServiceDiscoveryDispatcher(new ServiceDiscoveryApi(store, ec2, ids, host.Random, time)),
                    new Route53Dispatcher(new Route53Api(store)),
                ],
                Controllers = [operations],
                Chores = [new Chore("servicediscovery.operations", OperationRetention.Interval, retention.SweepAsync)],
            }
        );
    }
}
