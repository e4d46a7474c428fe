using Estiba.Compute.Regions;
using Estiba.Contracts;

namespace Estiba.Compute.Instances;

/// <summary>
/// The DNS names of instances ("Amazon EC2 instance hostnames and domains"). No name server knows them.
/// </summary>
internal static class InstanceNames
{
    /// <summary>us-east-1 is older than the scheme and has names of its own.</summary>
    private const string FirstRegion = "us-east-1";

    public static string PrivateDnsName(string region, string address) =>
        $"ip-{address.Replace('.', '-')}.{(region == FirstRegion ? "ec2.internal" : $"{region}.compute.internal")}";

    public static string PublicDnsName(string region, string address) =>
        $"ec2-{address.Replace('.', '-')}."
        + $"{(region == FirstRegion ? "compute-1" : $"{region}.compute")}.{Arn.DnsSuffixOf(region)}";

    public static string ZoneName(InstanceRecord instance) => RegionCatalog.ZoneName(instance.Region, instance.Zone);
}
