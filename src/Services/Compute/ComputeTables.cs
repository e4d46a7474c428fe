using System.Text.Json.Serialization;
using Estiba.Compute.Instances;
using Estiba.Compute.KeyPairs;
using Estiba.Compute.LaunchTemplates;
using Estiba.Compute.NetworkInterfaces;
using Estiba.Compute.SecurityGroups;
using Estiba.Compute.Tags;
using Estiba.Compute.Vpcs;
using Estiba.State;

namespace Estiba.Compute;

/// <summary>The state of this service.</summary>
public static class ComputeTables
{
    internal const string LiveKey = "live";

    /// <summary>Instances of all accounts that are not terminated, under <see cref="LiveKey"/>.</summary>
    internal static readonly Index<InstanceRecord> Live = new("live", instance =>
        instance.TerminatedAt is null ? LiveKey : null
    );

    /// <summary>Instances that have an address.</summary>
    internal static readonly Index<InstanceRecord> Address = new("address", instance => instance.Address);

    /// <summary>Terminated instances by when they were.</summary>
    internal static readonly Index<InstanceRecord> Terminated = new("terminated", instance =>
        instance.TerminatedAt is { } at ? Sortable(at) : null
    );

    /// <summary>Instances by the client token of their launch.</summary>
    internal static readonly Index<InstanceRecord> ClientToken = new("clientToken", instance =>
        instance.ClientToken is { } token ? new Scope(instance.AccountId, instance.Region).Key(token) : null
    );

    internal static readonly Table<InstanceRecord> Instances = new(
        "ec2.instances",
        KeyOf,
        ComputeJson.Default,
        Live,
        Address,
        Terminated,
        ClientToken
    );

    /// <summary>Network interfaces by their address.</summary>
    internal static readonly Index<NetworkInterfaceRecord> InterfaceAddress = new("address", each => each.Address);

    /// <summary>Network interfaces by the client token with which they were created.</summary>
    internal static readonly Index<NetworkInterfaceRecord> InterfaceClientToken = new("clientToken", each =>
        each.ClientToken is { } token ? new Scope(each.AccountId, each.Region).Key(token) : null
    );

    /// <summary>The network interfaces that are no instance's.</summary>
    internal static readonly Table<NetworkInterfaceRecord> NetworkInterfaces = new(
        "ec2.networkInterfaces",
        KeyOf,
        ComputeJson.Default,
        InterfaceAddress,
        InterfaceClientToken
    );

    internal static readonly Table<SecurityGroupRecord> SecurityGroups = new(
        "ec2.securityGroups",
        group => new Scope(group.AccountId, group.Region).Key(group.GroupId),
        ComputeJson.Default
    );

    internal static readonly Index<KeyPairRecord> KeyPairId = new("id", pair =>
        new Scope(pair.AccountId, pair.Region).Key(pair.KeyPairId)
    );

    internal static readonly Table<KeyPairRecord> KeyPairs = new("ec2.keyPairs", KeyOf, ComputeJson.Default, KeyPairId);

    /// <summary>Launch templates by their name.</summary>
    internal static readonly Index<LaunchTemplateRecord> LaunchTemplateName = new("name", template =>
        new Scope(template.AccountId, template.Region).Key(template.Name)
    );

    internal static readonly Table<LaunchTemplateRecord> LaunchTemplates = new(
        "ec2.launchTemplates",
        KeyOf,
        ComputeJson.Default,
        LaunchTemplateName
    );

    internal static readonly Table<LaunchTemplateVersionRecord> LaunchTemplateVersions = new(
        "ec2.launchTemplateVersions",
        KeyOf,
        ComputeJson.Default
    );

    internal static readonly Table<TagRecord> Tags = new("ec2.tags", KeyOf, ComputeJson.Default);

    internal static readonly Table<SettingRecord> Settings = new("ec2.settings", KeyOf, ComputeJson.Default);

    /// <summary>The tables to open the store with.</summary>
    public static IReadOnlyList<Table> Tables { get; } =
    [Instances, NetworkInterfaces, SecurityGroups, KeyPairs, LaunchTemplates, LaunchTemplateVersions, Tags, Settings];

    internal static string KeyOf(InstanceRecord instance) =>
        new Scope(instance.AccountId, instance.Region).Key(instance.InstanceId);

    internal static string KeyOf(NetworkInterfaceRecord each) =>
        new Scope(each.AccountId, each.Region).Key(each.NetworkInterfaceId);

    internal static string KeyOf(LaunchTemplateRecord template) =>
        new Scope(template.AccountId, template.Region).Key(template.LaunchTemplateId);

    internal static string KeyOf(LaunchTemplateVersionRecord version) =>
        VersionKey(version.AccountId, version.Region, version.LaunchTemplateId, version.Version);

    internal static string VersionKey(string accountId, string region, string templateId, long number) =>
        VersionsPrefix(accountId, region, templateId) + $"{number:D10}";

    internal static string VersionsPrefix(string accountId, string region, string templateId) =>
        new Scope(accountId, region).Key(templateId + "/");

    internal static string KeyOf(KeyPairRecord pair) => new Scope(pair.AccountId, pair.Region).Key(pair.KeyName);

    internal static string KeyOf(TagRecord tag) =>
        TagRecord.Prefix(tag.AccountId, tag.Region, tag.ResourceId) + tag.Key;

    internal static string KeyOf(SettingRecord setting) =>
        SettingRecord.Prefix(setting.AccountId, setting.Region, setting.ResourceId) + setting.Name;

    internal static string Sortable(DateTimeOffset time) => $"{time.UtcTicks:D19}";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(InstanceRecord))]
[JsonSerializable(typeof(NetworkInterfaceRecord))]
[JsonSerializable(typeof(SecurityGroupRecord))]
[JsonSerializable(typeof(KeyPairRecord))]
[JsonSerializable(typeof(LaunchTemplateRecord))]
[JsonSerializable(typeof(LaunchTemplateVersionRecord))]
[JsonSerializable(typeof(TagRecord))]
[JsonSerializable(typeof(SettingRecord))]
internal sealed partial class ComputeJson : JsonSerializerContext;
