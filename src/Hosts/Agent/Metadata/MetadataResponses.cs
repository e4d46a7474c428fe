using System.Text.Json.Serialization;

namespace Estiba.Agent.Metadata;

/// <summary>
/// A task as its containers see it ("Amazon ECS task metadata V4 JSON response"). Version 3 has fewer members.
/// </summary>
internal sealed record TaskResponse
{
    public required string Cluster { get; init; }

    [JsonPropertyName("TaskARN")]
    public required string TaskArn { get; init; }

    public required string Family { get; init; }

    public required string Revision { get; init; }

    public required string DesiredStatus { get; init; }

    public required string KnownStatus { get; init; }

    public IReadOnlyList<ContainerResponse>? Containers { get; init; }

    public LimitsResponse? Limits { get; init; }

    public DateTime? PullStartedAt { get; init; }

    public DateTime? PullStoppedAt { get; init; }

    public DateTime? ExecutionStoppedAt { get; init; }

    public string? AvailabilityZone { get; init; }

    public IReadOnlyDictionary<string, string>? TaskTags { get; init; }

    public IReadOnlyDictionary<string, string>? ContainerInstanceTags { get; init; }

    public string? LaunchType { get; init; }

    /// <summary>Why tags are missing.</summary>
    public IReadOnlyList<ErrorResponse>? Errors { get; init; }

    [JsonPropertyName("VPCID")]
    public string? VpcId { get; init; }

    public string? ServiceName { get; init; }

    public bool? FaultInjectionEnabled { get; init; }
}

/// <summary>A container as it and its neighbours see it.</summary>
internal sealed record ContainerResponse
{
    public required string DockerId { get; init; }

    public required string Name { get; init; }

    public required string DockerName { get; init; }

    public required string Image { get; init; }

    [JsonPropertyName("ImageID")]
    public required string ImageId { get; init; }

    public IReadOnlyList<PortResponse>? Ports { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public required string DesiredStatus { get; init; }

    public required string KnownStatus { get; init; }

    public int? ExitCode { get; init; }

    public required LimitsResponse Limits { get; init; }

    public DateTime? CreatedAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    public required string Type { get; init; }

    public HealthResponse? Health { get; init; }

    public IReadOnlyList<VolumeResponse>? Volumes { get; init; }

    public string? LogDriver { get; init; }

    public IReadOnlyDictionary<string, string>? LogOptions { get; init; }

    [JsonPropertyName("ContainerARN")]
    public string? ContainerArn { get; init; }

    public IReadOnlyList<NetworkResponse>? Networks { get; init; }

    public int? RestartCount { get; init; }
}

/// <summary>CPU in vCPUs for a task and in CPU units for a container; memory in MiB.</summary>
internal sealed record LimitsResponse([property: JsonPropertyName("CPU")] double? Cpu, int? Memory);

internal sealed record PortResponse(int ContainerPort, string Protocol, int HostPort, string? HostIp);

internal sealed record HealthResponse(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("statusSince")] DateTime? StatusSince,
    [property: JsonPropertyName("output")] string? Output
);

internal sealed record VolumeResponse(string? DockerName, string? Source, string? Destination);

internal sealed record NetworkResponse(
    string NetworkMode,
    [property: JsonPropertyName("IPv4Addresses")] IReadOnlyList<string> Ipv4Addresses
);

internal sealed record ErrorResponse(
    string ErrorField,
    string? ErrorCode,
    string ErrorMessage,
    int? StatusCode,
    [property: JsonPropertyName("ResourceARN")] string ResourceArn
);

/// <summary>What the SDKs' container credentials provider reads.</summary>
internal sealed record CredentialsResponse(
    string? RoleArn,
    string? AccessKeyId,
    string? SecretAccessKey,
    string? Token,
    string? Expiration
);

internal sealed record CredentialsError(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("HTTPErrorCode")] int HttpErrorCode
);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskResponse))]
[JsonSerializable(typeof(ContainerResponse))]
[JsonSerializable(typeof(CredentialsResponse))]
[JsonSerializable(typeof(CredentialsError))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(DateTimeOffset))]
internal sealed partial class MetadataJson : JsonSerializerContext;
