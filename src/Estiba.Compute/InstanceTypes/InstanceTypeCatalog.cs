using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.Contracts;

namespace Estiba.Compute.InstanceTypes;

/// <summary>The instance types that can be launched, from instance-types.json.</summary>
internal static class InstanceTypeCatalog
{
    private static readonly Lazy<FrozenDictionary<string, InstanceTypeSpec>> s_types = new(Load);

    /// <summary>All types by name.</summary>
    public static IReadOnlyDictionary<string, InstanceTypeSpec> All => s_types.Value;

    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: there is no such type.</exception>
    public static InstanceTypeSpec Get(string name) =>
        All.GetValueOrDefault(name) ?? throw new AwsException("InvalidParameterValue", $"Invalid value '{name}' for InstanceType.");

    private static FrozenDictionary<string, InstanceTypeSpec> Load()
    {
        using var stream = typeof(InstanceTypeCatalog).Assembly.GetManifestResourceStream("instance-types.json")!;
        var document = JsonSerializer.Deserialize(stream, InstanceTypeJson.Default.InstanceTypeDocument)!;
        return document.Families
            .SelectMany(family => family.Sizes!.Select(size =>
                new InstanceTypeSpec($"{family.Name}.{size.Key}", size.Value[0], size.Value[1], family)))
            .ToFrozenDictionary(type => type.Name);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InstanceTypeDocument))]
internal sealed partial class InstanceTypeJson : JsonSerializerContext;
