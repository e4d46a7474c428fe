using System.Text.Json.Serialization;

namespace Estiba.Ecr.Registry.Http;

internal sealed record ErrorList(IReadOnlyList<ErrorItem> Errors);

internal sealed record ErrorItem(string Code, string Message);

internal sealed record TagList(string Name, IReadOnlyList<string> Tags);

internal sealed record RepositoryList(IReadOnlyList<string> Repositories);

/// <summary>
/// The answer of the referrers endpoint: an image index ("Listing Referrers", OCI distribution specification).
/// </summary>
internal sealed record ReferrersIndex(int SchemaVersion, string MediaType, IReadOnlyList<ReferrerDescriptor> Manifests);

internal sealed record ReferrerDescriptor(
    string MediaType,
    string Digest,
    long Size,
    string? ArtifactType,
    IReadOnlyDictionary<string, string>? Annotations
);

/// <summary>How the registry protocol's answers are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ErrorList))]
[JsonSerializable(typeof(TagList))]
[JsonSerializable(typeof(RepositoryList))]
[JsonSerializable(typeof(ReferrersIndex))]
internal sealed partial class RegistryJson : JsonSerializerContext;
