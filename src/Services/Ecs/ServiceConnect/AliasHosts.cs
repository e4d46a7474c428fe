using System.Net;
using Estiba.Dns.Names;
using Estiba.State;

namespace Estiba.Ecs.ServiceConnect;

/// <summary>
/// The names of client aliases, for the platform's name server: containers that were created before an alias find it
/// there, and those that were created later in their hosts file.
/// </summary>
/// <param name="store">The state.</param>
internal sealed class AliasHosts(Store store) : INameSource
{
    /// <summary>A name has another address only when the namespace that it was of does not have it any more.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public NameAnswer? Find(string name) =>
        ServiceConnectName.AnsweredAddress(store.Current, name) is { } address
            ? new NameAnswer(name, [new AddressRecord(IPAddress.Parse(address)) { TimeToLive = Remembered }])
            : null;

    /// <inheritdoc/>
    /// <remarks>None: programs on a host that are no tasks are not admitted to aliases.</remarks>
    public IEnumerable<HostEntry> Hosts() => [];
}
