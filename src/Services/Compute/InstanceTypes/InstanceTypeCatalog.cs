using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.InstanceTypes;

/// <summary>The instance types that can be launched, from instance-types.json.</summary>
/// <remarks>
/// The document has the members of DescribeInstanceTypes. What is most common is said once for all families and once
/// for each family; a size says where it differs, with null for a member that it has not. All types together are some
/// twenty megabytes on their way into memory: one that is launched is read alone.
/// </remarks>
internal static class InstanceTypeCatalog
{
    private const string Families = "families";
    private const string Sizes = "sizes";
    private const string Common = "common";

    private static readonly Lazy<FrozenDictionary<string, InstanceTypeSpec>> Types = new(ReadAll);
    private static readonly ConcurrentDictionary<string, InstanceTypeSpec> Known = new(StringComparer.Ordinal);

    /// <summary>All types.</summary>
    public static IEnumerable<InstanceTypeSpec> All => Types.Value.Values;

    /// <summary>The type with a name; null when there is none.</summary>
    public static InstanceTypeSpec? Find(string name)
    {
        if (Known.TryGetValue(name, out var known))
            return known;
        var type = Types.IsValueCreated ? Types.Value.GetValueOrDefault(name) : ReadOne(name);
        return type is null ? null : Known.GetOrAdd(name, type);
    }

    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: there is no such type.</exception>
    public static InstanceTypeSpec Get(string name) =>
        Find(name) ?? throw Ec2Requests.Invalid($"Invalid value '{name}' for InstanceType.");

    private static FrozenDictionary<string, InstanceTypeSpec> ReadAll()
    {
        using var document = Open();
        var types =
            from family in document.RootElement.GetProperty(Families).EnumerateObject()
            from size in family.Value.GetProperty(Sizes).EnumerateObject()
            select ToSpec(document, family, size);
        return types.ToFrozenDictionary(type => type.Name);
    }

    internal static InstanceTypeSpec? ReadOne(string name)
    {
        if (name.Split('.') is not [var familyName, var sizeName])
            return null;
        using var document = Open();
        var families = document.RootElement.GetProperty(Families).EnumerateObject();
        var found =
            from family in families
            where family.NameEquals(familyName)
            from size in family.Value.GetProperty(Sizes).EnumerateObject()
            where size.NameEquals(sizeName)
            select ToSpec(document, family, size);
        return found.FirstOrDefault();
    }

    private static JsonDocument Open()
    {
        using var stream = typeof(InstanceTypeCatalog).Assembly.GetManifestResourceStream("instance-types.json")!;
        return JsonDocument.Parse(stream);
    }

    private static InstanceTypeSpec ToSpec(JsonDocument document, JsonProperty family, JsonProperty size)
    {
        var common = Merge(
            JsonObject.Create(document.RootElement.GetProperty(Common))!,
            JsonObject.Create(family.Value.GetProperty(Common))!
        );
        return ToSpec($"{family.Name}.{size.Name}", Merge(common, JsonObject.Create(size.Value)!));
    }

    private static JsonObject Merge(JsonObject common, JsonObject own)
    {
        var merged = common.DeepClone().AsObject();
        foreach (var (name, value) in own)
        {
            if (value is null)
                merged.Remove(name);
            else
                merged[name] = value is JsonObject inner
                    ? Merge(merged[name] as JsonObject ?? [], inner)
                    : value.DeepClone();
        }
        return merged;
    }

    private static InstanceTypeSpec ToSpec(string name, JsonObject members)
    {
        members["InstanceType"] = name;
        var network = members["NetworkInfo"]!.AsObject();
        // The one card of most types; what it shares with the type as a whole is said there.
        if (network["NetworkCard"] is JsonObject card)
        {
            network.Remove("NetworkCard");
            card["NetworkCardIndex"] = 0;
            foreach (var shared in (string[])["NetworkPerformance", "MaximumNetworkInterfaces"])
                card[shared] = network[shared]!.DeepClone();
            network["NetworkCards"] = new JsonArray(card);
        }
        network["Ipv6AddressesPerInterface"] ??= network["Ipv4AddressesPerInterface"]!.DeepClone();
        var info = ShapeJson.Parse<InstanceTypeInfo>(members.ToJsonString());
        return new InstanceTypeSpec(
            info with
            {
                EbsInfo = info.EbsInfo is { } ebs
                    ? ebs with
                    {
                        EbsOptimizedInfo = WithThroughput(ebs.EbsOptimizedInfo),
                    }
                    : null,
            }
        );
    }

    /// <summary>Throughput is an eighth of the bandwidth: bytes and bits.</summary>
    private static EbsOptimizedInfo? WithThroughput(EbsOptimizedInfo? info) =>
        info is null
            ? null
            : info with
            {
                BaselineThroughputInMBps = info.BaselineThroughputInMBps ?? info.BaselineBandwidthInMbps / 8.0,
                MaximumThroughputInMBps = info.MaximumThroughputInMBps ?? info.MaximumBandwidthInMbps / 8.0,
            };
}
