using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Estiba.Engines.Docker;

// The parts of Docker Engine's API v1.41 that the agent reads, member for member. Docker writes null for most empty
// lists and maps.

internal sealed record DockerVersion(
    string Version,
    string ApiVersion,
    [property: JsonPropertyName("MinAPIVersion")] string? MinApiVersion,
    string? Os,
    string? Arch
);

internal sealed record DockerError([property: JsonPropertyName("message")] string? Message);

internal sealed record DockerInfo(
    string? Name,
    [property: JsonPropertyName("NCPU")] int Ncpu,
    long MemTotal,
    string? KernelVersion,
    string? OperatingSystem,
    List<string>? SecurityOptions,
    DockerPlugins? Plugins,
    string? DockerRootDir = null
);

internal sealed record DockerPlugins(List<string>? Volume, List<string>? Log);

internal sealed record DockerId(string Id);

internal sealed record DockerImage(
    string Id,
    List<string>? RepoTags,
    List<string>? RepoDigests,
    long Size,
    DockerImageConfig? Config
);

internal sealed record DockerImageConfig(Dictionary<string, object?>? ExposedPorts);

internal sealed record DockerImageSummary(
    string Id,
    List<string>? RepoTags,
    List<string>? RepoDigests,
    long Created,
    long Size
);

internal sealed record DockerContainer(
    string Id,
    string? Name,
    string? Image,
    DateTimeOffset Created,
    DockerState State,
    DockerConfig? Config,
    DockerHostConfig? HostConfig,
    DockerNetworkSettings? NetworkSettings,
    List<DockerMount>? Mounts
);

internal sealed record DockerState(
    string? Status,
    int ExitCode,
    [property: JsonPropertyName("OOMKilled")] bool OomKilled,
    string? Error,
    string? StartedAt,
    string? FinishedAt,
    DockerHealth? Health
);

internal sealed record DockerHealth(string? Status, List<DockerHealthLog>? Log);

internal sealed record DockerHealthLog(string? End, int ExitCode, string? Output);

internal sealed record DockerConfig(
    string? Image,
    bool Tty,
    Dictionary<string, string>? Labels,
    DockerHealthcheck? Healthcheck
);

internal sealed record DockerHealthcheck(List<string>? Test);

internal sealed record DockerHostConfig(string? NetworkMode);

internal sealed record DockerNetworkSettings(
    Dictionary<string, List<DockerPortBinding>?>? Ports,
    Dictionary<string, DockerEndpoint?>? Networks
);

internal sealed record DockerMount(string? Name, string? Source, string? Destination);

internal sealed record DockerPortBinding(string? HostIp, string? HostPort);

internal sealed record DockerEndpoint([property: JsonPropertyName("IPAddress")] string? IpAddress);

internal sealed record DockerContainerSummary(
    string Id,
    List<string>? Names,
    string? Image,
    [property: JsonPropertyName("ImageID")] string? ImageId,
    long Created,
    string? State,
    Dictionary<string, string>? Labels,
    DockerHostConfig? HostConfig,
    DockerNetworkSettings? NetworkSettings
);

internal sealed record DockerEvent(
    string? Type,
    string? Action,
    DockerActor? Actor,
    [property: JsonPropertyName("timeNano")] long TimeNano
);

internal sealed record DockerActor(
    [property: JsonPropertyName("ID")] string? Id,
    Dictionary<string, string>? Attributes
);

internal sealed record DockerPullMessage(
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("status")] string? Status,
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("errorDetail")] DockerErrorDetail? ErrorDetail,
    [property: JsonPropertyName("progressDetail")] DockerProgress? ProgressDetail
);

internal sealed record DockerErrorDetail([property: JsonPropertyName("message")] string? Message);

internal sealed record DockerProgress(
    [property: JsonPropertyName("current")] long Current,
    [property: JsonPropertyName("total")] long Total
);

internal sealed record DockerRegistryAuth(
    [property: JsonPropertyName("username")] string Username,
    [property: JsonPropertyName("password")] string Password,
    [property: JsonPropertyName("serveraddress")] string ServerAddress
);

internal sealed record DockerVolume(
    string Name,
    string? Driver,
    Dictionary<string, string>? Options,
    Dictionary<string, string>? Labels
);

