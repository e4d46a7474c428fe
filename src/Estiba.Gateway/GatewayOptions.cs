using System.Net;

namespace Estiba.Gateway;

/// <summary>Where the gateway listens and whom it lets in.</summary>
public sealed record GatewayOptions
{
    /// <summary>The addresses and ports to listen on; port 0 takes any free one.</summary>
    public required IReadOnlyList<IPEndPoint> EndPoints { get; init; }

    /// <summary>The platform's version, as its health answer tells it.</summary>
    public required string Version { get; init; }

    /// <summary>The account of callers whose key does not name one: anonymous operations, and <see cref="AnyCredentials"/>.</summary>
    public required string DefaultAccountId { get; init; }

    /// <summary>
    /// Accepts every access key without checking the signature; one of twelve digits is the account. Only possible on loopback addresses.
    /// </summary>
    public bool AnyCredentials { get; init; }

    /// <summary>
    /// Host names that requests may be addressed to, besides IP addresses; <c>*</c> stands for any labels. A name that is not listed is
    /// refused, so that no web page can reach the platform through a name of its own (DNS rebinding).
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = DefaultAllowedHosts;

    /// <summary>This machine by its usual names, the host as containers call it, and the registry as images name it.</summary>
    public static IReadOnlyList<string> DefaultAllowedHosts { get; } =
        ["localhost", "*.localhost", "host.docker.internal", "*.dkr.ecr.*.amazonaws.com"];

    /// <summary>What it proves itself with over TLS; null speaks plain HTTP.</summary>
    public ServerCertificate? Certificate { get; init; }

    /// <summary>What one client may take.</summary>
    public GatewayLimits Limits { get; init; } = new();
}

/// <summary>The gateway's limits.</summary>
public sealed record GatewayLimits
{
    /// <summary>The largest body of an operation, in bytes. The largest that CloudWatch Logs takes is 1 MiB before JSON's escapes.</summary>
    public int MaxRequestBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>The largest body of an operation of ECR, in bytes: 20 MiB of a layer, in Base64, and what is around it.</summary>
    public int MaxLayerRequestBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How many connections may be open at once, web sockets apart.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>How long a client may take to send a request's headers.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection is kept open without a request.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long running requests may take to end when the gateway stops.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);
}
