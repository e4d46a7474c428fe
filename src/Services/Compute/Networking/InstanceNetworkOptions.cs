using System.Net;

namespace Estiba.Compute.Networking;

/// <summary>How virtual instances get their addresses.</summary>
public enum InstanceNetworkMode
{
    /// <summary>A bridge where this host permits it, otherwise loopback addresses.</summary>
    Automatic,

    /// <summary>Addresses on a bridge of Docker's; opening fails where that is impossible.</summary>
    Bridge,

    /// <summary>
    /// Addresses of 127.66.0.0/16, which only the host itself reaches. Needs nothing; right for the simulated engine.
    /// </summary>
    Loopback,
}

/// <summary>Who changes the host's network.</summary>
public enum AddressEditing
{
    /// <summary>This process where it may, otherwise a helper container.</summary>
    Automatic,

    /// <summary>This process, with the host's commands; needs NET_ADMIN.</summary>
    Process,

    /// <summary>
    /// A short-lived container with NET_ADMIN in the host's network, running the host's own commands.
    /// </summary>
    HelperContainer,
}

/// <summary>Settings of the network of virtual instances.</summary>
public sealed record InstanceNetworkOptions
{
    /// <summary>How instances get their addresses.</summary>
    public InstanceNetworkMode Mode { get; init; } = InstanceNetworkMode.Automatic;

    /// <summary>Who adds addresses to the bridge.</summary>
    public AddressEditing Editing { get; init; } = AddressEditing.Automatic;

    /// <summary>The Docker network's name.</summary>
    public string Name { get; init; } = "estiba";

    /// <summary>The network's bridge, an interface name of at most 15 characters.</summary>
    public string Bridge { get; init; } = "estiba0";

    /// <summary>
    /// The directory in which the platform keeps everything, written on the network: when it is deleted, another
    /// platform that finds no free block may take the network away. Null for a network that is never taken away.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>The Docker Engine's socket.</summary>
    public string DockerSocket { get; init; } = "/var/run/docker.sock";

    /// <summary>
    /// Blocks to try in this order; the first that no route and no other Docker network of this host overlaps is taken.
    /// /20 or larger.
    /// </summary>
    public IReadOnlyList<IPNetwork> Candidates { get; init; } =
    [
        IPNetwork.Parse("10.66.0.0/16"),
        IPNetwork.Parse("10.166.0.0/16"),
        IPNetwork.Parse("172.30.0.0/16"),
        IPNetwork.Parse("172.22.0.0/16"),
        IPNetwork.Parse("198.18.0.0/16"),
    ];

    /// <summary>How long one request to Docker or one command may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);
}
