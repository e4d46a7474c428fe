using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Engines;
using AcsPortMapping = Estiba.Contracts.Acs.PortMapping;

namespace Estiba.Agent.Tasks;

/// <summary>Port mappings in Docker's terms, and Docker's answer in ECS's.</summary>
/// <remarks>
/// A host port of 0, or none, is the engine's choice from its ephemeral range. A range of container ports needs as many
/// host ports in a row, which Docker does not choose: the agent looks for them ("Port mappings", ECS API reference:
/// containerPortRange).
/// </remarks>
internal static class PortBindings
{
    private const int FirstEphemeral = 32768;
    private const int LastEphemeral = 60999;

    /// <summary>Adds <c>ExposedPorts</c> to the config and <c>PortBindings</c> to the host config.</summary>
    /// <param name="mappings">As in the payload.</param>
    /// <param name="bindAddress">Where to publish; null for every address of the host.</param>
    /// <param name="random">Where the search for a free range begins.</param>
    /// <param name="config">Docker's config.</param>
    /// <param name="hostConfig">Docker's host config.</param>
    /// <exception cref="EngineException">No free range is long enough.</exception>
    public static void Apply(
        IReadOnlyList<AcsPortMapping> mappings,
        string? bindAddress,
        Random random,
        JsonObject config,
        JsonObject hostConfig
    )
    {
        if (mappings.Count == 0)
            return;
        var exposed = new JsonObject();
        var bindings = new JsonObject();
        foreach (var mapping in mappings)
        {
            var protocol = mapping.Protocol ?? "tcp";
            if (mapping.ContainerPortRange is { Length: > 0 } range)
            {
                var (first, last) = ParseRange(range);
                var host = FreeRange(last - first + 1, protocol, bindAddress, random);
                for (var port = first; port <= last; port++)
                    Bind(port, host + port - first, protocol);
            }
            else if (mapping.ContainerPort is > 0 and var port)
            {
                Bind(port, mapping.HostPort ?? 0, protocol);
            }
        }

        config["ExposedPorts"] = exposed;
        hostConfig["PortBindings"] = bindings;

        void Bind(int containerPort, int hostPort, string protocol)
        {
            var key = $"{containerPort}/{protocol}";
            exposed[key] = new JsonObject();
            if (bindings[key] is not JsonArray list)
                bindings[key] = list = [];
            JsonNode binding = new JsonObject
            {
                ["HostIp"] = bindAddress ?? "",
                ["HostPort"] = hostPort == 0 ? "" : hostPort.ToString(),
            };
            list.Add(binding);
        }
    }

    /// <summary>ECS's network bindings: one per published port, and one per range.</summary>
    public static List<NetworkBinding>? Describe(
        IReadOnlyList<AcsPortMapping> mappings,
        IReadOnlyList<PublishedPort> published
    )
    {
        var bindings = new List<NetworkBinding>();
        foreach (var mapping in mappings)
        {
            var protocol = mapping.Protocol ?? "tcp";
            if (mapping.ContainerPortRange is { Length: > 0 } range)
            {
                var (first, last) = ParseRange(range);
                foreach (var start in published.Where(port => port.ContainerPort == first && port.Protocol == protocol))
                {
                    bindings.Add(
                        new NetworkBinding
                        {
                            BindIP = start.HostAddress,
                            ContainerPortRange = range,
                            HostPortRange = $"{start.HostPort}-{start.HostPort + last - first}",
                            Protocol = protocol,
                        }
                    );
                }
            }
            else
            {
                foreach (
                    var port in published.Where(port =>
                        port.ContainerPort == mapping.ContainerPort && port.Protocol == protocol
                    )
                )
                {
                    var binding = new NetworkBinding
                    {
                        BindIP = port.HostAddress,
                        ContainerPort = port.ContainerPort,
                        HostPort = port.HostPort,
                        Protocol = protocol,
                    };
                    if (!bindings.Contains(binding))
                        bindings.Add(binding);
                }
            }
        }

        return bindings.Count == 0 ? null : bindings;
    }

    private static (int First, int Last) ParseRange(string range)
    {
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        return
            dash > 0
            && int.TryParse(range.AsSpan(0, dash), out var first)
            && int.TryParse(range.AsSpan(dash + 1), out var last)
            && first <= last
            ? (first, last)
            : throw new EngineException($"'{range}' is not a range of container ports.");
    }

    private static int FreeRange(int length, string protocol, string? bindAddress, Random random)
    {
        var address = bindAddress is null ? IPAddress.Any : IPAddress.Parse(bindAddress);
        var span = LastEphemeral - FirstEphemeral + 2 - length;
        if (span > 0)
        {
            var offset = random.Next(span);
            var free = 0;
            for (var tried = 0; tried < LastEphemeral - FirstEphemeral + 1 + length; tried++)
            {
                var port = FirstEphemeral + (offset + tried) % (LastEphemeral - FirstEphemeral + 1);
                if (port == FirstEphemeral)
                    free = 0; // a range does not go round
                free = IsFree(address, port, protocol) ? free + 1 : 0;
                if (free == length)
                    return port - length + 1;
            }
        }

        throw new EngineException(
            $"No {length} consecutive {protocol} host ports are free between {FirstEphemeral} and {LastEphemeral}."
        );
    }

    private static bool IsFree(IPAddress address, int port, string protocol)
    {
        using var socket =
            protocol == "udp"
                ? new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
                : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
