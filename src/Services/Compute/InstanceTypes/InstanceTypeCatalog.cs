using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.InstanceTypes;

/// <summary>The instance types that can be launched, from instance-types.json.</summary>
/// <remarks>
/// The document has the members of DescribeInstanceTypes. What is most common is said once for all families and once
/// for each family; a size says where it
/// differs, with null for a member that it has not.
/// </remarks>
internal static class InstanceTypeCatalog
{
    private static readonly Lazy<FrozenDictionary<string, InstanceTypeSpec>> Types = new(Load);

    /// <summary>All types by name.</summary>
    public static IReadOnlyDictionary<string, InstanceTypeSpec> All => Types.Value;

    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: there is no such type.</exception>
    public static InstanceTypeSpec Get(string name) =>
        All.GetValueOrDefault(name) ?? throw Ec2Requests.Invalid($"Invalid value '{name}' for InstanceType.");

    private static FrozenDictionary<string, InstanceTypeSpec> Load()
    {
        using var stream = typeof(InstanceTypeCatalog).Assembly.GetManifestResourceStream("instance-types.json")!;
        var document = JsonNode.Parse(stream)!;
        var types =
            from family in document["families"]!.AsObject()
            let common = Merge(document["common"]!.AsObject(), family.Value!["common"]!.AsObject())
            from size in family.Value!["sizes"]!.AsObject()
            select ToSpec($"{family.Key}.{size.Key}", Merge(common, size.Value!.AsObject()));
        return types.ToFrozenDictionary(type => type.Name);
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
