using System.Net;
using System.Text.Json.Nodes;

namespace Estiba.Compute.Networking;

/// <summary>
/// Takes away the Docker networks of platforms whose data was deleted, which leaves their networks behind. Done when a
/// new platform finds no block that is free, and then only what nothing uses and nobody can come back to: a platform
/// that is merely stopped has its directory, and its instances the addresses.
/// </summary>
internal static class AbandonedNetworks
{
    /// <returns>Whether any was taken away.</returns>
    public static async Task<bool> RemoveAsync(DockerSocket docker, CancellationToken cancellation)
    {
        var removed = false;
        foreach (var network in await FindAsync(docker, cancellation))
        {
            // A platform that runs has the claim, and one that starts meanwhile with this directory does not get it.
            using var claim = NetworkClaim.TryTake(network.Name);
            if (claim is null || !network.Owner.IsGone() || await IsUsedAsync(docker, network, cancellation))
                continue;
            removed |= (
                await docker.DeleteAsync($"/networks/{Uri.EscapeDataString(network.Name)}", cancellation)
            ).Succeeded;
        }
        return removed;
    }

    private static async Task<IReadOnlyList<Abandoned>> FindAsync(DockerSocket docker, CancellationToken cancellation)
    {
        var answer = await docker.GetAsync($"/networks?filters={Filter("label", DockerNetwork.Label)}", cancellation);
        if (!answer.Succeeded)
            return [];

        var found = new List<Abandoned>();
        foreach (var network in answer.Json.AsArray())
        {
            var labels = network!["Labels"];
            if (
                NetworkOwner.FromLabels(label => labels?[label]?.GetValue<string>()) is not { } owner
                || !owner.IsGone()
            )
                continue;
            var blocks = (network["IPAM"]?["Config"]?.AsArray() ?? [])
                .Select(configuration =>
                    IPNetwork.TryParse(configuration?["Subnet"]?.GetValue<string>(), out var block) ? block : default
                )
                .ToList();
            found.Add(new Abandoned(network["Name"]!.GetValue<string>(), owner, blocks));
        }
        return found;
    }

    /// <summary>
    /// Whether any container, running or not, is attached to the network or publishes ports on an instance's address.
    /// </summary>
    private static async Task<bool> IsUsedAsync(DockerSocket docker, Abandoned network, CancellationToken cancellation)
    {
        var all = await docker.GetAsync("/containers/json?all=1", cancellation);
        if (!all.Succeeded)
            return true;
        foreach (var container in all.Json.AsArray())
        {
            var answer = await docker.GetAsync(
                $"/containers/{container!["Id"]!.GetValue<string>()}/json",
                cancellation
            );
            if (answer.NotFound)
                continue;
            if (!answer.Succeeded || IsAttached(answer.Json, network) || Publishes(answer.Json, network))
                return true;
        }
        return false;
    }

    private static bool IsAttached(JsonNode container, Abandoned network) =>
        container["NetworkSettings"]?["Networks"]?[network.Name] is not null;

    private static bool Publishes(JsonNode container, Abandoned network) =>
        (container["HostConfig"]?["PortBindings"] as JsonObject ?? [])
            .SelectMany(port => port.Value as JsonArray ?? [])
            .Any(binding =>
                IPAddress.TryParse(binding?["HostIp"]?.GetValue<string>(), out var address)
                && network.Blocks.Any(block => block.Contains(address))
            );

    private static string Filter(string name, string value) =>
        Uri.EscapeDataString(new JsonObject { [name] = new JsonArray(value) }.ToJsonString());

    private sealed record Abandoned(string Name, NetworkOwner Owner, IReadOnlyList<IPNetwork> Blocks);
}
