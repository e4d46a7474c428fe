using System.Text.Json.Serialization;
using Estiba.State;

namespace Estiba.Benchmarks.State;

/// <summary>A record of the size of a task: about 600 bytes of JSON.</summary>
internal sealed record BenchmarkRecord
{
    public required string Id { get; init; }
    public required string AccountId { get; init; }
    public required string Region { get; init; }
    public required string Cluster { get; init; }
    public required string Service { get; init; }
    public required string? Instance { get; init; }
    public required string Status { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required IReadOnlyList<BenchmarkContainer> Containers { get; init; }

    internal static BenchmarkRecord Of(string id, string status) =>
        new()
        {
            Id = id,
            AccountId = "123456789012",
            Region = "eu-west-1",
            Cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/subiendo-mi-contenedor",
            Service = $"arn:aws:ecs:eu-west-1:123456789012:service/subiendo-mi-contenedor/web-{id[0]}",
            Instance = $"arn:aws:ecs:eu-west-1:123456789012:container-instance/subiendo-mi-contenedor/{id[..2]}",
            Status = status,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Containers =
            [
                new BenchmarkContainer("nginx", id, status, 80, 49_153),
                new BenchmarkContainer("sidecar", id, status, 81, 49_154),
            ],
        };
}

internal sealed record BenchmarkContainer(
    string Name,
    string RuntimeId,
    string Status,
    int ContainerPort,
    int HostPort
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(BenchmarkRecord))]
internal sealed partial class BenchmarkJson : JsonSerializerContext;

internal static class BenchmarkTables
{
    internal static readonly Index<BenchmarkRecord> ByService = new("service", record => record.Service);

    internal static readonly Index<BenchmarkRecord> ByInstance = new("instance", record => record.Instance);

    internal static readonly Table<BenchmarkRecord> Records = new(
        "records",
        record => $"{record.AccountId}/{record.Region}/{record.Id}",
        BenchmarkJson.Default,
        ByService,
        ByInstance
    );
}
