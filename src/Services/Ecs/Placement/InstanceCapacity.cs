using System.Globalization;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Queries;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Placement;

/// <summary>
/// What a container instance still has to give, as a placement pass sees it; placing a task takes from it.
/// </summary>
internal sealed class InstanceCapacity(ContainerInstanceRecord instance, InstanceUsage usage) : IQueryTarget
{
    /// <summary>
    /// Most host ports that an instance may have reserved; those that its agent chooses do not count ("hostPort",
    /// PortMapping, API reference).
    /// </summary>
    internal const int MostFixedPorts = 100;

    private List<(string Group, int Tasks)>? _placed;
    private List<int>? _placedPorts;
    private List<int>? _placedUdpPorts;
    private HashSet<int>? _reservedPorts;
    private HashSet<int>? _reservedUdpPorts;
    private int _placedGpus;

    /// <summary>The instance itself.</summary>
    public ContainerInstanceRecord Instance { get; } = instance;

    /// <summary>What its tasks held when the pass began.</summary>
    internal InstanceUsage Usage { get; } = usage;

    /// <summary>CPU units left; never below zero.</summary>
    internal int Cpu { get; private set; } = Math.Max(0, instance.Cpu - usage.Cpu);

    /// <summary>MiB of memory left; never below zero.</summary>
    internal int Memory { get; private set; } = Math.Max(0, instance.Memory - usage.Memory);

    /// <summary>TCP ports that are taken, in order.</summary>
    internal IEnumerable<int> Ports =>
        Usage.Ports.Distinct.Concat(_placedPorts ?? []).Concat(ReservedPorts).Distinct().Order();

    /// <summary>UDP ports that are taken, in order.</summary>
    internal IEnumerable<int> UdpPorts =>
        Usage.UdpPorts.Distinct.Concat(_placedUdpPorts ?? []).Concat(ReservedUdpPorts).Distinct().Order();

    /// <summary>The GPUs that no task has.</summary>
    internal IReadOnlyList<string> Gpus =>
        Instance.Gpus.Count == 0 ? [] : [.. Instance.Gpus.Except(Usage.Gpus).Skip(_placedGpus)];

    /// <summary>The groups that have tasks on the instance.</summary>
    public IEnumerable<string> Groups =>
        Usage.Groups.Names.Concat((_placed ?? []).Select(added => added.Group)).Distinct(StringComparer.Ordinal);

    /// <summary>How many of its tasks run.</summary>
    public int RunningTasks => Usage.Running;

    private HashSet<int> ReservedPorts => _reservedPorts ??= Read(Instance.ReservedPorts);

    private HashSet<int> ReservedUdpPorts => _reservedUdpPorts ??= Read(Instance.ReservedUdpPorts);

    /// <summary>The instance less what its tasks hold.</summary>
    internal static InstanceCapacity Of(View view, ContainerInstanceRecord instance) =>
        new(instance, InstanceUsage.Of(view, instance.Key));

    /// <summary>How many tasks of a group the instance has.</summary>
    public int TasksOf(TaskGroup group)
    {
        var tasks = Usage.Groups.Of(group);
        if (_placed is null)
            return tasks;
        foreach (var added in _placed)
            if (added.Group == group.Name)
                return tasks + added.Tasks;
        return tasks;
    }

    /// <summary>Takes what a task needs that is placed here.</summary>
    internal PlacementChoice Take(TaskGroup group, TaskResources needed)
    {
        Cpu -= needed.Cpu;
        Memory -= needed.Memory;
        if (needed.Ports.Count > 0)
            (_placedPorts ??= []).AddRange(needed.Ports);
        if (needed.UdpPorts.Count > 0)
            (_placedUdpPorts ??= []).AddRange(needed.UdpPorts);
        _placed ??= [];
        var place = _placed.FindIndex(added => added.Group == group.Name);
        if (place < 0)
            _placed.Add((group.Name, 1));
        else
            _placed[place] = (group.Name, _placed[place].Tasks + 1);
        if (needed.Gpus == 0)
            return new PlacementChoice(Instance, []);

        var gpus = Gpus.Take(needed.Gpus).ToList();
        _placedGpus += needed.Gpus;
        return new PlacementChoice(Instance, gpus);
    }

    /// <summary>What the instance lacks for the resources; null when it has them all.</summary>
    internal PlacementObstacle? ObstacleFor(TaskResources needed)
    {
        if (needed.Gpus > 0 && needed.Gpus > Gpus.Count)
            return PlacementObstacle.Gpu;
        if (needed.Memory > Memory)
            return PlacementObstacle.Memory;
        if (needed.Cpu > Cpu)
            return PlacementObstacle.Cpu;
        if (needed.Ports.Count + needed.UdpPorts.Count == 0)
            return null;
        foreach (var port in needed.Ports)
            if (Usage.Ports.Contains(port) || IsIn(_placedPorts, port) || ReservedPorts.Contains(port))
                return PlacementObstacle.Ports;
        foreach (var port in needed.UdpPorts)
            if (Usage.UdpPorts.Contains(port) || IsIn(_placedUdpPorts, port) || ReservedUdpPorts.Contains(port))
                return PlacementObstacle.Ports;

        var held =
            Usage.FixedPorts
            + (_placedPorts?.Count ?? 0)
            + (_placedUdpPorts?.Count ?? 0)
            + Instance.ReservedPorts.Count
            + Instance.ReservedUdpPorts.Count;
        return held + needed.Ports.Count + needed.UdpPorts.Count > MostFixedPorts
            ? PlacementObstacle.TooManyPorts
            : null;
    }

    private static bool IsIn(List<int>? ports, int port) => ports is not null && ports.Contains(port);

    private static HashSet<int> Read(IReadOnlyList<string> reserved)
    {
        var ports = new HashSet<int>();
        foreach (var text in reserved)
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                ports.Add(port);
        return ports;
    }
}
