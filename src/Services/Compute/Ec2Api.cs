using Estiba.Compute.Networking;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Iam;
using Estiba.State;

namespace Estiba.Compute;

/// <summary>
/// The part of Amazon EC2 that container hosts need: virtual container instances, and around them the default VPC,
/// security groups, tags, key pairs, images and instance types. Follows the Amazon EC2 API Reference.
/// </summary>
/// <remarks>
/// Operations only record what is wanted; <see cref="Instances.InstanceReconciler"/> makes it so. Security groups are
/// kept and described but do not filter traffic.
/// </remarks>
public sealed partial class Ec2Api : IEc2Api
{
    private readonly Store _store;
    private readonly IInstanceNetwork _network;
    private readonly IIamApi _iam;
    private readonly TimeProvider _time;
    private readonly ResourceIds _ids;

    /// <summary>
    /// How many vCPUs the pending and running instances of an account in a region may have together ("Amazon EC2
    /// On-Demand Instance quotas"). They all run on this machine, each with an agent.
    /// </summary>
    public int VCpuLimit { get; init; } = 1000;

    /// <summary>
    /// Whether instances are machines, which are made and taken away: nothing can stop one and start it again.
    /// </summary>
    public bool HasMachines { get; init; }

    /// <summary>Creates the service.</summary>
    /// <param name="store">Opened with <see cref="ComputeTables.Tables"/> among its tables.</param>
    /// <param name="network">Where addresses of instances are taken from.</param>
    /// <param name="iam">Knows the instance profiles; called as EC2, because who launches an instance needs no
    /// permission to read them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Makes resource ids; <see cref="Random.Shared"/>, or one with a seed in a test.</param>
    public Ec2Api(Store store, IInstanceNetwork network, IIamApi iam, TimeProvider time, Random random)
    {
        _store = store;
        _network = network;
        _iam = iam;
        _time = time;
        _ids = new ResourceIds(random);
    }
}
