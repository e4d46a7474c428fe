using System.Net;

namespace Estiba.Compute.Networking;

/// <summary>Adds addresses to an interface of the host and takes them away.</summary>
internal interface IAddressEditor
{
    /// <summary>Carries out all edits, going on after one that fails: the address may be there or gone already. The caller looks at what came of it.</summary>
    /// <returns>What the command said, for a message; empty when everything went well.</returns>
    Task<string> EditAsync(string bridge, IReadOnlyCollection<IPAddress> add, IReadOnlyCollection<IPAddress> remove, CancellationToken cancellation);
}

/// <summary>The input of <c>ip -batch</c>.</summary>
internal static class IpBatch
{
    /// <summary>/32: the bridge's own prefix routes the block already, a second one would only compete with it.</summary>
    public static string Of(string bridge, IEnumerable<IPAddress> add, IEnumerable<IPAddress> remove) => string.Concat(
        add.Select(address => $"address add {address}/32 dev {bridge}\n")
            .Concat(remove.Select(address => $"address delete {address}/32 dev {bridge}\n")));

    /// <summary>Where distributions put iproute2; an ordinary user's PATH often lacks the sbin folders.</summary>
    public static string? FindCommand() =>
        Array.Find(s_places, File.Exists);

    private static readonly string[] s_places = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"];
}
