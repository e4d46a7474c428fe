using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Placement;

/// <summary>
/// What the tasks of a container instance hold of it, from the moment they are placed until they have stopped.
/// </summary>
/// <remarks>
/// The store keeps one for each instance that has tasks (<see cref="OfInstances"/>): it is exact in every view, and
/// nobody walks tasks for it.
/// </remarks>
internal sealed record InstanceUsage
{
    /// <summary>An instance without tasks.</summary>
    internal static readonly InstanceUsage None = new();

    /// <summary>By the key of the instance.</summary>
    internal static readonly Aggregate<TaskRecord, InstanceUsage> OfInstances = new(
        "usage",
        task => task.HeldInstance,
        (task, _) => task.InstanceKey!,
        None,
        Change
    );

    /// <summary>CPU units.</summary>
    internal int Cpu { get; private init; }

    /// <summary>MiB of memory.</summary>
    internal int Memory { get; private init; }

    /// <summary>The ids of GPUs.</summary>
    internal IReadOnlyList<string> Gpus { get; private init; } = [];

    /// <summary>TCP ports, asked for or reported.</summary>
    internal HeldPorts Ports { get; private init; } = HeldPorts.None;

    /// <summary>UDP ports, asked for or reported.</summary>
    internal HeldPorts UdpPorts { get; private init; } = HeldPorts.None;

    /// <summary>How many of the ports were asked for, TCP and UDP.</summary>
    internal int FixedPorts { get; private init; }

    /// <summary>Tasks that run.</summary>
    internal int Running { get; private init; }

    /// <summary>Tasks that were placed and do not run yet.</summary>
    internal int Pending { get; private init; }

    /// <summary>Tasks of each group.</summary>
    internal GroupCounts Groups { get; private init; } = GroupCounts.None;

    internal static InstanceUsage Of(View view, string instanceKey) =>
        view.Aggregate(EcsTables.Tasks, OfInstances, instanceKey);

    private static InstanceUsage Change(InstanceUsage usage, TaskRecord? before, TaskRecord? after)
    {
        if (before is not null && after is not null && HoldSame(before, after))
            return usage;
        var (old, now) = (before?.Resources, after?.Resources);
        var samePorts = before is not null && after is not null && HoldSamePorts(before, after);
        return new InstanceUsage
        {
            Cpu = usage.Cpu - (old?.Cpu ?? 0) + (now?.Cpu ?? 0),
            Memory = usage.Memory - (old?.Memory ?? 0) + (now?.Memory ?? 0),
            Gpus =
                old is { Gpus: > 0 } || now is { Gpus: > 0 }
                    ? [.. usage.Gpus.Except(GpusOf(before)), .. GpusOf(after)]
                    : usage.Gpus,
            Ports = samePorts
                ? usage.Ports
                : usage.Ports.Replace(PortsOf(before, TransportProtocol.Tcp), PortsOf(after, TransportProtocol.Tcp)),
            UdpPorts = samePorts
                ? usage.UdpPorts
                : usage.UdpPorts.Replace(PortsOf(before, TransportProtocol.Udp), PortsOf(after, TransportProtocol.Udp)),
            FixedPorts = usage.FixedPorts - FixedPortsOf(old) + FixedPortsOf(now),
            Running = usage.Running - One(before, IsRunning) + One(after, IsRunning),
            Pending = usage.Pending - One(before, IsPending) + One(after, IsPending),
            Groups = usage.Groups.Replace(before?.Group, after?.Group),
        };
    }

    // Most changes of a task are times, containers and health: those cost nothing.
    private static bool HoldSame(TaskRecord before, TaskRecord after) =>
        before.LastStatus == after.LastStatus && before.Group == after.Group && HoldSamePorts(before, after);

    private static bool HoldSamePorts(TaskRecord before, TaskRecord after)
    {
        if (!ReferenceEquals(before.Resources, after.Resources) || before.Containers.Count != after.Containers.Count)
            return false;
        for (var i = 0; i < before.Containers.Count; i++)
            if (!ReferenceEquals(before.Containers[i].NetworkBindings, after.Containers[i].NetworkBindings))
                return false;
        return true;
    }

    private static IReadOnlyCollection<int> PortsOf(TaskRecord? task, string protocol) =>
        task is null ? [] : HeldPorts.Of(task, protocol);

    private static int FixedPortsOf(TaskResources? resources) =>
        resources is null ? 0 : resources.Ports.Count + resources.UdpPorts.Count;

    private static IEnumerable<string> GpusOf(TaskRecord? task) =>
        task?.Containers.SelectMany(container => container.GpuIds ?? []) ?? [];

    private static int One(TaskRecord? task, Func<TaskRecord, bool> holds) => task is not null && holds(task) ? 1 : 0;

    private static bool IsRunning(TaskRecord task) => task.LastStatus == TaskStatus.Running;

    private static bool IsPending(TaskRecord task) => task.LastStatus is TaskStatus.Pending or TaskStatus.Activating;
}
