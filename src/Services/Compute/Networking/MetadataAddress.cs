using System.Net;
using Microsoft.Extensions.Logging;

namespace Estiba.Compute.Networking;

/// <summary>
/// 169.254.170.2, where containers ask for metadata and credentials, as an address of this host for as long as this is
/// held: what takes it away meanwhile is undone (<see cref="MetadataWatch"/>). Whoever listens on
/// <see cref="EndPoint"/> is asked on the address's port 80.
/// </summary>
/// <remarks>
/// The address is on the loopback interface, so the host reaches it, and containers on every bridge, whose way to
/// anywhere leads through the host. Port 80 is led to another one: a socket there would keep port 80 of all addresses
/// from being published by anybody.
/// </remarks>
public sealed partial class MetadataAddress : IAsyncDisposable
{
    private const string Name = "estiba-metadata";
    private const string Interface = "lo";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly IPAddress _address;
    private readonly IHostShell _shell;
    private readonly MetadataRules _rules;
    private readonly DockerSocket _docker;
    private readonly IDisposable _claim;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private Task _watching = Task.CompletedTask;

    private MetadataAddress(
        IPAddress address,
        IHostShell shell,
        MetadataRules rules,
        DockerSocket docker,
        IDisposable claim,
        ILogger logger
    ) => (_address, _shell, _rules, _docker, _claim, _logger) = (address, shell, rules, docker, claim, logger);

    /// <summary>Where to listen.</summary>
    public static IPEndPoint EndPoint { get; } = new(new IPAddress([169, 254, 170, 2]), 51679);

    /// <summary>Makes it an address of this host.</summary>
    /// <param name="dockerSocket">The Docker Engine's socket, for a process that may not change the network
    /// itself.</param>
    /// <param name="editing">Who changes the network.</param>
    /// <param name="time">Bounds how long that may take.</param>
    /// <param name="logger">Hears when it cannot be given up.</param>
    /// <param name="cancellation">Abandons it.</param>
    /// <exception cref="NetworkException">It cannot be had; the message says why and what to do.</exception>
    public static Task<MetadataAddress> OpenAsync(
        string dockerSocket,
        AddressEditing editing,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation = default
    ) => OpenAsync(Name, EndPoint, dockerSocket, editing, time, logger, cancellation);

    /// <summary>Gives the address up. What cannot be undone is left, and the next to take it finds it done.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
        if (await CloseAsync() is { Length: > 0 } complaint)
            LogLeft(_logger, _address, complaint);
        _docker.Dispose();
        _claim.Dispose();
    }

    /// <summary>As above with any address: a test has one that no platform on this machine has.</summary>
    internal static async Task<MetadataAddress> OpenAsync(
        string name,
        IPEndPoint endPoint,
        string dockerSocket,
        AddressEditing editing,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation,
        IPNetwork? block = null
    )
    {
        var claim = NetworkClaim.TryTake(name)
            ?? throw new NetworkException($"another platform or agent on this host has {endPoint.Address} already");
        var docker = new DockerSocket(dockerSocket, Timeout);
        var kept = false;
        try
        {
            if (
                await DockerNetwork.DefaultBridgeAsync(docker, cancellation) is { } bridge
                && BridgeInterface.Find(bridge) is null
            )
                throw new NetworkException(
                    $"Docker Engine runs in another network namespace: its bridge {bridge} is not an interface of "
                        + "this host"
                );
            var rules = MetadataRules.OfHost(endPoint, Interface, block);
            var address = new MetadataAddress(
                endPoint.Address,
                IHostShell.Choose(editing, docker, name, Timeout, time),
                rules,
                docker,
                claim,
                logger
            );
            await address.BeginAsync(cancellation);
            var watch = new MetadataWatch(
                endPoint,
                rules,
                address._shell,
                MetadataProbe.OfHost(endPoint, Interface),
                time,
                logger
            );
            address._watching = Task.Run(() => watch.RunAsync(address._end.Token), CancellationToken.None);
            kept = true;
            return address;
        }
        finally
        {
            if (!kept)
            {
                docker.Dispose();
                claim.Dispose();
            }
        }
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        var refused = false;
        try
        {
            var complaint = await _shell.RunAsync(_rules.Open, cancellation);
            // What refuses has undone what it did, and what is there is somebody else's.
            refused = complaint.Length > 0;
            if (refused)
                throw new NetworkException(complaint);
            if (BridgeInterface.Find(Interface)?.Singles.Contains(_address) != true)
                throw new NetworkException(
                    $"Docker Engine runs in another network namespace: {_address} was added there, not here"
                );
        }
        catch when (!refused)
        {
            await CloseAsync();
            throw;
        }
    }

    /// <summary>Undoes everything; says what could not be undone.</summary>
    private async Task<string> CloseAsync()
    {
        try
        {
            var complaint = await _shell.RunAsync(_rules.Close, CancellationToken.None);
            if (_shell is HelperContainer helper)
                await helper.RemoveImageAsync(CancellationToken.None);
            return complaint;
        }
        catch (NetworkException failure)
        {
            return failure.Message;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} stays an address of this host: {Reason}")]
    private static partial void LogLeft(ILogger logger, IPAddress address, string reason);
}
