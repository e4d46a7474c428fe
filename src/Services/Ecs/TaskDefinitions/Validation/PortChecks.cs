using System.Text.RegularExpressions;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>
/// Port mappings: single ports, ranges, names, and what the network mode allows ("PortMapping", API reference).
/// </summary>
internal static partial class PortChecks
{
    private const int MostRanges = 100;

    internal static void Check(TaskDefinition definition)
    {
        var mode = definition.NetworkMode ?? NetworkMode.Bridge;
        var hostPorts = new HashSet<(string? Protocol, int Port)>();
        var taken = new List<(string? Protocol, PortRange Ports)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var container in definition.ContainerDefinitions!)
        {
            // On the bridge each container has ports of its own; an interface is shared by all containers of its task.
            if (mode == NetworkMode.Bridge)
                taken.Clear();
            if (container.PortMappings!.Count(mapping => mapping.ContainerPortRange is not null) > MostRanges)
                throw ClientException(
                    $"Invalid 'containerPortRange' setting for container '{container.Name}'. A container can have "
                        + $"up to {MostRanges} port ranges."
                );
            foreach (var mapping in container.PortMappings!)
            {
                if (mapping.Name is { } name)
                    CheckName(container, name, mode, names);
                var ports = mapping.ContainerPortRange is null
                    ? SinglePort(container, mapping, mode)
                    : Range(container, mapping, mode);
                CheckOverlap(mapping, ports, mode, taken);
                if (mapping.HostPort > 0 && !hostPorts.Add((mapping.Protocol, mapping.HostPort.Value)))
                    throw ClientException(
                        $"{mapping.Protocol!.ToUpperInvariant()} host port '{mapping.HostPort}' is mapped multiple "
                            + "times in task."
                    );
            }
        }
    }

    private static PortRange SinglePort(ContainerDefinition container, PortMapping mapping, string mode)
    {
        if (mapping.ContainerPort is not (> 0 and <= PortRange.Highest))
            throw ClientException($"Invalid 'containerPort' setting for container '{container.Name}'.");
        if (mapping.HostPort is < 0 or > PortRange.Highest)
            throw ClientException($"Invalid 'hostPort' setting for container '{container.Name}'.");
        if (mode is NetworkMode.Host or NetworkMode.Awsvpc && mapping.HostPort != mapping.ContainerPort)
            throw ClientException(
                $"When networkMode={mode}, the host ports and container ports in port mappings must match."
            );
        return new PortRange(mapping.ContainerPort.Value, mapping.ContainerPort.Value);
    }

    private static PortRange Range(ContainerDefinition container, PortMapping mapping, string mode)
    {
        if (mapping.ContainerPort is not null || mapping.HostPort is not null)
            throw ClientException(
                $"Invalid port mapping for container '{container.Name}', cannot specify both single port and port "
                    + "range."
            );
        return
            mode is NetworkMode.Bridge or NetworkMode.Awsvpc
            && PortRange.TryParse(mapping.ContainerPortRange!, out var range)
            ? range
            : throw ClientException($"Invalid 'containerPortRange' setting for container '{container.Name}'.");
    }

    // Two single ports may be the same: the container's one port on two ports of the host.
    private static void CheckOverlap(
        PortMapping mapping,
        PortRange ports,
        string mode,
        List<(string? Protocol, PortRange Ports)> taken
    )
    {
        foreach (var (protocol, other) in taken)
        {
            if (protocol == mapping.Protocol && other.Overlaps(ports) && other.Count + ports.Count > 2)
                throw ClientException(
                    $"{protocol!.ToUpperInvariant()} container port '{Math.Max(other.First, ports.First)}' is used "
                        + $"multiple times in task when networkMode={mode}."
                );
        }

        taken.Add((mapping.Protocol, ports));
    }

    private static void CheckName(ContainerDefinition container, string name, string mode, HashSet<string> names)
    {
        if (!ValidName().IsMatch(name))
            throw ClientException($"Invalid port mapping name '{name}' for container '{container.Name}'.");
        if (!names.Add(name))
            throw ClientException($"When networkMode={mode}, port mapping name is already used");
    }

    [GeneratedRegex(@"^[a-z0-9_][a-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();
}
