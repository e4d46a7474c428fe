using Estiba.Compute.Networking;
using Estiba.Hosting.Controllers;

namespace Estiba.Compute.Instances;

/// <summary>
/// Puts addresses back that something else took from the host: a reboot, a restart of Docker, a person.
/// </summary>
internal sealed class AddressReconciler(HostAddresses addresses) : IReconciler<string>
{
    /// <summary>The one key: all addresses are looked at together.</summary>
    public const string Key = "addresses";

    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        if ((await addresses.ApplyAsync(cancellation)).Complaint is { } complaint)
            throw new NetworkException(complaint);
        return null;
    }
}
