using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.Tagging;
using Estiba.State;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing.LoadBalancers;

/// <summary>Makes load balancers; one with the same name and settings is as good as a new one.</summary>
internal sealed class LoadBalancerCreation(ElbIds ids, TimeProvider time)
{
    internal LoadBalancerRecord Apply(Transaction transaction, LoadBalancerRecord wanted, IReadOnlyList<Tag>? tags)
    {
        if (LoadBalancerNames.Named(transaction, wanted.Scope, wanted.Name) is { } existing)
            return IsSame(existing, wanted)
                ? existing
                : throw DuplicateLoadBalancerNameException(
                    $"A load balancer with the same name '{wanted.Name}' exists, but with different settings"
                );
        var others = LoadBalancerNames.All(transaction, wanted.Scope).Count(each => each.Type == wanted.Type);
        if (others >= AccountLimits.LoadBalancers)
            throw TooManyLoadBalancersException("The maximum number of load balancers has been reached");

        var id = ids.Resource();
        var record = wanted with
        {
            Id = id,
            DnsName = DnsName(wanted, id),
            CreatedAt = time.GetUtcNow(),
            Tags = Tags.Merge([], tags),
        };
        transaction.Put(LoadBalancingTables.LoadBalancers, record);
        return record;
    }

    /// <summary>Refuses what is not there yet.</summary>
    internal static void CheckSupported(CreateLoadBalancerInput request)
    {
        if (request.Type == LoadBalancerTypeEnum.Gateway)
            throw ElbErrors.NotSupported("Gateway Load Balancers");
        if (request.CustomerOwnedIpv4Pool is not null)
            throw ElbErrors.NotSupported("customer-owned address pools");
        if (request.IpamPools?.Ipv4IpamPoolId is not null)
            throw ElbErrors.NotSupported("IPAM pools");
        CheckPrefix(request.EnablePrefixForIpv6SourceNat);
    }

    /// <summary>Refuses source NAT by IPv6.</summary>
    internal static void CheckPrefix(string? enabled)
    {
        if (enabled == EnablePrefixForIpv6SourceNatEnum.On)
            throw ElbErrors.NotSupported("IPv6 prefixes for source NAT");
    }

    private static bool IsSame(LoadBalancerRecord existing, LoadBalancerRecord wanted) =>
        (existing.Type, existing.Scheme, existing.VpcId) == (wanted.Type, wanted.Scheme, wanted.VpcId)
        && existing.Subnets.ToHashSet().SetEquals(wanted.Subnets)
        && existing.SecurityGroups.ToHashSet().SetEquals(wanted.SecurityGroups);

    private string DnsName(LoadBalancerRecord wanted, string id)
    {
        var region = wanted.Scope.Region;
        if (wanted.Type == LoadBalancerTypeEnum.Network)
            return $"{wanted.Name}-{id}.elb.{region}.{Arn.DnsSuffixOf(region)}";
        var prefix = wanted.Scheme == LoadBalancerSchemeEnum.Internal ? "internal-" : "";
        return $"{prefix}{wanted.Name}-{ids.Number()}.{region}.elb.{Arn.DnsSuffixOf(region)}";
    }
}
