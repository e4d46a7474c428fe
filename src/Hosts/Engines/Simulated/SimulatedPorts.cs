using System.Text.Json.Nodes;

namespace Estiba.Engines.Simulated;

/// <summary>
/// The host ports of a pretended engine: one container each, chosen from the ephemeral range where none is asked for.
/// </summary>
internal sealed class SimulatedPorts
{
    private const int FirstEphemeral = 32768;
    private const int LastEphemeral = 60999;

    private readonly HashSet<(string Address, string Protocol, int Port)> _taken = [];
    private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);

    /// <summary>What a definition asks for; a host port of 0 is to be chosen.</summary>
    public static IReadOnlyList<PublishedPort> Asked(JsonNode? bindings)
    {
        if (bindings is not JsonObject ports || ports.Count == 0)
            return [];
        var asked = new List<PublishedPort>();
        foreach (var (key, hosts) in ports)
        {
            var slash = key.IndexOf('/', StringComparison.Ordinal);
            var port = int.Parse(slash < 0 ? key : key[..slash]);
            foreach (var host in hosts as JsonArray ?? [])
            {
                var address = host?["HostIp"]?.GetValue<string>() is { Length: > 0 } given ? given : "0.0.0.0";
                asked.Add(
                    new PublishedPort(
                        port,
                        slash < 0 ? "tcp" : key[(slash + 1)..],
                        address,
                        int.TryParse(host?["HostPort"]?.GetValue<string>(), out var wanted) ? wanted : 0
                    )
                );
            }
        }

        return asked;
    }

    /// <summary>Takes the ports for a container that starts.</summary>
    /// <exception cref="EngineException">Another container has one of them.</exception>
    public IReadOnlyList<PublishedPort> Take(IReadOnlyList<PublishedPort> asked, string container)
    {
        if (asked.Count == 0)
            return asked;
        var given = new PublishedPort[asked.Count];
        for (var index = 0; index < asked.Count; index++)
        {
            var port = asked[index];
            given[index] = port with { HostPort = port.HostPort > 0 ? port.HostPort : Choose(port) };
            if (_taken.Add((port.HostAddress, port.Protocol, given[index].HostPort)))
                continue;

            Release(given.AsSpan(0, index).ToArray());
            throw new EngineException(
                $"driver failed programming external connectivity on endpoint {container}: Bind for "
                    + $"{port.HostAddress}:{port.HostPort} failed: port is already allocated",
                500
            );
        }

        return given;
    }

    public void Release(IReadOnlyList<PublishedPort> ports)
    {
        foreach (var port in ports)
            _taken.Remove((port.HostAddress, port.Protocol, port.HostPort));
    }

    private int Choose(PublishedPort port)
    {
        var next = _last.GetValueOrDefault(port.HostAddress, FirstEphemeral - 1);
        for (var tried = FirstEphemeral; tried <= LastEphemeral; tried++)
        {
            next = next >= LastEphemeral ? FirstEphemeral : next + 1;
            if (_taken.Contains((port.HostAddress, port.Protocol, next)))
                continue;
            _last[port.HostAddress] = next;
            return next;
        }

        throw new EngineException("all ports are allocated", 500);
    }
}