internal sealed record DockerVolumeList(List<DockerVolume>? Volumes);

internal sealed record DockerVolumeCreation(
    string Name,
    string Driver,
    IReadOnlyDictionary<string, string> DriverOpts,
    IReadOnlyDictionary<string, string> Labels
);

internal sealed record DockerNetwork(
    string? Id,
    string Name,
    string? Driver,
    bool Internal,
    [property: JsonPropertyName("IPAM")] DockerIpam? Ipam,
    Dictionary<string, string>? Options,
    Dictionary<string, string>? Labels
);

internal sealed record DockerIpam(List<DockerIpamConfig>? Config);

internal sealed record DockerIpamConfig(string? Subnet, string? Gateway);

internal sealed record DockerNetworkCreation(
    string Name,
    string Driver,
    bool Internal,
    bool CheckDuplicate,
    [property: JsonPropertyName("IPAM")] DockerIpam? Ipam,
    IReadOnlyDictionary<string, string> Options,
    IReadOnlyDictionary<string, string> Labels
);

internal sealed record DockerStats(
    [property: JsonPropertyName("read")] DateTimeOffset Read,
    [property: JsonPropertyName("cpu_stats")] DockerCpuStats? Cpu,
    [property: JsonPropertyName("memory_stats")] DockerMemoryStats? Memory,
    [property: JsonPropertyName("blkio_stats")] DockerBlockStats? Block,
    [property: JsonPropertyName("networks")] Dictionary<string, DockerNetworkStats>? Networks
);

internal sealed record DockerCpuStats(
    [property: JsonPropertyName("cpu_usage")] DockerCpuUsage? Usage,
    [property: JsonPropertyName("online_cpus")] int OnlineCpus
);

internal sealed record DockerCpuUsage([property: JsonPropertyName("total_usage")] ulong Total);

internal sealed record DockerMemoryStats(
    [property: JsonPropertyName("usage")] ulong Usage,
    [property: JsonPropertyName("limit")] ulong Limit,
    [property: JsonPropertyName("stats")] Dictionary<string, ulong>? Stats
);

internal sealed record DockerBlockStats(
    [property: JsonPropertyName("io_service_bytes_recursive")] List<DockerBlockEntry>? ServiceBytes
);

internal sealed record DockerBlockEntry(
    [property: JsonPropertyName("op")] string? Operation,
    [property: JsonPropertyName("value")] ulong Value
);

internal sealed record DockerNetworkStats(
    [property: JsonPropertyName("rx_bytes")] ulong RxBytes,
    [property: JsonPropertyName("rx_packets")] ulong RxPackets,
    [property: JsonPropertyName("rx_dropped")] ulong RxDropped,
    [property: JsonPropertyName("rx_errors")] ulong RxErrors,
    [property: JsonPropertyName("tx_bytes")] ulong TxBytes,
    [property: JsonPropertyName("tx_packets")] ulong TxPackets,
    [property: JsonPropertyName("tx_dropped")] ulong TxDropped,
    [property: JsonPropertyName("tx_errors")] ulong TxErrors
);

[JsonSourceGenerationOptions]
[JsonSerializable(typeof(DockerVersion))]
[JsonSerializable(typeof(DockerError))]
[JsonSerializable(typeof(DockerInfo))]
[JsonSerializable(typeof(DockerId))]
[JsonSerializable(typeof(DockerImage))]
[JsonSerializable(typeof(List<DockerImageSummary>))]
[JsonSerializable(typeof(DockerContainer))]
[JsonSerializable(typeof(List<DockerContainerSummary>))]
[JsonSerializable(typeof(DockerEvent))]
[JsonSerializable(typeof(DockerPullMessage))]
[JsonSerializable(typeof(DockerRegistryAuth))]
[JsonSerializable(typeof(DockerVolume))]
[JsonSerializable(typeof(DockerVolumeList))]
[JsonSerializable(typeof(DockerVolumeCreation))]
[JsonSerializable(typeof(List<DockerNetwork>))]
[JsonSerializable(typeof(DockerNetworkCreation))]
[JsonSerializable(typeof(DockerStats))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(Dictionary<string, List<string>>))]
internal sealed partial class DockerJson : JsonSerializerContext;
