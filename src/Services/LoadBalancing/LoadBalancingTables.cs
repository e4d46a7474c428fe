using System.Text.Json.Serialization;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.LoadBalancing.Targets;
using Estiba.LoadBalancing.TrustStores;
using Estiba.State;

namespace Estiba.LoadBalancing;

/// <summary>The state of this service.</summary>
public static class LoadBalancingTables
{
    /// <summary>Load balancers by name; those that are deleted have given theirs back.</summary>
    internal static readonly Index<LoadBalancerRecord> LoadBalancersByName = new("name", record =>
        record.DeletedAt is null ? record.Scope.Key(record.Name) : null
    );

    /// <summary>The same by the names that clients resolve, in small letters.</summary>
    internal static readonly Index<LoadBalancerRecord> LoadBalancersByDnsName = new("dns-name", record =>
        record.DeletedAt is null ? record.DnsName.ToLowerInvariant() : null
    );

    internal static readonly Table<LoadBalancerRecord> LoadBalancers = new(
        "elbv2.load-balancers",
        record => record.Key,
        LoadBalancingJson.Default,
        LoadBalancersByName,
        LoadBalancersByDnsName
    );

    internal static readonly Table<ListenerRecord> Listeners = new(
        "elbv2.listeners",
        listener => listener.Key,
        LoadBalancingJson.Default
    );

    internal static readonly Table<RuleRecord> Rules = new("elbv2.rules", rule => rule.Key, LoadBalancingJson.Default);

    internal static readonly Table<ForwardRecord> Forwards = new(
        "elbv2.forwards",
        forward => forward.Key,
        LoadBalancingJson.Default
    );

    internal static readonly Table<TargetGroupRecord> TargetGroups = new(
        "elbv2.target-groups",
        group => group.Key,
        LoadBalancingJson.Default
    );

    /// <summary>Targets by what they are: load balancers that are targets themselves are found by it.</summary>
    internal static readonly Index<TargetRecord> TargetsById = new("id", target => target.Scope.Key(target.Id));

    internal static readonly Table<TargetRecord> Targets = new(
        "elbv2.targets",
        target => target.Key,
        LoadBalancingJson.Default,
        TargetsById
    );

    internal static readonly Table<TrustStoreRecord> TrustStores = new(
        "elbv2.trust-stores",
        store => store.Key,
        LoadBalancingJson.Default
    );

    /// <summary>All of them, to open the store with.</summary>
    public static IReadOnlyList<Table> All { get; } =
    [LoadBalancers, Listeners, Rules, Forwards, TargetGroups, Targets, TrustStores];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(LoadBalancerRecord))]
[JsonSerializable(typeof(ListenerRecord))]
[JsonSerializable(typeof(RuleRecord))]
[JsonSerializable(typeof(ForwardRecord))]
[JsonSerializable(typeof(TargetGroupRecord))]
[JsonSerializable(typeof(TargetRecord))]
[JsonSerializable(typeof(TrustStoreRecord))]
internal sealed partial class LoadBalancingJson : JsonSerializerContext;
