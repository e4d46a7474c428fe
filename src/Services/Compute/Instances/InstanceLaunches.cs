using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.Compute.InstanceTypes;
using Estiba.Compute.Regions;
using Estiba.Compute.Tags;
using Estiba.Compute.UserData;
using Estiba.State;

namespace Estiba.Compute.Instances;

/// <summary>Works out what an instance's host has to know from its record.</summary>
internal static class InstanceLaunches
{
    /// <summary>
    /// An agent without a cluster in its configuration joins this one, as on the ECS-optimised image.
    /// </summary>
    private const string DefaultCluster = "default";

    public static InstanceLaunch Of(View view, InstanceRecord instance)
    {
        var type = InstanceTypeCatalog.Get(instance.InstanceType);
        var settings = ReadUserData(instance).Settings;
        return new InstanceLaunch
        {
            InstanceId = instance.InstanceId,
            AccountId = instance.AccountId,
            Region = instance.Region,
            AvailabilityZone = InstanceNames.ZoneName(instance),
            AvailabilityZoneId = RegionCatalog.ZoneId(instance.Region, instance.Zone),
            Address = IPAddress.Parse(instance.Address!),
            PrivateDnsName = InstanceNames.PrivateDnsName(instance.Region, instance.Address!),
            InstanceType = instance.InstanceType,
            Architecture = type.Architecture,
            ImageId = instance.ImageId,
            VpcId = instance.VpcId,
            SubnetId = instance.SubnetId,
            Cpu = type.EcsCpu,
            MemoryMiB = type.EcsMemoryMiB,
            Cluster = settings.GetValueOrDefault("ECS_CLUSTER") is { Length: > 0 } cluster ? cluster : DefaultCluster,
            Settings = settings,
            Tags = ResourceTags
                .Of(view, instance.AccountId, instance.Region, instance.InstanceId)
                .ToDictionary(tag => tag.Key!, tag => tag.Value ?? "", StringComparer.Ordinal),
            UserData = instance.UserData,
            IdentityDocument = IdentityDocument(instance, type),
            LaunchTime = instance.LaunchTime,
        };
    }

    public static UserDataResult ReadUserData(InstanceRecord instance) =>
        instance.UserData is { } encoded
            ? UserDataReader.Read(Convert.FromBase64String(encoded))
            : UserDataResult.Nothing;

    /// <summary>
    /// The members and their order as the instance metadata service has them ("Instance identity documents").
    /// </summary>
    private static string IdentityDocument(InstanceRecord instance, InstanceTypeSpec type) =>
        JsonSerializer.Serialize(
            new InstanceIdentity
            {
                AccountId = instance.AccountId,
                Architecture = type.Architecture,
                AvailabilityZone = InstanceNames.ZoneName(instance),
                ImageId = instance.ImageId,
                InstanceId = instance.InstanceId,
                InstanceType = instance.InstanceType,
                PendingTime = instance.LaunchTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
                PrivateIp = instance.Address!,
                Region = instance.Region,
            },
            InstanceIdentityJson.Default.InstanceIdentity
        );
}

/// <summary>An instance identity document.</summary>
internal sealed record InstanceIdentity
{
    public required string AccountId { get; init; }

    public required string Architecture { get; init; }

    public required string AvailabilityZone { get; init; }

    public string[]? BillingProducts { get; init; }

    public string[]? DevpayProductCodes { get; init; }

    public string[]? MarketplaceProductCodes { get; init; }

    public required string ImageId { get; init; }

    public required string InstanceId { get; init; }

    public required string InstanceType { get; init; }

    public string? KernelId { get; init; }

    public required string PendingTime { get; init; }

    public required string PrivateIp { get; init; }

    public string? RamdiskId { get; init; }

    public required string Region { get; init; }

    public string Version { get; init; } = "2017-09-30";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(InstanceIdentity))]
internal sealed partial class InstanceIdentityJson : JsonSerializerContext;
