using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Estiba.Compute.Networking;

/// <summary>A bridge network of Docker's, as far as virtual instances need to know it.</summary>
internal sealed record DockerNetwork(string Name, string Bridge, IPNetwork Block)
{
    /// <summary>All networks of virtual instances have it.</summary>
    public const string Label = "estiba.network";

    private const string BridgeNameOption = "com.docker.network.bridge.name";

    // Docker's name, which happens to be ours.
    private const string NameMember = "Name";

    /// <summary>The network of that name; null when there is none.</summary>
    /// <exception cref="NetworkException">There is one, but not a bridge with an IPv4 block.</exception>
    public static async Task<DockerNetwork?> FindAsync(DockerSocket docker, string name, CancellationToken cancellation)
    {
        var answer = await docker.GetAsync($"/networks/{Uri.EscapeDataString(name)}", cancellation);
        if (answer.NotFound)
            return null;
        if (!answer.Succeeded)
            throw new NetworkException($"Docker Engine does not tell about network {name}: {answer.Message}");

        var network = answer.Json;
        var driver = network["Driver"]?.GetValue<string>();
        var configuration = network["IPAM"]
            ?["Config"]?.AsArray()
            .FirstOrDefault(each =>
                IPNetwork.TryParse(each?["Subnet"]?.GetValue<string>(), out var block)
                && block.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            );
        if (driver != "bridge" || configuration is null)
            throw new NetworkException(
                $"The Docker network {name} is not an IPv4 bridge; remove it (docker network rm {name}) or choose "
                    + "another name"
            );

        var subnet = IPNetwork.Parse(configuration["Subnet"]!.GetValue<string>());
        if (subnet.PrefixLength > AddressRange.SmallestBlock)
            throw new NetworkException(
                $"The Docker network {name} is {subnet}, too small for virtual instances; remove it (docker "
                    + $"network rm {name})"
            );

        var bridge = network["Options"]?[BridgeNameOption]?.GetValue<string>()
            ?? $"br-{network["Id"]!.GetValue<string>()[..12]}";
        return new DockerNetwork(name, bridge, subnet);
    }

    /// <summary>The interface of the engine's default network; null when it has none, or does not answer.</summary>
    public static async Task<string?> DefaultBridgeAsync(DockerSocket docker, CancellationToken cancellation)
    {
        if (!await docker.AnswersAsync(cancellation))
            return null;
        var answer = await docker.GetAsync("/networks/bridge", cancellation);
        return answer.Succeeded ? answer.Json["Options"]?[BridgeNameOption]?.GetValue<string>() : null;
    }

    /// <summary>The bridge's own address.</summary>
    public static IPAddress GatewayOf(IPNetwork block) =>
        AddressRange.ToAddress(AddressRange.ToNumber(block.BaseAddress) + 1);

    /// <summary>Creates the network on this block; null when another Docker network overlaps the block.</summary>
    /// <param name="docker">The engine.</param>
    /// <param name="name">The network's name.</param>
    /// <param name="bridge">Its bridge.</param>
    /// <param name="block">Its addresses.</param>
    /// <param name="owner">Whose it is; null where nobody is to know.</param>
    /// <param name="cancellation">Leaves open whether it was created.</param>
    /// <exception cref="NetworkException">Docker refuses for another reason.</exception>
    public static async Task<DockerNetwork?> TryCreateAsync(
        DockerSocket docker,
        string name,
        string bridge,
        IPNetwork block,
        NetworkOwner? owner,
        CancellationToken cancellation
    )
    {
        var labels = new JsonObject { [Label] = "instances" };
        foreach (var (label, value) in owner?.ToLabels() ?? [])
            labels[label] = value;
        var body = new JsonObject
        {
            [NameMember] = name,
            ["CheckDuplicate"] = true,
            ["Driver"] = "bridge",
            ["Labels"] = labels,
            ["Options"] = new JsonObject { [BridgeNameOption] = bridge },
            ["IPAM"] = new JsonObject
            {
                ["Config"] = new JsonArray(
                    new JsonObject
                    {
                        ["Subnet"] = block.ToString(),
                        // Containers get the lower half, so none ever has an instance's address.
                        ["IPRange"] = new IPNetwork(block.BaseAddress, block.PrefixLength + 1).ToString(),
                        ["Gateway"] = GatewayOf(block).ToString(),
                    }
                ),
            },
        };
        var answer = await docker.PostAsync("/networks/create", body, cancellation);
        if (answer.Succeeded)
            return new DockerNetwork(name, bridge, block);
        if (answer.Message.Contains("overlaps", StringComparison.OrdinalIgnoreCase))
            return null;
        throw new NetworkException(
            $"Docker Engine does not create network {name} with bridge {bridge}: {answer.Message}"
        );
    }
}
