namespace Estiba.Engines;

/// <summary>The engine's product version and the API version spoken with it.</summary>
public sealed record EngineVersion(
    string Version,
    string ApiVersion,
    string MinimumApiVersion,
    string OperatingSystem,
    string Architecture
);

/// <summary>What the engine says of its host.</summary>
public sealed record EngineInformation
{
    /// <summary>The host's name.</summary>
    public required string Name { get; init; }

    /// <summary>Processors that containers may use.</summary>
    public required int Processors { get; init; }

    /// <summary>Memory in bytes.</summary>
    public required long Memory { get; init; }

    /// <summary>The kernel's release.</summary>
    public string KernelVersion { get; init; } = "";

    /// <summary>The operating system in words, such as <c>Debian GNU/Linux 12 (bookworm)</c>.</summary>
    public string OperatingSystem { get; init; } = "";

    /// <summary>Security options such as <c>name=apparmor</c>.</summary>
    public IReadOnlyList<string> SecurityOptions { get; init; } = [];

    /// <summary>Where the engine keeps what it has; empty where it does not say.</summary>
    public string RootDirectory { get; init; } = "";

    /// <summary>Log drivers that containers may name.</summary>
    public IReadOnlyList<string> LogDrivers { get; init; } = [];

    /// <summary>Volume drivers that volumes may name.</summary>
    public IReadOnlyList<string> VolumeDrivers { get; init; } = [];
}

/// <summary>Who pulls from a registry: a name and password, as <c>docker login</c> takes them.</summary>
public sealed record RegistryCredentials(string Username, string Password, string ServerAddress)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Username}@{ServerAddress}";
}

/// <summary>How far one layer of a pull has come. Bytes are 0 where the engine does not say.</summary>
public readonly record struct PullProgress(string Layer, string Status, long CurrentBytes, long TotalBytes);

/// <summary>One image: its id, its names and what containers of it inherit.</summary>
public sealed record ImageInspection
{
    /// <summary>The digest of its configuration: <c>sha256:…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Names with tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Names with the digest under which a registry knows it.</summary>
    public IReadOnlyList<string> Digests { get; init; } = [];

    /// <summary>Bytes on disk.</summary>
    public long Size { get; init; }

    /// <summary>Ports that the image declares, as <c>80/tcp</c>.</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];
}

/// <summary>One line of the engine's image list.</summary>
public sealed record ImageSummary(
    string Id,
    IReadOnlyList<string> Tags,
    IReadOnlyList<string> Digests,
    DateTimeOffset CreatedAt,
    long Size
);

/// <summary>The engine's word for the state of a container.</summary>
public enum ContainerStatus
{
    /// <summary>Created and never started.</summary>
    Created,

    /// <summary>Its first process runs.</summary>
    Running,

    /// <summary>Frozen.</summary>
    Paused,

    /// <summary>The engine itself is restarting it.</summary>
    Restarting,

    /// <summary>Being removed.</summary>
    Removing,

    /// <summary>Its first process has ended.</summary>
    Exited,

    /// <summary>Half removed; it can only be removed again.</summary>
    Dead,
}

/// <summary>The engine's word on a container's health check.</summary>
public enum HealthState
{
    /// <summary>It has no health check.</summary>
    None,

    /// <summary>Within its start period, or not checked yet.</summary>
    Starting,

    /// <summary>The last check passed.</summary>
    Healthy,

    /// <summary>As many checks in a row failed as were allowed.</summary>
    Unhealthy,
}

/// <summary>One port of a container that is published on the host.</summary>
public sealed record PublishedPort(int ContainerPort, string Protocol, string HostAddress, int HostPort);

/// <summary>One container as the engine describes it.</summary>
public sealed record ContainerInspection
{
    /// <summary>64 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Without the leading slash.</summary>
    public required string Name { get; init; }

    /// <summary>The image as the definition names it.</summary>
    public required string Image { get; init; }

    /// <summary>The image's own id.</summary>
    public required string ImageId { get; init; }

    /// <summary>Its state now.</summary>
    public required ContainerStatus Status { get; init; }

    /// <summary>What the first process returned; 0 while it runs. 128 plus the signal when a signal ended it.</summary>
    public int ExitCode { get; init; }

    /// <summary>The kernel ended a process of it for want of memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>Why it could not be started, in the engine's words; empty otherwise.</summary>
    public string Error { get; init; } = "";

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last started; null if never.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it last stopped; null if never.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The health check's verdict.</summary>
    public HealthState Health { get; init; }

    /// <summary>What the last health check printed.</summary>
    public string HealthOutput { get; init; } = "";

    /// <summary>When the last health check ended; null without one.</summary>
    public DateTimeOffset? HealthCheckedAt { get; init; }

    /// <summary>The health check is switched on, in the definition or by the image.</summary>
    public bool HasHealthCheck { get; init; }

