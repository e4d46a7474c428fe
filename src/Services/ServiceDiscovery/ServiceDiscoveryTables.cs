using System.Text.Json.Serialization;
using Estiba.ServiceDiscovery.Instances;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Operations;
using Estiba.ServiceDiscovery.Services;
using Estiba.State;

namespace Estiba.ServiceDiscovery;

/// <summary>The state of this service.</summary>
public static class ServiceDiscoveryTables
{
    /// <summary>Namespaces that the name server answers for, by name in small letters.</summary>
    internal static readonly Index<NamespaceRecord> NamespacesByDnsName = new("dns-name", record =>
        record is { IsDns: true, IsCreated: true } ? record.DnsName : null
    );

    /// <summary>Namespaces by their hosted zone, within an account.</summary>
    internal static readonly Index<NamespaceRecord> NamespacesByZone = new("zone", record =>
        record is { HostedZoneId: { } zone, IsCreated: true } ? $"{record.Scope.AccountId}/{zone}" : null
    );

    /// <summary>Services by their namespace.</summary>
    internal static readonly Index<ServiceRecord> ServicesOfNamespace = new("namespace", record => record.NamespaceKey);

    /// <summary>Services by namespace and name in small letters: names that differ by nothing else are one to
    /// DNS.</summary>
    internal static readonly Index<ServiceRecord> ServicesByName = new("name", record =>
        ServiceRecord.NameKey(record.NamespaceKey, record.DnsName)
    );

    /// <summary>Instances by service and id in small letters, as names of hosts have it.</summary>
    internal static readonly Index<InstanceRecord> InstancesByHost = new("host", record =>
        InstanceRecord.HostKey(record.ServiceKey, record.Id)
    );

    /// <summary>Operations that have not ended, by account and region.</summary>
    internal static readonly Index<OperationRecord> PendingOperations = new("pending", record =>
        record.IsPending ? record.Scope.Prefix : null
    );

    /// <summary>Operations that have ended, by when.</summary>
    internal static readonly Index<OperationRecord> EndedOperations = new("ended", record =>
        record.IsPending ? null : $"{record.UpdatedAt.ToUnixTimeMilliseconds():D15}"
    );

    internal static readonly Table<NamespaceRecord> Namespaces = new(
        "servicediscovery.namespaces",
        record => record.Key,
        ServiceDiscoveryJson.Default,
        NamespacesByDnsName,
        NamespacesByZone
    );

    internal static readonly Table<ServiceRecord> Services = new(
        "servicediscovery.services",
        record => record.Key,
        ServiceDiscoveryJson.Default,
        ServicesOfNamespace,
        ServicesByName
    );

    internal static readonly Table<InstanceRecord> Instances = new(
        "servicediscovery.instances",
        record => record.Key,
        ServiceDiscoveryJson.Default,
        InstancesByHost
    );

    internal static readonly Table<OperationRecord> Operations = new(
        "servicediscovery.operations",
        record => record.Key,
        ServiceDiscoveryJson.Default,
        PendingOperations,
        EndedOperations
    );

    /// <summary>All of them, to open the store with.</summary>
    public static IReadOnlyList<Table> All { get; } = [Namespaces, Services, Instances, Operations];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(NamespaceRecord))]
[JsonSerializable(typeof(ServiceRecord))]
[JsonSerializable(typeof(InstanceRecord))]
[JsonSerializable(typeof(OperationRecord))]
internal sealed partial class ServiceDiscoveryJson : JsonSerializerContext;
