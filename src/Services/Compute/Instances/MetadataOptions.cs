using Estiba.Contracts;

namespace Estiba.Compute.Instances;

/// <summary>Checks options of the instance metadata service.</summary>
internal static class MetadataOptions
{
    private const int MostHops = 64;

    /// <exception cref="AwsException"><c>InvalidParameterValue</c>.</exception>
    public static void CheckHopLimit(int? hops)
    {
        if (hops is < 1 or > MostHops)
            throw Ec2Requests.Invalid(
                $"Value ({hops}) for parameter HttpPutResponseHopLimit is invalid. It is from 1 to {MostHops}."
            );
    }
}
