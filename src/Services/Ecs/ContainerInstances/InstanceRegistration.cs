using System.Net;
using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.ContainerInstances;

/// <summary>Reads what an agent says about its host when it registers.</summary>
internal static class InstanceRegistration
{
    /// <summary>The host as the agent describes it, on top of what was known.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: CPU or memory is missing, or a tag cannot
    /// be.</exception>
    internal static ContainerInstanceRecord Apply(
        ContainerInstanceRecord known,
        RegisterContainerInstanceRequest request
    )
    {
        var identity = Identity(request.InstanceIdentityDocument);
        var attributes = new Dictionary<string, EcsAttribute>(StringComparer.Ordinal);
        var saysAll = request.Attributes is { Count: > 0 };
        foreach (var attribute in known.Attributes)
            if (!saysAll || !InstanceAccess.IsCapability(attribute.Name!))
                attributes[attribute.Name!] = attribute;
        foreach (var (name, property) in FromIdentity)
            if (identity?.GetValueOrDefault(property) is { } value)
                attributes[name] = new EcsAttribute { Name = name, Value = value };
        foreach (var attribute in request.Attributes ?? [])
            attributes[attribute.Name!] = attribute with { TargetId = null, TargetType = null };

        return known with
        {
            Cpu = Number(request, "CPU"),
            Memory = Number(request, "MEMORY"),
            ReservedPorts = Set(request, "PORTS"),
            ReservedUdpPorts = Set(request, "PORTS_UDP"),
            Gpus = Gpus(request),
            VersionInfo = request.VersionInfo ?? known.VersionInfo,
            RegistrationToken = string.IsNullOrEmpty(request.ClientToken)
                ? known.RegistrationToken
                : request.ClientToken,
            Ec2InstanceId = InstanceIdOf(request) ?? known.Ec2InstanceId,
            PrivateIp = AddressOf(identity) ?? known.PrivateIp,
            Attributes = [.. attributes.Values],
            SaysHostAccess = saysAll ? InstanceAccess.IsSaidBy(request) : known.SaysHostAccess,
            Tags = request.Tags is { } tags ? Tagging.Tags.Merge([], tags) : known.Tags,
            Version = known.Version + 1,
        };
    }

    /// <summary>
    /// Whether an agent registers an instance that is known as if for the first time: its host was installed anew, or
    /// its data is gone. A registration that is only repeated has the same token.
    /// </summary>
    internal static bool IsReinstalled(ContainerInstanceRecord known, RegisterContainerInstanceRequest request) =>
        request.ContainerInstanceArn is null
        && (string.IsNullOrEmpty(request.ClientToken) || request.ClientToken != known.RegistrationToken);

    /// <summary>The EC2 instance in the identity document; null where there is none.</summary>
    internal static string? InstanceIdOf(RegisterContainerInstanceRequest request) =>
        Identity(request.InstanceIdentityDocument)?.GetValueOrDefault("instanceId");

    private static string? AddressOf(Dictionary<string, string>? identity) =>
        IPAddress.TryParse(identity?.GetValueOrDefault("privateIp"), out var address) ? $"{address}" : null;

    // ECS gives these attributes to every instance from its identity document.
    private static readonly (string Attribute, string Property)[] FromIdentity =
    [
        ("ecs.availability-zone", "availabilityZone"),
        ("ecs.instance-type", "instanceType"),
        ("ecs.ami-id", "imageId"),
    ];

    private static Dictionary<string, string>? Identity(string? document)
    {
        if (string.IsNullOrEmpty(document))
            return null;
        try
        {
            using var json = EmbeddedJson.Parse(document);
            var texts = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in json.RootElement.EnumerateObject())
                if (property.Value.ValueKind == JsonValueKind.String)
                    texts[property.Name] = property.Value.GetString()!;
            return texts;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw EcsErrors.InvalidParameterException("The instance identity document is not valid JSON.");
        }
    }

    private static int Number(RegisterContainerInstanceRequest request, string name) =>
        Find(request, name) switch
        {
            { IntegerValue: > 0 and var value } => value,
            { LongValue: > 0 and <= int.MaxValue and var value } => (int)value,
            { DoubleValue: >= 1 and <= int.MaxValue and var value } => (int)value,
            { LongValue: > int.MaxValue } or { DoubleValue: > int.MaxValue } =>
                throw EcsErrors.InvalidParameterException(
                    $"The value of {name} in totalResources can be at most {int.MaxValue}."
                ),
            _ => throw EcsErrors.InvalidParameterException($"totalResources must name {name} with a value above zero."),
        };

    // Agents before 1.77 gave only the number as a resource, and the ids as devices.
    private static IReadOnlyList<string> Gpus(RegisterContainerInstanceRequest request) =>
        Find(request, "GPU") switch
        {
            { StringSetValue: { Count: > 0 } ids } => ids,
            null => [],
            _ =>
            [
                .. (request.PlatformDevices ?? [])
                    .Where(device => device.Type == PlatformDeviceType.Gpu)
                    .Select(device => device.Id!),
            ],
        };

    private static IReadOnlyList<string> Set(RegisterContainerInstanceRequest request, string name) =>
        Find(request, name)?.StringSetValue ?? [];

    private static Resource? Find(RegisterContainerInstanceRequest request, string name) =>
        request.TotalResources?.FirstOrDefault(resource => resource.Name == name);
}
