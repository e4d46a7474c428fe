using System.Globalization;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Placement;
using Estiba.State;

namespace Estiba.Ecs;

/// <summary>Container instances as customers see them.</summary>
internal static class InstanceDescription
{
    /// <summary>The instance as <c>DescribeContainerInstances</c> shows it.</summary>
    internal static ContainerInstance Of(
        View view,
        ContainerInstanceRecord instance,
        bool withTags = true,
        bool withHealth = false
    )
    {
        var left = InstanceCapacity.Of(view, instance);
        var usage = InstanceUsage.Of(view, instance.Key);
        return new ContainerInstance
        {
            AgentConnected = instance.AgentConnected,
            Attachments = [],
            Attributes = instance.Attributes,
            CapacityProviderName = instance.Attribute(CapacityStrategy.InstanceAttribute),
            ContainerInstanceArn = instance.Arn,
            Ec2InstanceId = instance.Ec2InstanceId,
            HealthStatus = withHealth ? HealthOf(view, instance) : null,
            PendingTasksCount = usage.Pending,
            RegisteredAt = instance.RegisteredAt,
            RegisteredResources = Resources(
                instance,
                instance.Cpu,
                instance.Memory,
                instance.ReservedPorts,
                instance.ReservedUdpPorts,
                instance.Gpus
            ),
            RemainingResources = Resources(
                instance,
                left.Cpu,
                left.Memory,
                Texts(left.Ports),
                Texts(left.UdpPorts),
                left.Gpus
            ),
            RunningTasksCount = usage.Running,
            Status = instance.Status,
            Tags = withTags ? instance.Tags : [],
            Version = instance.Version,
            VersionInfo = instance.VersionInfo,
        };
    }

    // Of a host whose agent is away the details say how old they are, and nobody knows how it is.
    private static ContainerInstanceHealthStatus HealthOf(View view, ContainerInstanceRecord instance)
    {
        var details = view.Find(EcsTables.InstanceHealth, instance.Key)?.Details ?? [];
        return new ContainerInstanceHealthStatus
        {
            OverallStatus = instance.AgentConnected ? Overall(details) : InstanceHealthCheckState.InsufficientData,
            Details = details,
        };
    }

    private static string Overall(IReadOnlyList<InstanceHealthCheckResult> details)
    {
        string[] worstFirst =
        [
            InstanceHealthCheckState.Impaired,
            InstanceHealthCheckState.Initializing,
            InstanceHealthCheckState.InsufficientData,
        ];
        if (details.Count == 0)
            return InstanceHealthCheckState.InsufficientData;
        return worstFirst.FirstOrDefault(state => details.Any(detail => detail.Status == state))
            ?? InstanceHealthCheckState.Ok;
    }

    // Of ports the remaining resources list those that are taken, of GPUs those that are free.
    private static Resource[] Resources(
        ContainerInstanceRecord instance,
        int cpu,
        int memory,
        IReadOnlyList<string> ports,
        IReadOnlyList<string> udpPorts,
        IReadOnlyList<string> gpus
    )
    {
        Resource[] usual =
        [
            Number("CPU", cpu),
            Number("MEMORY", memory),
            Set("PORTS", ports),
            Set("PORTS_UDP", udpPorts),
        ];
        return instance.Gpus.Count == 0 ? usual : [.. usual, Set("GPU", gpus)];
    }

    private static Resource Number(string name, int value) =>
        new()
        {
            Name = name,
            Type = "INTEGER",
            DoubleValue = 0,
            LongValue = 0,
            IntegerValue = value,
        };

    private static Resource Set(string name, IReadOnlyList<string> values) =>
        new()
        {
            Name = name,
            Type = "STRINGSET",
            DoubleValue = 0,
            LongValue = 0,
            IntegerValue = 0,
            StringSetValue = values,
        };

    private static List<string> Texts(IEnumerable<int> ports) =>
        [.. ports.Select(port => port.ToString(CultureInfo.InvariantCulture))];
}
