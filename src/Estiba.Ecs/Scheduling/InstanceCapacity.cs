using System.Globalization;
using Estiba.State;

namespace Estiba.Ecs.Scheduling;

/// <summary>What a container instance still has to give, as a placement pass sees it; placing a task takes from it.</summary>
internal sealed class InstanceCapacity
{
    private readonly HashSet<int> _ports = [];
    private readonly HashSet<int> _udpPorts = [];
    private readonly Dictionary<string, int> _tasksByGroup = new(StringComparer.Ordinal);

    private InstanceCapacity(ContainerInstanceRecord instance, InstanceUsage usage)
    {
        Instance = instance;
        Cpu = Math.Max(0, instance.Cpu - usage.Cpu);
        Memory = Math.Max(0, instance.Memory - usage.Memory);
        RunningTasks = usage.Running;
        AddPorts(_ports, instance.ReservedPorts);
        AddPorts(_udpPorts, instance.ReservedUdpPorts);
        _ports.UnionWith(usage.Ports.Distinct);
        _udpPorts.UnionWith(usage.UdpPorts.Distinct);
        foreach (var (group, tasks) in usage.Groups.All) _tasksByGroup.Add(group, tasks);
    }

    /// <summary>The instance itself.</summary>
    internal ContainerInstanceRecord Instance { get; }

    /// <summary>CPU units left; never below zero.</summary>
    internal int Cpu { get; private set; }

    /// <summary>MiB of memory left; never below zero.</summary>
    internal int Memory { get; private set; }

    /// <summary>TCP ports that are taken, in order.</summary>
    internal IEnumerable<int> Ports => _ports.Order();

    /// <summary>UDP ports that are taken, in order.</summary>
    internal IEnumerable<int> UdpPorts => _udpPorts.Order();

    /// <summary>The groups that have tasks on the instance.</summary>
    internal IEnumerable<string> Groups => _tasksByGroup.Keys;

    /// <summary>How many of its tasks run.</summary>
    internal int RunningTasks { get; }

    /// <summary>The instance less what its tasks hold.</summary>
    internal static InstanceCapacity Of(View view, ContainerInstanceRecord instance) => new(instance, InstanceUsage.Of(view, instance.Key));

    /// <summary>How many tasks of a group the instance has.</summary>
    internal int TasksOf(string group) => _tasksByGroup.GetValueOrDefault(group);

    /// <summary>Takes what a task needs that is placed here.</summary>
    internal void Take(TaskRecord task)
    {
        Cpu = Math.Max(0, Cpu - task.Resources.Cpu);
        Memory = Math.Max(0, Memory - task.Resources.Memory);
        _ports.UnionWith(task.Resources.Ports);
        _udpPorts.UnionWith(task.Resources.UdpPorts);
        _tasksByGroup[task.Group] = TasksOf(task.Group) + 1;
    }

    /// <summary>What the instance lacks for the resources; null when it has them all.</summary>
    internal PlacementObstacle? Lack(TaskResources needed)
    {
        if (needed.Gpus > 0) return PlacementObstacle.Gpu;
        if (needed.Memory > Memory) return PlacementObstacle.Memory;
        if (needed.Cpu > Cpu) return PlacementObstacle.Cpu;
        return _ports.Overlaps(needed.Ports) || _udpPorts.Overlaps(needed.UdpPorts) ? PlacementObstacle.Ports : null;
    }

    private static void AddPorts(HashSet<int> ports, IReadOnlyList<string> reserved)
    {
        foreach (var text in reserved)
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)) ports.Add(port);
    }
}
