using System.Net;

namespace Estiba.Compute.Networking;

/// <summary>Adds addresses to an interface of the host and takes them away, with the host's iproute2.</summary>
/// <param name="shell">Where it is run.</param>
/// <param name="ip">The command ip.</param>
internal sealed class AddressEditor(IHostShell shell, string ip)
{
    /// <summary>Where it is run.</summary>
    public IHostShell Shell => shell;

    /// <summary>
    /// Carries out all edits, going on after one that fails: the address may be there or gone already. The caller looks
    /// at what came of it.
    /// </summary>
    /// <returns>What the command said, for a message; empty when everything went well.</returns>
    public Task<string> EditAsync(
        string bridge,
        IReadOnlyCollection<IPAddress> add,
        IReadOnlyCollection<IPAddress> remove,
        CancellationToken cancellation
    ) => shell.RunAsync($"{ip} -force -batch - <<'END'\n{Batch(bridge, add, remove)}END\n", cancellation);

    /// <summary>
    /// /32: the bridge's own prefix routes the block already, a second one would only compete with it.
    /// </summary>
    internal static string Batch(string bridge, IEnumerable<IPAddress> add, IEnumerable<IPAddress> remove) =>
        string.Concat(
            add.Select(address => $"address add {address}/32 dev {bridge}\n")
                .Concat(remove.Select(address => $"address delete {address}/32 dev {bridge}\n"))
        );
}
