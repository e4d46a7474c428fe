using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Placement;

/// <summary>
/// Host ports that tasks of one container instance hold, in order, with a port twice that two hold: an agent may have
/// given one task from its ephemeral range what another asked for. Immutable, two bytes a port.
/// </summary>
internal sealed class HeldPorts
{
    internal static readonly HeldPorts None = new([]);

    private readonly ushort[] _ports;

    private HeldPorts(ushort[] ports) => _ports = ports;

    /// <summary>Each port once, in order.</summary>
    internal IEnumerable<int> Distinct
    {
        get
        {
            for (var i = 0; i < _ports.Length; i++)
                if (i == 0 || _ports[i] != _ports[i - 1])
                    yield return _ports[i];
        }
    }

    internal bool Contains(int port) => Array.BinarySearch(_ports, (ushort)port) >= 0;

    /// <summary>The ports without those of one task and with those of another.</summary>
    internal HeldPorts Replace(IReadOnlyCollection<int> removed, IReadOnlyCollection<int> added)
    {
        if (removed.Count == 0 && added.Count == 0)
            return this;
        var ports = new List<ushort>(_ports.Length + added.Count);
        ports.AddRange(_ports);
        foreach (var port in removed)
            ports.RemoveAt(ports.BinarySearch((ushort)port));
        foreach (var port in added)
        {
            var place = ports.BinarySearch((ushort)port);
            ports.Insert(place < 0 ? ~place : place, (ushort)port);
        }

        return ports.Count == 0 ? None : new HeldPorts([.. ports]);
    }

    /// <summary>
    /// The ports that a task holds on its host: those it asked for and those its agent reported, each once.
    /// </summary>
    internal static IReadOnlyCollection<int> Of(TaskRecord task, string protocol)
    {
        var asked = protocol == Contracts.Ecs.TransportProtocol.Udp ? task.Resources.UdpPorts : task.Resources.Ports;
        if (task.Containers.All(container => container.NetworkBindings is not { Count: > 0 }))
            return asked;

        var ports = new HashSet<int>(asked);
        foreach (var binding in task.Containers.SelectMany(container => container.NetworkBindings ?? []))
        {
            if ((binding.Protocol ?? Contracts.Ecs.TransportProtocol.Tcp) != protocol)
                continue;
            if (binding.HostPort is > 0 and <= PortRange.Highest and var port)
                ports.Add(port);
            if (binding.HostPortRange is { } text && PortRange.TryParse(text, out var range))
                ports.UnionWith(Enumerable.Range(range.First, range.Count));
        }

        return ports;
    }
}
