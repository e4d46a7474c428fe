using System.Text.RegularExpressions;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>Port mappings: single ports, ranges, names, and what the network mode allows ("PortMapping", API reference).</summary>
internal static partial class PortChecks
{
    private const int MostPortsOfRanges = 100;

    internal static void Check(TaskDefinition definition)
    {
        var mode = definition.NetworkMode ?? NetworkMode.Bridge;
        var hostPorts = new HashSet<(string? Protocol, int Port)>();
        var ranges = new List<(string? Protocol, PortRange Range)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var container in definition.ContainerDefinitions!)
        {
            foreach (var mapping in container.PortMappings!)
            {
                if (mapping.Name is { } name) CheckName(container, name, names);
                if (mapping.ContainerPortRange is not null)
                {
                    CheckRange(container, mapping, mode, ranges);
                    continue;
                }

                CheckPort(container, mapping, mode);
                if (mapping.HostPort > 0 && !hostPorts.Add((mapping.Protocol, mapping.HostPort.Value)))
                    throw ClientException($"{mapping.Protocol!.ToUpperInvariant()} host port '{mapping.HostPort}' is mapped multiple times in task.");
            }
        }
    }

    private static void CheckPort(ContainerDefinition container, PortMapping mapping, string mode)
    {
        if (mapping.ContainerPort is not (> 0 and <= PortRange.Highest)) throw ClientException($"Invalid 'containerPort' setting for container '{container.Name}'.");
        if (mapping.HostPort is < 0 or > PortRange.Highest) throw ClientException($"Invalid 'hostPort' setting for container '{container.Name}'.");
        if (mode is NetworkMode.Host or NetworkMode.Awsvpc && mapping.HostPort != mapping.ContainerPort)
            throw ClientException($"When networkMode={mode}, the host ports and container ports in port mappings must match.");
    }

    private static void CheckRange(ContainerDefinition container, PortMapping mapping, string mode, List<(string? Protocol, PortRange Range)> ranges)
    {
        if (mapping.ContainerPort is not null || mapping.HostPort is not null)
            throw ClientException($"Invalid 'portMappings' setting for container '{container.Name}'. You cannot specify both single port and port range.");
        if (mode is not (NetworkMode.Bridge or NetworkMode.Awsvpc) || !PortRange.TryParse(mapping.ContainerPortRange!, out var range))
            throw ClientException($"Invalid 'containerPortRange' setting for container '{container.Name}'.");
        if (ranges.Any(other => other.Protocol == mapping.Protocol && other.Range.Overlaps(range)))
            throw ClientException($"{mapping.Protocol!.ToUpperInvariant()} container port is used multiple times in task.");
        ranges.Add((mapping.Protocol, range));
        if (mode == NetworkMode.Bridge && ranges.Sum(other => other.Range.Count) > MostPortsOfRanges)
            throw ClientException($"Invalid 'containerPortRange' setting for container '{container.Name}'. A task can have up to {MostPortsOfRanges} ports in ranges.");
    }

    private static void CheckName(ContainerDefinition container, string name, HashSet<string> names)
    {
        if (!ValidName().IsMatch(name)) throw ClientException($"Invalid port mapping name '{name}' for container '{container.Name}'.");
        if (!names.Add(name)) throw ClientException($"The port mapping name is already used. Port mapping name: '{name}'.");
    }

    [GeneratedRegex("^[a-z0-9_][a-z0-9_-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex ValidName();
}
