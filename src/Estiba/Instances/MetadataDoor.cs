using Estiba.Agent.Metadata;
using Estiba.Compute.Networking;
using Microsoft.Extensions.Logging;

namespace Estiba.Instances;

/// <summary>The task metadata endpoint of this process's agents, at its address, where that can be had.</summary>
internal sealed class MetadataDoor : IAsyncDisposable
{
    private readonly MetadataAddress? _address;
    private readonly TaskMetadataServer? _server;

    private MetadataDoor(TaskMetadataEndpoint? endpoint, MetadataAddress? address, TaskMetadataServer? server) =>
        (Endpoint, _address, _server) = (endpoint, address, server);

    /// <summary>
    /// What answers; null where the address cannot be had: then tasks with a task role wait for an instance that has
    /// it.
    /// </summary>
    internal TaskMetadataEndpoint? Endpoint { get; }

    /// <summary>Whether the address is this process's, so that containers reach whatever else listens there.</summary>
    internal bool HasAddress => _address is not null;

    /// <summary>For containers that only pretend: nobody will ask.</summary>
    internal static MetadataDoor Pretended() => new(new TaskMetadataEndpoint(), address: null, server: null);

    /// <summary>Takes the address and listens, or says why not.</summary>
    internal static async Task<MetadataDoor> OpenAsync(
        string dockerSocket,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellation
    )
    {
        var logger = loggers.CreateLogger("Estiba.Agent");
        MetadataAddress? address = null;
        try
        {
            address = await MetadataAddress.OpenAsync(
                dockerSocket,
                AddressEditing.Automatic,
                time,
                logger,
                cancellation
            );
            var endpoint = new TaskMetadataEndpoint();
            var server = await TaskMetadataServer.StartAsync(endpoint, MetadataAddress.EndPoint, loggers, cancellation);
            InstanceLog.HasMetadata(logger, MetadataAddress.EndPoint.Address);
            return new MetadataDoor(endpoint, address, server);
        }
        catch (Exception reason)
        {
            if (address is not null)
                await address.DisposeAsync();
            if (reason is not (NetworkException or IOException))
                throw;
            InstanceLog.HasNoMetadata(logger, MetadataAddress.EndPoint.Address, reason.Message);
            return new MetadataDoor(endpoint: null, address: null, server: null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        if (_address is not null)
            await _address.DisposeAsync();
    }
}
