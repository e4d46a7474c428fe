using System.Net;
using Estiba.Compute.Networking;
using Estiba.State;

namespace Estiba.Compute.Instances;

/// <summary>
/// Keeps the host's addresses equal to those that instances and network interfaces in the store need.
/// </summary>
internal sealed class HostAddresses(Store store, IInstanceNetwork network) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <inheritdoc cref="IInstanceNetwork.ApplyAsync"/>
    public async Task<AddressReport> ApplyAsync(CancellationToken cancellation)
    {
        // What is wanted is read with the place taken: an older wish must not undo a newer one.
        await _one.WaitAsync(cancellation);
        try
        {
            var view = store.Current;
            var wanted = view.Where(ComputeTables.Instances, ComputeTables.Live, ComputeTables.LiveKey)
                .Where(instance => instance.Address is not null && InstanceStates.NeedsAddress(instance.State))
                .Select(instance => instance.Address!)
                .Concat(view.Range(ComputeTables.NetworkInterfaces).Select(each => each.Address))
                .Select(IPAddress.Parse)
                .ToHashSet();
            return await network.ApplyAsync(wanted, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
