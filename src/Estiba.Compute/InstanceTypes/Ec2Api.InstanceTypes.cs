using Estiba.Compute.Describing;
using Estiba.Compute.InstanceTypes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private static readonly string[] s_freeTierTypes = ["t2.micro", "t3.micro"];

    private static readonly FilterSet<InstanceTypeInfo> s_instanceTypeFilters = new(new FilterValues<InstanceTypeInfo>
    {
        { "auto-recovery-supported", type => type.AutoRecoverySupported == true },
        { "bare-metal", type => type.BareMetal == true },
        { "burstable-performance-supported", type => type.BurstablePerformanceSupported == true },
        { "current-generation", type => type.CurrentGeneration == true },
        { "free-tier-eligible", type => type.FreeTierEligible == true },
        { "hypervisor", type => type.Hypervisor },
        { "instance-storage-supported", type => type.InstanceStorageSupported == true },
        { "instance-type", type => type.InstanceType },
        { "memory-info.size-in-mib", type => $"{type.MemoryInfo!.SizeInMiB}" },
        { "processor-info.manufacturer", type => type.ProcessorInfo!.Manufacturer },
        { "processor-info.sustained-clock-speed-in-ghz", type => $"{type.ProcessorInfo!.SustainedClockSpeedInGhz}" },
        { "vcpu-info.default-cores", type => $"{type.VCpuInfo!.DefaultCores}" },
        { "vcpu-info.default-threads-per-core", type => $"{type.VCpuInfo!.DefaultThreadsPerCore}" },
        { "vcpu-info.default-vcpus", type => $"{type.VCpuInfo!.DefaultVCpus}" },
        { "processor-info.supported-architecture", type => type.ProcessorInfo!.SupportedArchitectures! },
        { "supported-root-device-type", type => type.SupportedRootDeviceTypes! },
        { "supported-usage-class", type => type.SupportedUsageClasses! },
        { "supported-virtualization-type", type => type.SupportedVirtualizationTypes! },
    });

    /// <inheritdoc />
    public Task<DescribeInstanceTypesResult> DescribeInstanceTypesAsync(
        DescribeInstanceTypesRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var matches = s_instanceTypeFilters.Compile(request.Filters);
        var unknown = request.InstanceTypes?.Where(name => !InstanceTypeCatalog.All.ContainsKey(name)).ToList();
        if (unknown is { Count: > 0 })
        {
            throw new AwsException(
                "InvalidInstanceType", $"The following supplied instance types do not exist: [{string.Join(", ", unknown)}]");
        }
        if (request.MaxResults is not null && request.InstanceTypes is { Count: > 0 })
            throw Ec2Requests.Combination("The parameter instanceTypes cannot be used with the parameter maxResults");
        Ec2Requests.EndDryRun(request.DryRun);

        var page = Page.Of(
            InstanceTypeCatalog.All.Values
                .Where(type => request.InstanceTypes is null or [] || request.InstanceTypes.Contains(type.Name))
                .Select(ToInfo)
                .Where(matches)
                .OrderBy(type => type.InstanceType, StringComparer.Ordinal),
            type => type.InstanceType!,
            request.MaxResults,
            request.NextToken,
            request with { MaxResults = null, NextToken = null, DryRun = null },
            context);
        return Task.FromResult(new DescribeInstanceTypesResult { InstanceTypes = page.Items, NextToken = page.NextToken });
    }

    private static InstanceTypeInfo ToInfo(InstanceTypeSpec type) => new()
    {
        InstanceType = type.Name,
        CurrentGeneration = type.Family.CurrentGeneration,
        FreeTierEligible = s_freeTierTypes.Contains(type.Name),
        SupportedUsageClasses = ["on-demand"],
        SupportedRootDeviceTypes = ["ebs"],
        SupportedVirtualizationTypes = ["hvm"],
        BareMetal = false,
        Hypervisor = type.Family.Hypervisor,
        ProcessorInfo = new ProcessorInfo
        {
            SupportedArchitectures = [type.Family.Architecture],
            SustainedClockSpeedInGhz = type.Family.ClockGhz,
            Manufacturer = type.Family.Manufacturer,
        },
        VCpuInfo = new VCpuInfo
        {
            DefaultVCpus = type.VCpus,
            DefaultCores = Math.Max(1, type.VCpus / type.Family.ThreadsPerCore),
            DefaultThreadsPerCore = type.Family.ThreadsPerCore,
        },
        MemoryInfo = new MemoryInfo { SizeInMiB = type.MemoryMiB },
        InstanceStorageSupported = false,
        HibernationSupported = false,
        BurstablePerformanceSupported = type.Family.Burstable,
        DedicatedHostsSupported = false,
        AutoRecoverySupported = false,
        NitroEnclavesSupport = "unsupported",
    };
}
