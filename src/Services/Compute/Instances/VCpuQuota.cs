using Estiba.Compute.InstanceTypes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute.Instances;

/// <summary>
/// The vCPUs that pending and running instances of an account in a region may have together ("Amazon EC2 On-Demand
/// Instance quotas").
/// </summary>
internal static class VCpuQuota
{
    /// <summary>How many are left.</summary>
    public static int Left(View view, CallContext context, int limit) =>
        Math.Max(
            0,
            limit
                - view.Range(ComputeTables.Instances, Scope.Of(context).Prefix)
                    .Where(instance => instance.State is InstanceStateName.Pending or InstanceStateName.Running)
                    .Sum(instance => InstanceTypeCatalog.Get(instance.InstanceType).VCpus)
        );

    public static AwsException Exceeded(int limit) =>
        new(
            "VcpuLimitExceeded",
            $"You have requested more vCPU capacity than your current vCPU limit of {limit} allows for the "
                + "instance bucket that the specified instance type belongs to."
        );
}
