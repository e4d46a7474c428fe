using System.Text.Json.Nodes;
using Estiba.Compute.Instances;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.LaunchTemplates;

/// <summary>
/// The content of launch templates, which has the members of a launch under the same names in structures of its own.
/// </summary>
internal static class TemplateData
{
    private const string Tags = "TagSpecifications";
    private const string Interfaces = "NetworkInterfaces";
    private const string Subnet = "SubnetId";

    private static readonly string[] TaggedTypes =
    [
        "instance",
        "volume",
        "network-interface",
        "spot-instances-request",
        "elastic-gpu",
    ];

    /// <exception cref="AwsException">Something that no launch could have.</exception>
    public static void Check(RequestLaunchTemplateData data)
    {
        LaunchRequest.CheckUserData(data.UserData);
        foreach (var specification in data.TagSpecifications ?? [])
        {
            if (!TaggedTypes.Contains(specification.ResourceType))
                throw Ec2Requests.Invalid(
                    $"'{specification.ResourceType}' is not a valid taggable resource type for this operation."
                );
            ResourceTags.Check(specification.Tags ?? []);
        }
        if (data is { SecurityGroupIds.Count: > 0, NetworkInterfaces: [{ Groups.Count: > 0 }, ..] })
            throw Ec2Requests.Combination(
                "Network interfaces and an instance-level security groups may not be specified on the same request"
            );
    }

    /// <summary>As it is shown.</summary>
    public static ResponseLaunchTemplateData ToResponse(RequestLaunchTemplateData data) =>
        ShapeJson.Parse<ResponseLaunchTemplateData>(ShapeJson.ToUtf8(data));

    /// <summary>A new version from an older one: what it says itself stands in the place of the other's.</summary>
    public static RequestLaunchTemplateData Over(RequestLaunchTemplateData source, RequestLaunchTemplateData data) =>
        ShapeJson.Parse<RequestLaunchTemplateData>(Over(Json(source), Json(data)).ToJsonString());

    /// <summary>A launch of a template: what the request says itself stands in the place of the template's.</summary>
    /// <exception cref="AwsException">The template has what is not supported.</exception>
    public static RunInstancesRequest Apply(RequestLaunchTemplateData data, RunInstancesRequest request)
    {
        if (data.InstanceRequirements is not null)
            throw Ec2Requests.Unsupported("instance requirements of launch templates");
        var template = Json(data);
        var given = Json(request);
        // Two members are called differently.
        Rename(template, "ElasticGpuSpecifications", "ElasticGpuSpecification");
        Rename(template, "RamDiskId", "RamdiskId");
        PlaceSubnet(template, given);
        if (template[Tags] is JsonArray all)
            given[Tags] = MergeTags(all.Where(IsLaunched), given[Tags] as JsonArray ?? []);
        // Groups are of the launch, whichever way they are named.
        if (given.ContainsKey("SecurityGroupIds"))
            template.Remove("SecurityGroups");
        return ShapeJson.Parse<RunInstancesRequest>(Over(template, given).ToJsonString());
    }

    // A subnet that the launch names is that of the template's network interface.
    private static void PlaceSubnet(JsonObject template, JsonObject given)
    {
        if (
            given[Subnet] is not { } subnet
            || given.ContainsKey(Interfaces)
            || template[Interfaces] is not JsonArray { Count: > 0 } interfaces
        )
            return;
        interfaces[0]![Subnet] = subnet.DeepClone();
        given.Remove(Subnet);
    }

    // A template may have tags for what is not made here.
    private static bool IsLaunched(JsonNode? specification) =>
        (string?)specification!["ResourceType"] is "instance" or "volume" or "network-interface";

    private static JsonArray MergeTags(IEnumerable<JsonNode?> template, JsonArray given)
    {
        var byType = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var specification in template.Concat(given))
        {
            var type = (string?)specification!["ResourceType"] ?? "";
            if (!byType.TryGetValue(type, out var merged))
                byType[type] = merged = new JsonObject { ["ResourceType"] = type, ["Tags"] = new JsonArray() };
            var tags = (JsonArray)merged["Tags"]!;
            foreach (var tag in (specification["Tags"] as JsonArray)?.ToList() ?? [])
            {
                if (tags.FirstOrDefault(known => (string?)known!["Key"] == (string?)tag!["Key"]) is { } overridden)
                    tags.Remove(overridden);
                tags.Add(tag!.DeepClone());
            }
        }
        return new JsonArray([.. byType.Values]);
    }

    private static JsonObject Over(JsonObject under, JsonObject over)
    {
        foreach (var (name, value) in over)
            under[name] = value?.DeepClone();
        return under;
    }

    private static void Rename(JsonObject json, string from, string to)
    {
        if (json[from] is not { } value)
            return;
        json.Remove(from);
        json[to] = value;
    }

    private static JsonObject Json(IShape shape) => JsonNode.Parse(ShapeJson.ToUtf8(shape))!.AsObject();
}
