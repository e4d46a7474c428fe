using System.Globalization;
using Estiba.State;

namespace Estiba.Ecs.Scheduling;

/// <summary>What a container instance still has to give, as a placement pass sees it; placing a task takes from it.</summary>
internal sealed class InstanceCapacity
{
    private readonly HashSet<int> _ports = [];
    private readonly HashSet<int> _udpPorts = [];
    private readonly Dictionary<string, int> _tasksByGroup = new(StringComparer.Ordinal);

    private InstanceCapacity(ContainerInstanceRecord instance)
    {
        Instance = instance;
        Cpu = instance.Cpu;
        Memory = instance.Memory;
        AddPorts(_ports, instance.ReservedPorts);
        AddPorts(_udpPorts, instance.ReservedUdpPorts);
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
    internal int RunningTasks { get; private set; }

    /// <summary>The instance less what its tasks hold.</summary>
    internal static InstanceCapacity Of(View view, ContainerInstanceRecord instance)
    {
        var capacity = new InstanceCapacity(instance);
        foreach (var task in view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instance.Key)) capacity.Take(task);
        return capacity;
    }

    /// <summary>How many tasks of a group the instance has.</summary>
    internal int TasksOf(string group) => _tasksByGroup.GetValueOrDefault(group);

    /// <summary>Takes what the task needs.</summary>
    internal void Take(TaskRecord task)
    {
        Cpu = Math.Max(0, Cpu - task.Resources.Cpu);
        Memory = Math.Max(0, Memory - task.Resources.Memory);
        _ports.UnionWith(task.Resources.Ports);
        _udpPorts.UnionWith(task.Resources.UdpPorts);
        foreach (var binding in task.Containers.SelectMany(container => container.NetworkBindings ?? []))
            if (binding.HostPort is { } port) (binding.Protocol == Contracts.Ecs.TransportProtocol.Udp ? _udpPorts : _ports).Add(port);
        if (task.LastStatus == TaskStatus.Running) RunningTasks++;
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
