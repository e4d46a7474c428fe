using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Instances;
using Estiba.ServiceDiscovery.Resources;
using Estiba.State;

namespace Estiba.ServiceDiscovery;

/// <summary>The operations of AWS Cloud Map. Follows the API reference, version 2017-03-14.</summary>
public sealed partial class ServiceDiscoveryApi : IServiceDiscoveryApi
{
    private readonly Store _store;
    private readonly Ec2Instances _ec2;
    private readonly ResourceIds _ids;
    private readonly Random _random;
    private readonly TimeProvider _time;

    /// <summary>Creates the service.</summary>
    /// <param name="store">Where everything is kept.</param>
    /// <param name="ec2">Knows VPCs and instances.</param>
    /// <param name="ids">Makes ids.</param>
    /// <param name="random">Decides about the order of instances.</param>
    /// <param name="time">The clock.</param>
    internal ServiceDiscoveryApi(Store store, Ec2Instances ec2, ResourceIds ids, Random random, TimeProvider time) =>
        (_store, _ec2, _ids, _random, _time) = (store, ec2, ids, random, time);

    private DateTimeOffset Now => _time.GetUtcNow();
}
