using Estiba.Compute.InstanceTypes;
using Estiba.Contracts;

namespace Estiba.Compute.Instances;

/// <summary>The credit option of burstable instances ("Burstable performance instances"). It is kept and shown:
/// nothing here limits or bills processors.</summary>
internal static class CpuCredits
{
    public const string NotSupported = "InstanceCreditSpecification.NotSupported";

    /// <summary>The instance's option; null where its type has no credits.</summary>
    public static string? Of(InstanceRecord instance) =>
        InstanceTypeCatalog.Find(instance.InstanceType) is { Burstable: true } type
            ? instance.CpuCredits ?? (type.Family == "t2" ? "standard" : "unlimited")
            : null;

    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: no such option;
    /// <c>InvalidParameterCombination</c>: the type has none.</exception>
    public static void Check(string? credits, InstanceTypeSpec type)
    {
        if (credits is null)
            return;
        CheckOption(credits);
        if (!type.Burstable)
            throw Ec2Requests.Combination(
                $"The specified instance type '{type.Name}' does not support a CPU credit specification."
            );
    }

    /// <exception cref="AwsException"><c>InvalidParameterValue</c>.</exception>
    public static void CheckOption(string? credits)
    {
        if (credits is not ("standard" or "unlimited"))
            throw Ec2Requests.Invalid(
                $"Value ({credits}) for parameter CpuCredits is invalid. Valid values are standard and unlimited."
            );
    }
}
