using System.Net;
using Microsoft.Extensions.Logging;

namespace Estiba.Compute.Networking;

/// <summary>
/// 169.254.170.2, where containers ask for metadata and credentials, as an address of this host for as long as this is held. Whoever listens on <see cref="EndPoint"/>
/// is asked on the address's port 80.
/// </summary>
/// <remarks>
/// The address is on the loopback interface, so the host reaches it, and containers on every bridge, whose way to anywhere leads through the host. Port 80 is
/// led to another one: a socket there would keep port 80 of all addresses from being published by anybody.
/// </remarks>
public sealed partial class MetadataAddress : IAsyncDisposable
{
    private const string Name = "estiba-metadata";
    private const string Interface = "lo";
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    private readonly IHostShell _shell;
    private readonly MetadataRules _rules;
    private readonly DockerSocket _docker;
    private readonly IDisposable _claim;
    private readonly ILogger _logger;

    private MetadataAddress(IHostShell shell, MetadataRules rules, DockerSocket docker, IDisposable claim, ILogger logger) =>
        (_shell, _rules, _docker, _claim, _logger) = (shell, rules, docker, claim, logger);

    /// <summary>Where to listen.</summary>
    public static IPEndPoint EndPoint { get; } = new(new IPAddress([169, 254, 170, 2]), 51679);

    /// <summary>Makes it an address of this host.</summary>
    /// <param name="dockerSocket">The Docker Engine's socket, for a process that may not change the network itself.</param>
    /// <param name="editing">Who changes the network.</param>
    /// <param name="time">Bounds how long that may take.</param>
    /// <param name="logger">Hears when it cannot be given up.</param>
    /// <param name="cancellation">Abandons it.</param>
    /// <exception cref="NetworkException">It cannot be had; the message says why and what to do.</exception>
    public static async Task<MetadataAddress> OpenAsync(string dockerSocket, AddressEditing editing, TimeProvider time, ILogger logger, CancellationToken cancellation = default)
    {
        var claim = NetworkClaim.TryTake(Name) ?? throw new NetworkException($"another platform or agent on this host has {EndPoint.Address} already");
        var docker = new DockerSocket(dockerSocket, s_timeout);
        var kept = false;
        try
        {
            var rules = MetadataRules.OfHost(EndPoint, Interface);
            var address = new MetadataAddress(IHostShell.Choose(editing, docker, Name, s_timeout, time), rules, docker, claim, logger);
            if (await address._shell.RunAsync(rules.Open, cancellation) is { Length: > 0 } complaint) throw new NetworkException(complaint);
            if (BridgeInterface.Find(Interface)?.Singles.Contains(EndPoint.Address) != true)
                throw new NetworkException($"Docker Engine runs in another network namespace: {EndPoint.Address} was added there, not here");
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

    /// <summary>Gives the address up. What cannot be undone is left, and the next to take it finds it done.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (await _shell.RunAsync(_rules.Close, CancellationToken.None) is { Length: > 0 } complaint) LogLeft(_logger, EndPoint.Address, complaint);
            if (_shell is HelperContainer helper) await helper.RemoveImageAsync(CancellationToken.None);
        }
        catch (NetworkException failure)
        {
            LogLeft(_logger, EndPoint.Address, failure.Message);
        }

        _docker.Dispose();
        _claim.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} stays an address of this host: {Reason}")]
    private static partial void LogLeft(ILogger logger, IPAddress address, string reason);
}
