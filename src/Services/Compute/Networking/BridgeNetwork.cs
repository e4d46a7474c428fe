using System.Net;
using Microsoft.Extensions.Logging;

namespace Estiba.Compute.Networking;

/// <summary>
/// Secondary addresses on the bridge of a Docker network. The kernel answers on them for the host and for every
/// container, whatever network it is on, and Docker publishes ports on them, so two instances can publish the same
/// port.
/// </summary>
/// <remarks>
/// Nothing is remembered: each pass looks at the interface, so addresses come back after a reboot or a restart of
/// Docker.
/// </remarks>
internal sealed partial class BridgeNetwork(
    string name,
    string bridge,
    AddressRange range,
    NetworkOwner? owner,
    DockerSocket docker,
    AddressEditor editor,
    IDisposable claim,
    ILogger logger
) : IInstanceNetwork
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>What answered after the last pass: of these, what is missing in the next one was taken away by
    /// somebody else.</summary>
    private IReadOnlySet<IPAddress> _answered = new HashSet<IPAddress>();

    public string Bridge => bridge;

    public AddressRange Range => range;

    public IPAddress? Host { get; } = DockerNetwork.GatewayOf(range.Block);

    public async Task<AddressReport> ApplyAsync(IReadOnlySet<IPAddress> wanted, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var onBridge = wanted.Where(address => !IPAddress.IsLoopback(address)).ToHashSet();
            var present = await PresentAsync(create: onBridge.Count > 0, cancellation);
            var add = onBridge.Except(present).ToList();
            var remove = present.Except(onBridge).ToList();
            var complaint = "";
            var taken = _answered.Where(add.Contains).ToList();
            if (taken.Count > 0)
                LogTaken(logger, string.Join(", ", taken), bridge);
            _answered = new HashSet<IPAddress>();
            if (add.Count + remove.Count > 0)
            {
                complaint = await editor.EditAsync(bridge, add, remove, cancellation);
                present = BridgeInterface.Find(bridge)?.Singles ?? present;
            }
            var answering = wanted
                .Where(address => IPAddress.IsLoopback(address) || present.Contains(address))
                .ToHashSet();
            _answered = answering;
            var missing = wanted.Except(answering).ToList();
            return new AddressReport(
                answering,
                missing.Count == 0 ? null : $"{string.Join(", ", missing)} cannot be added to {bridge}: {complaint}"
            );
        }
        finally
        {
            _one.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        docker.Dispose();
        claim.Dispose();
        _one.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// The instances' addresses on the bridge now. The network is created if it is gone and <paramref name="create"/>.
    /// </summary>
    private async Task<IReadOnlySet<IPAddress>> PresentAsync(bool create, CancellationToken cancellation)
    {
        // The usual pass asks the kernel only; Docker is asked when the bridge is not there.
        if (BridgeInterface.Find(bridge) is { HasBlock: true } usual)
            return usual.Singles;

        if (await DockerNetwork.FindAsync(docker, name, cancellation) is null)
        {
            if (!create)
                return new HashSet<IPAddress>();
            if (await DockerNetwork.TryCreateAsync(docker, name, bridge, range.Block, owner, cancellation) is null)
                throw new NetworkException(
                    $"The block {range.Block} of virtual instances is now used by another Docker network; remove "
                        + "that network"
                );
        }
        return BridgeInterface.Find(bridge)?.Singles
            ?? throw new NetworkException(
                $"The bridge {bridge} of Docker network {name} is not an interface of this host"
            );
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Another program took {Addresses} away from {Bridge}: they are put back"
    )]
    private static partial void LogTaken(ILogger logger, string addresses, string bridge);
}
