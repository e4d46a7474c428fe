using System.Net;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Machines;

namespace Estiba.Platforms;

/// <summary>Which engine runs the containers of virtual instances.</summary>
internal enum EngineKind
{
    /// <summary>Docker Engine, over its socket.</summary>
    Docker,

    /// <summary>One that only pretends: for tests of APIs, and for scale.</summary>
    Simulated,

    /// <summary>None: there are no virtual instances, only hosts that join.</summary>
    None,
}

/// <summary>What makes one platform this one.</summary>
internal sealed record PlatformConfiguration
{
    /// <summary>Where everything is kept.</summary>
    internal required DataLayout Data { get; init; }

    /// <summary>The port on which every service answers.</summary>
    internal int Port { get; init; } = PlatformOptions.DefaultPort;

    /// <summary>The address to listen on; null is this machine only.</summary>
    internal IPAddress? Bind { get; init; }

    /// <summary>The address or name that other machines reach it at; null where only this machine does.</summary>
    internal string? Advertise { get; init; }

    /// <summary>What it proves itself with over TLS; null speaks plain HTTP.</summary>
    internal CertificateFiles? Certificate { get; init; }

    /// <summary>Starts without what is missing or damaged in the data directory.</summary>
    internal bool AcceptsLoss { get; init; }

    /// <summary>Takes over the containers of the platform that the data directory is a copy of.</summary>
    internal bool TakesOver { get; init; }

    /// <summary>What runs containers.</summary>
    internal EngineKind Engine { get; init; }

    /// <summary>Whether there can be virtual instances.</summary>
    internal bool HasVirtualInstances => Engine != EngineKind.None;

    /// <summary>What makes the machines that instances of EC2 are; null where they are none.</summary>
    internal InstanceHookOptions? InstanceHook { get; init; }

    /// <summary>How many virtual instances to start in the cluster <c>default</c> when there are none yet.</summary>
    internal int Instances { get; init; }

    /// <summary>What containers may do to this machine, and to hosts whose agent does not say it itself.</summary>
    internal HostAccess HostAccess { get; init; } = HostAccess.Nothing;

    /// <summary>
    /// Where virtual instances find environment files, an absolute path; null is the place in the data directory.
    /// </summary>
    internal string? EnvironmentFiles { get; init; }

    /// <summary>Accepts any access key, on loopback only.</summary>
    internal bool AnyCredentials { get; init; }

    /// <summary>The account of the first key, twelve digits; null makes one up at the first start.</summary>
    internal string? AccountId { get; init; }

    /// <summary>The region that is used where none is named.</summary>
    internal string Region { get; init; } = PlatformOptions.DefaultRegion;

    /// <summary>How long a host may be silent before it counts as lost; null for the usual time.</summary>
    internal TimeSpan? HostsLostAfter { get; init; }

    /// <summary>
    /// How long a task without a health check must run before it counts as healthy; null for the usual time.
    /// </summary>
    internal TimeSpan? HealthyAfter { get; init; }

    /// <summary>
    /// Where queries for names are answered too, beside the network of virtual instances; null for nowhere else.
    /// </summary>
    internal IPEndPoint? Dns { get; init; }

    /// <summary>The hosts file that has the names of load balancers as well, an absolute path; null for none.</summary>
    internal string? HostsFile { get; init; }

    /// <summary>Docker Engine's address, as in <c>DOCKER_HOST</c>; null for the usual socket.</summary>
    internal string? DockerHost { get; init; }

    /// <summary>The program of the console, an absolute path, whether it is there or not.</summary>
    internal string ConsoleProgram { get; init; } = Consoles.ConsoleProgram.UsualPath;

    /// <summary>Where customers reach it.</summary>
    internal Uri Endpoint => new($"{Scheme}://{Registry}");

    /// <summary>
    /// Host and port of the registry. Docker speaks plain HTTP with <c>localhost</c>, whatever that resolves to.
    /// </summary>
    internal string Registry => Advertise is null ? $"localhost:{Port}" : Advertised;

    /// <summary>Where agents find the web sockets.</summary>
    internal Uri AgentEndpoint =>
        new($"{Scheme}://{(Advertise is null ? $"{new IPEndPoint(IPAddress.Loopback, Port)}" : Advertised)}");

    private string Scheme => Certificate is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;

    private string Advertised =>
        IPAddress.TryParse(Advertise, out var address) ? $"{new IPEndPoint(address, Port)}" : $"{Advertise}:{Port}";

    /// <summary>The addresses to listen on.</summary>
    internal IReadOnlyList<IPEndPoint> EndPoints =>
        Bind is { } address
            ? [new IPEndPoint(address, Port)]
            : [.. HostAddresses.Loopback().Select(loopback => new IPEndPoint(loopback, Port))];
}

/// <summary>A server's certificate, as PEM files.</summary>
/// <param name="Certificate">The server's certificate, and those between it and its authority.</param>
/// <param name="Key">Its private key.</param>
/// <param name="Authority">The authority that clients have to be told; null where machines know it.</param>
internal sealed record CertificateFiles(string Certificate, string Key, string? Authority);
