using System.Globalization;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.Ecs.Scheduling;
using Estiba.State;

namespace Estiba.Ecs.ContainerInstances;

/// <summary>Container instances as customers see them.</summary>
internal static class InstanceDescription
{
    // No agent reports on the health of its host yet.
    private static readonly ContainerInstanceHealthStatus s_unknownHealth = new() { OverallStatus = InstanceHealthCheckState.InsufficientData, Details = [] };

    /// <summary>The instance as <c>DescribeContainerInstances</c> shows it.</summary>
    internal static ContainerInstance Of(View view, ContainerInstanceRecord instance, bool withTags = true, bool withHealth = false)
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
            HealthStatus = withHealth ? s_unknownHealth : null,
            PendingTasksCount = usage.Pending,
            RegisteredAt = instance.RegisteredAt,
            RegisteredResources = Resources(instance, instance.Cpu, instance.Memory, instance.ReservedPorts, instance.ReservedUdpPorts, instance.Gpus),
            RemainingResources = Resources(instance, left.Cpu, left.Memory, Texts(left.Ports), Texts(left.UdpPorts), left.Gpus),
            RunningTasksCount = usage.Running,
            Status = instance.Status,
            Tags = withTags ? instance.Tags : [],
            Version = instance.Version,
            VersionInfo = instance.VersionInfo,
        };
    }

    // Of ports the remaining resources list those that are taken, of GPUs those that are free.
    private static Resource[] Resources(ContainerInstanceRecord instance, int cpu, int memory, IReadOnlyList<string> ports, IReadOnlyList<string> udpPorts, IReadOnlyList<string> gpus)
    {
        Resource[] usual = [Number("CPU", cpu), Number("MEMORY", memory), Set("PORTS", ports), Set("PORTS_UDP", udpPorts)];
        return instance.Gpus.Count == 0 ? usual : [.. usual, Set("GPU", gpus)];
    }

    private static Resource Number(string name, int value) => new() { Name = name, Type = "INTEGER", DoubleValue = 0, LongValue = 0, IntegerValue = value };

    private static Resource Set(string name, IReadOnlyList<string> values) => new() { Name = name, Type = "STRINGSET", DoubleValue = 0, LongValue = 0, IntegerValue = 0, StringSetValue = values };

    private static List<string> Texts(IEnumerable<int> ports) => [.. ports.Select(port => port.ToString(CultureInfo.InvariantCulture))];
}
