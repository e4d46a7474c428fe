using System.Net;
using Microsoft.Extensions.Logging;

namespace Estiba.Compute.Networking;

/// <summary>
/// 169.254.192.0/18, where containers find the client aliases of Service Connect: addresses of this host for as long as
/// they are held, as <see cref="MetadataAddress"/> is.
/// </summary>
/// <remarks>
/// Whoever listens on <see cref="EndPoint"/> gets the connections to all of them, on every port, and is told by the
/// kernel where each was to go. So no alias keeps anybody from publishing its port, and a new one needs no right.
/// </remarks>
public static class ServiceConnectAddresses
{
    private const string Name = "estiba-connect";
    private static readonly IPNetwork Block = new(new IPAddress([169, 254, 192, 0]), 18);

    /// <summary>Where to listen.</summary>
    public static IPEndPoint EndPoint { get; } = new(new IPAddress([169, 254, 192, 1]), 51680);

    /// <summary>Makes them addresses of this host.</summary>
    /// <param name="dockerSocket">The Docker Engine's socket, for a process that may not change the network
    /// itself.</param>
    /// <param name="editing">Who changes the network.</param>
    /// <param name="time">Bounds how long that may take.</param>
    /// <param name="logger">Hears when they cannot be given up.</param>
    /// <param name="cancellation">Abandons it.</param>
    /// <exception cref="NetworkException">They cannot be had; the message says why and what to do.</exception>
    public static async Task<IAsyncDisposable> OpenAsync(
        string dockerSocket,
        AddressEditing editing,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation = default
    ) => await MetadataAddress.OpenAsync(Name, EndPoint, dockerSocket, editing, time, logger, cancellation, Block);
}
