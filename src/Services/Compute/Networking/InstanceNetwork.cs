using System.Net;
using Microsoft.Extensions.Logging;

namespace Estiba.Compute.Networking;

/// <summary>Finds out what this host permits and opens the network of virtual instances accordingly.</summary>
public static partial class InstanceNetwork
{
    private const int MostPlatforms = 16;

    /// <summary>Linux allows no more.</summary>
    private const int LongestInterfaceName = 15;

    /// <summary>
    /// Opens the network: a bridge where Docker answers (or is installed and stopped at the moment) and addresses can
    /// be added, otherwise loopback addresses.
    /// </summary>
    /// <exception cref="NetworkException"><see cref="InstanceNetworkMode.Bridge"/> is asked for and impossible here;
    /// the message says why.</exception>
    public static async Task<IInstanceNetwork> OpenAsync(
        InstanceNetworkOptions options,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation = default
    )
    {
        if (options.Mode == InstanceNetworkMode.Loopback)
            return new LoopbackNetwork();

        var docker = new DockerSocket(options.DockerSocket, options.Timeout);
        var kept = false;
        try
        {
            var network = await OpenBridgeAsync(docker, options, time, logger, cancellation);
            kept = true;
            LogBridge(logger, network.Range.Block);
            return network;
        }
        catch (NetworkException reason) when (options.Mode == InstanceNetworkMode.Automatic)
        {
            LogLoopback(logger, reason.Message);
            return new LoopbackNetwork(reason.Message);
        }
        finally
        {
            if (!kept)
                docker.Dispose();
        }
    }

    private static async Task<IInstanceNetwork> OpenBridgeAsync(
        DockerSocket docker,
        InstanceNetworkOptions options,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var (mine, claim) = Claim(options);
        var kept = false;
        try
        {
            var editor = new AddressEditor(
                IHostShell.Choose(mine.Editing, docker, mine.Name, mine.Timeout, time),
                SystemCommands.Find("ip", "iproute2")
            );
            var answers = await docker.AnswersAsync(cancellation);
            var found = answers
                ? await DockerNetwork.FindAsync(docker, mine.Name, cancellation)
                    ?? await CreateAsync(docker, mine, cancellation)
                : Foresee(mine);
            if (answers && BridgeInterface.Find(found.Bridge) is null)
                throw new NetworkException(
                    $"Docker Engine runs in another network namespace: its bridge {found.Bridge} is not an "
                        + "interface of this host"
                );

            var network = new BridgeNetwork(
                found.Name,
                found.Bridge,
                AddressRange.OfBridge(found.Block),
                OwnerOf(mine),
                docker,
                editor,
                claim,
                logger
            );
            if (answers && editor.Shell is HelperContainer)
                await TryOutAsync(network, cancellation);
            kept = true;
            return network;
        }
        finally
        {
            if (!kept)
                claim.Dispose();
        }
    }

    /// <summary>
    /// The first network name that no other platform on this host uses: estiba, estiba-1, estiba-2, ...
    /// </summary>
    private static (InstanceNetworkOptions Mine, IDisposable Claim) Claim(InstanceNetworkOptions options)
    {
        for (var number = 0; number < MostPlatforms; number++)
        {
            var mine = number == 0 ? options : Numbered(options, $"-{number}");
            if (NetworkClaim.TryTake(mine.Name) is { } claim)
                return (mine, claim);
        }
        throw new NetworkException(
            $"{MostPlatforms} platforms on this host have a network of virtual instances already"
        );
    }

    private static InstanceNetworkOptions Numbered(InstanceNetworkOptions options, string suffix) =>
        options with
        {
            Name = options.Name + suffix,
            Bridge = options.Bridge[..Math.Min(options.Bridge.Length, LongestInterfaceName - suffix.Length)] + suffix,
        };

    /// <summary>
    /// Docker is stopped but will be back: the network that it is going to have. Until then
    /// <see cref="IInstanceNetwork.ApplyAsync"/> says so.
    /// </summary>
    private static DockerNetwork Foresee(InstanceNetworkOptions options)
    {
        if (!DockerIsInstalled())
            throw new NetworkException($"Docker Engine does not answer at {options.DockerSocket} and is not installed");
        return FreeCandidates(options)
            .Select(block => new DockerNetwork(options.Name, options.Bridge, block))
            .FirstOrDefault()
            ?? throw NoneFree(options);
    }

    /// <summary>
    /// Whether a helper container may add addresses shows only when it does; user namespaces, for instance, forbid it.
    /// </summary>
    private static async Task TryOutAsync(BridgeNetwork network, CancellationToken cancellation)
    {
        if (BridgeInterface.Find(network.Bridge)?.Singles.Count > 0)
            return;

        var last = AddressRange.Zones - 1;
        var probe = network.Range.Address(last, network.Range.CapacityOf(last) - 1);
        if ((await network.ApplyAsync(new HashSet<IPAddress> { probe }, cancellation)).Complaint is { } complaint)
            throw new NetworkException(complaint);
    }

    private static async Task<DockerNetwork> CreateAsync(
        DockerSocket docker,
        InstanceNetworkOptions options,
        CancellationToken cancellation
    )
    {
        if (await TryCreateAsync(docker, options, cancellation) is { } network)
            return network;
        if (
            await AbandonedNetworks.RemoveAsync(docker, cancellation)
            && await TryCreateAsync(docker, options, cancellation) is { } afterwards
        )
            return afterwards;
        throw NoneFree(options);
    }

    private static async Task<DockerNetwork?> TryCreateAsync(
        DockerSocket docker,
        InstanceNetworkOptions options,
        CancellationToken cancellation
    )
    {
        foreach (var block in FreeCandidates(options))
        {
            if (
                await DockerNetwork.TryCreateAsync(
                    docker,
                    options.Name,
                    options.Bridge,
                    block,
                    OwnerOf(options),
                    cancellation
                ) is
                { } network
            )
                return network;
        }
        return null;
    }

    private static IEnumerable<IPNetwork> FreeCandidates(InstanceNetworkOptions options)
    {
        var routes = HostRoutes.Read().Where(route => route.Interface != options.Bridge).ToList();
        return options.Candidates.Where(candidate =>
            !routes.Exists(route => HostRoutes.Overlap(route.Destination, candidate))
        );
    }

    private static NetworkException NoneFree(InstanceNetworkOptions options) =>
        new(
            $"Networks and routes of this host overlap all of {string.Join(", ", options.Candidates)}"
                + ". Networks of other platforms are among those of "
                + $"'docker network ls --filter label={DockerNetwork.Label}'; 'docker network rm' takes away one "
                + "that is not needed any more"
        );

    private static NetworkOwner? OwnerOf(InstanceNetworkOptions options) =>
        options.DataDirectory is { } directory ? NetworkOwner.Of(directory) : null;

    private static bool DockerIsInstalled() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Append("/usr/sbin")
            .Append("/usr/bin")
            .Any(folder => File.Exists(Path.Combine(folder, "dockerd")));

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Virtual instances get addresses of {Block}, which this host and its containers reach while "
            + "Docker Engine runs"
    )]
    private static partial void LogBridge(ILogger logger, IPNetwork block);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Virtual instances get addresses of 127.66.0.0/16, which only this host reaches: {Reason}"
    )]
    private static partial void LogLoopback(ILogger logger, string reason);
}
