using System.Net;
using Estiba.Contracts.ElbV2;
using Estiba.Hosting.Certificates;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Networks;
using Estiba.LoadBalancing.Targets;
using Estiba.LoadBalancing.Traffic.Targets;
using Estiba.LoadBalancing.TrustStores;
using Estiba.State;

namespace Estiba.LoadBalancing;

/// <summary>
/// The operations of Elastic Load Balancing for Application and Network Load Balancers. Each resource's are in its own
/// folder; they check the request, make one commit and answer. Follows the API reference, version 2015-12-01.
/// </summary>
public sealed partial class ElbV2Api : IElbV2Api
{
    private readonly Store _store;
    private readonly Ec2Networks _networks;
    private readonly LoadBalancerNetwork _network;
    private readonly LoadBalancerCreation _creation;
    private readonly TargetRegistration _registration;
    private readonly ServerCertificates _certificates;
    private readonly ElbIds _ids;
    private readonly Func<string, IReadOnlyDictionary<IPEndPoint, TargetCondition>> _conditionsOf;
    private readonly TrustStoreFiles _trustStoreFiles;
    private readonly TimeProvider _time;

    /// <summary>Creates the service.</summary>
    /// <param name="store">Where everything is kept.</param>
    /// <param name="networks">What EC2 has.</param>
    /// <param name="certificates">Finds certificates.</param>
    /// <param name="ids">Makes the ids of new resources.</param>
    /// <param name="conditionsOf">What is thought of the healthy targets of a group, by its ARN.</param>
    /// <param name="trustStoreFiles">Reads what S3 has for trust stores, and gives it out.</param>
    /// <param name="time">The clock.</param>
    internal ElbV2Api(
        Store store,
        Ec2Networks networks,
        ServerCertificates certificates,
        ElbIds ids,
        Func<string, IReadOnlyDictionary<IPEndPoint, TargetCondition>> conditionsOf,
        TrustStoreFiles trustStoreFiles,
        TimeProvider time
    )
    {
        (_store, _networks, _certificates, _ids, _time) = (store, networks, certificates, ids, time);
        (_conditionsOf, _trustStoreFiles) = (conditionsOf, trustStoreFiles);
        _network = new LoadBalancerNetwork(networks);
        _creation = new LoadBalancerCreation(ids, time);
        _registration = new TargetRegistration(networks);
    }

    private DateTimeOffset Now => _time.GetUtcNow();
}