    /// <summary>All labels, those of the image included.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Ports published on the host; known while it runs.</summary>
    public IReadOnlyList<PublishedPort> Ports { get; init; } = [];

    /// <summary>It has a pseudo terminal, so that its output is one stream.</summary>
    public bool Terminal { get; init; }

    /// <summary>The network mode of its host configuration.</summary>
    public string NetworkMode { get; init; } = "";

    /// <summary>Addresses by network name.</summary>
    public IReadOnlyDictionary<string, string> Addresses { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Volumes and directories of the host that it sees.</summary>
    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];
}

/// <summary>A volume, or a directory of the host without a name, as a container sees it.</summary>
public sealed record ContainerMount(string Name, string Source, string Destination);

/// <summary>One line of the engine's container list.</summary>
public sealed record ContainerSummary(
    string Id,
    string Name,
    string Image,
    string ImageId,
    ContainerStatus Status,
    DateTimeOffset CreatedAt,
    IReadOnlyDictionary<string, string> Labels
)
{
    /// <summary>Docker's word for its network: <c>default</c>, <c>host</c> or a network's name.</summary>
    public string NetworkMode { get; init; } = "";

    /// <summary>Its addresses, in any network; none while it does not run.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
}

/// <summary>Something happened to a container.</summary>
/// <param name="Action">Docker's word: <c>create</c>, <c>start</c>, <c>die</c>, <c>oom</c>, <c>destroy</c>,
/// <c>health_status: healthy</c>…</param>
/// <param name="Container">Its id.</param>
/// <param name="Labels">Its labels, and whatever else the engine attached.</param>
/// <param name="At">When.</param>
public sealed record EngineEvent(
    string Action,
    string Container,
    IReadOnlyDictionary<string, string> Labels,
    DateTimeOffset At
);

/// <summary>Which part of a container's output is wanted.</summary>
public sealed record LogsQuery
{
    /// <summary>Goes on until the container stops.</summary>
    public bool Follow { get; init; }

    /// <summary>Lines at or after this time; null from the beginning.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only this many of the last lines; null all.</summary>
    public int? Tail { get; init; }

    /// <summary>
    /// Whether the container has a pseudo terminal, which changes how its output is framed; null lets the engine be
    /// asked.
    /// </summary>
    public bool? Terminal { get; init; }
}

/// <summary>One line of output without its line break.</summary>
public readonly record struct LogLine(DateTimeOffset At, ReadOnlyMemory<byte> Text, bool IsError)
{
    /// <summary>
    /// The reading ended before the line did: either the output ends without a line break, or more of the line comes.
    /// </summary>
    public bool IsCut { get; init; }
}

/// <summary>A container's counters at one moment; cumulative since it started unless said otherwise.</summary>
public sealed record ContainerStatistics
{
    /// <summary>When they were read.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Processor time in nanoseconds.</summary>
    public long ProcessorNanoseconds { get; init; }

    /// <summary>Processors it may run on.</summary>
    public int Processors { get; init; }

    /// <summary>Bytes in use now, without the page cache that can be given back.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Its limit in bytes; the host's memory when it has none.</summary>
    public long MemoryLimitBytes { get; init; }

    /// <summary>The network counters; null where it has no network of its own.</summary>
    public NetworkCounters? Network { get; init; }

    /// <summary>Bytes read from block devices.</summary>
    public long StorageReadBytes { get; init; }

    /// <summary>Bytes written to block devices.</summary>
    public long StorageWriteBytes { get; init; }
}

/// <summary>Network counters, summed over a container's interfaces.</summary>
public sealed record NetworkCounters(
    long ReceivedBytes,
    long ReceivedPackets,
    long ReceivedDropped,
    long ReceivedErrors,
    long SentBytes,
    long SentPackets,
    long SentDropped,
    long SentErrors
);

/// <summary>A named volume.</summary>
public sealed record EngineVolume
{
    /// <summary>Unique on the engine.</summary>
    public required string Name { get; init; }

    /// <summary>The volume driver; <c>local</c> unless said otherwise.</summary>
    public string Driver { get; init; } = "local";

    /// <summary>The driver's options.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>A network of the engine.</summary>
public sealed record EngineNetwork
{
    /// <summary>Its id; empty when it is yet to be created.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The driver: <c>bridge</c>, <c>host</c>, <c>null</c>…</summary>
    public string Driver { get; init; } = "bridge";

    /// <summary>The subnet in CIDR form; null lets the engine choose.</summary>
    public string? Subnet { get; init; }

    /// <summary>The gateway's address; null lets the engine choose.</summary>
    public string? Gateway { get; init; }

    /// <summary>Containers on it reach nothing else.</summary>
    public bool Internal { get; init; }

    /// <summary>Driver options, such as <c>com.docker.network.bridge.name</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}
