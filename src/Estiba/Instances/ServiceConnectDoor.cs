using Estiba.Agent.ServiceConnect;
using Estiba.Compute.Networking;
using Microsoft.Extensions.Logging;

namespace Estiba.Instances;

/// <summary>
/// The proxy of Service Connect of this process's agents, behind the addresses of client aliases, where they can be
/// had.
/// </summary>
internal sealed class ServiceConnectDoor : IAsyncDisposable
{
    private readonly IAsyncDisposable? _addresses;

    private ServiceConnectDoor(ServiceConnectProxy? proxy, IAsyncDisposable? addresses) =>
        (Proxy, _addresses) = (proxy, addresses);

    /// <summary>
    /// What carries connections; null where the addresses cannot be had: then tasks that use Service Connect wait for
    /// an instance that has them.
    /// </summary>
    internal ServiceConnectProxy? Proxy { get; }

    /// <summary>For containers that only pretend: nobody will connect.</summary>
    internal static ServiceConnectDoor Pretended(TimeProvider time, ILoggerFactory loggers) =>
        new(ServiceConnectProxy.Pretended(time, loggers), addresses: null);

    /// <summary>Takes the addresses and listens, or says why not.</summary>
    internal static async Task<ServiceConnectDoor> OpenAsync(
        string dockerSocket,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellation
    )
    {
        var logger = loggers.CreateLogger("Estiba.Agent");
        IAsyncDisposable? addresses = null;
        try
        {
            addresses = await ServiceConnectAddresses.OpenAsync(
                dockerSocket,
                AddressEditing.Automatic,
                time,
                logger,
                cancellation
            );
            var proxy = ServiceConnectProxy.Start(ServiceConnectAddresses.EndPoint, time, loggers);
            return new ServiceConnectDoor(proxy, addresses);
        }
        catch (Exception reason)
        {
            if (addresses is not null)
                await addresses.DisposeAsync();
            if (reason is not (NetworkException or IOException))
                throw;
            InstanceLog.HasNoServiceConnect(logger, ServiceConnectAddresses.EndPoint.Address, reason.Message);
            return new ServiceConnectDoor(proxy: null, addresses: null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Proxy is not null)
            await Proxy.DisposeAsync();
        if (_addresses is not null)
            await _addresses.DisposeAsync();
    }
}
