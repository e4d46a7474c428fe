using System.Net;
using Estiba.Gateway.Health;
using Estiba.Hosting.Health;
using Estiba.Listeners;

namespace Estiba.Gateway;

/// <summary>Where the gateway listens and whom it lets in.</summary>
public sealed record GatewayOptions
{
    /// <summary>The addresses and ports to listen on; port 0 takes any free one.</summary>
    public required IReadOnlyList<IPEndPoint> EndPoints { get; init; }

    /// <summary>The platform's version, as its health answer tells it.</summary>
    public required string Version { get; init; }

    /// <summary>
    /// The account of callers whose key does not name one: anonymous operations, and <see cref="AnyCredentials"/>.
    /// </summary>
    public required string DefaultAccountId { get; init; }

    /// <summary>
    /// Accepts every access key without checking the signature; one of twelve digits is the account. Only possible on
    /// loopback addresses.
    /// </summary>
    public bool AnyCredentials { get; init; }

    /// <summary>
    /// Host names that requests may be addressed to, besides IP addresses; <c>*</c> stands for any labels. A name that
    /// is not listed is refused, so that no web page can reach the platform through a name of its own (DNS rebinding).
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = DefaultAllowedHosts;

    /// <summary>
    /// This machine by its usual names, the host as containers call it, and the registry as images name it.
    /// </summary>
    public static IReadOnlyList<string> DefaultAllowedHosts { get; } =
    ["localhost", "*.localhost", "host.docker.internal", "*.dkr.ecr.*.amazonaws.com", "*.dkr.ecr.*.amazonaws.com.cn"];

    /// <summary>What it proves itself with over TLS; null speaks plain HTTP.</summary>
    public ServerCertificate? Certificate { get; init; }

    /// <summary>What one client may take.</summary>
    public GatewayLimits Limits { get; init; } = new();

    /// <summary>What must work for the platform to be ready; the gateway asks when somebody asks it.</summary>
    public IReadOnlyList<HealthCheck> HealthChecks { get; init; } = [];
}

/// <summary>The gateway's limits.</summary>
public sealed record GatewayLimits
{
    /// <summary>
    /// The largest body of an operation, in bytes, where its service's contract does not say another. The largest that
    /// CloudWatch Logs takes is 1 MiB before JSON's escapes.
    /// </summary>
    public int MaxRequestBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// The largest body of a request that nobody has signed, in bytes: an assertion of SAML, which has at most 100,000
    /// characters, in a form.
    /// </summary>
    public int MaxAnonymousRequestBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// How many bytes the bodies of all operations together may have that are being read or worked on.
    /// </summary>
    public long MaxBodyBytesInFlight { get; init; } = 256L * 1024 * 1024;

    /// <summary>
    /// How fast a body must come, in bytes per second on average, once <see cref="BodyGrace"/> is over.
    /// </summary>
    public double MinBodyBytesPerSecond { get; init; } = 16 * 1024;

    /// <summary>How long a body may come more slowly.</summary>
    public TimeSpan BodyGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a large body may take in all.</summary>
    public TimeSpan BodyDeadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How many connections may be open at once, web sockets apart; null takes it from the process's limit of open
    /// files.
    /// </summary>
    public int? MaxConnections { get; init; }

    /// <summary>How many of them one other machine may have; null is a quarter.</summary>
    public int? MaxConnectionsOfOneAddress { get; init; }

    /// <summary>How many of them this machine itself may have; null is three quarters.</summary>
    public int? MaxConnectionsOfThisMachine { get; init; }

    /// <summary>
    /// How many web sockets may be open at once; null takes it from the process's limit of open files.
    /// </summary>
    public int? MaxSockets { get; init; }

    /// <summary>How long a client may take to send a request's headers.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection is kept open without a request.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long running requests may take to end when the gateway stops.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);
}
