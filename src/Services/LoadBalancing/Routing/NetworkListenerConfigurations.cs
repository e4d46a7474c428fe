using System.Globalization;
using System.Net;
using Estiba.Contracts.ElbV2;
using Estiba.Listeners;
using Estiba.LoadBalancing.Attributes;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.LoadBalancing.Targets;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.LoadBalancing.Traffic.Targets;
using Estiba.State;

namespace Estiba.LoadBalancing.Routing;

/// <summary>What the traffic of network load balancers needs to know of the records.</summary>
internal static class NetworkListenerConfigurations
{
    /// <summary>The listeners of all load balancers that have addresses.</summary>
    /// <param name="view">The state.</param>
    /// <param name="certificates">The certificates of listeners that speak TLS, by ARN; one without any is left
    /// out.</param>
    internal static IReadOnlyList<NetworkListenerConfiguration> Of(
        View view,
        IReadOnlyDictionary<string, ServerCertificate> certificates
    ) =>
        [
            .. view.Range(LoadBalancingTables.LoadBalancers)
                .Where(balancer =>
                    balancer is { DeletedAt: null, Type: LoadBalancerTypeEnum.Network, Interfaces.Count: > 0 }
                )
                .SelectMany(balancer =>
                    ListenerNames
                        .Of(view, balancer)
                        .Where(listener => !listener.IsSecure || listener.Certificates.Any(certificates.ContainsKey))
                        .Select(listener => Of(view, balancer, listener, certificates))
                ),
        ];

    private static NetworkListenerConfiguration Of(
        View view,
        LoadBalancerRecord balancer,
        ListenerRecord listener,
        IReadOnlyDictionary<string, ServerCertificate> certificates
    )
    {
        var forward = view.Find(LoadBalancingTables.Rules, listener.DefaultRuleKey)!.Actions[^1].ForwardConfig!;
        return new NetworkListenerConfiguration
        {
            Arn = listener.Arn,
            LoadBalancerArn = balancer.Arn,
            Addresses = [.. ListenerConfigurations.AddressesOf(balancer)],
            Port = listener.Port,
            Protocol = listener.Protocol switch
            {
                ProtocolEnum.Tls => NetworkProtocol.Tls,
                ProtocolEnum.Udp => NetworkProtocol.Udp,
                ProtocolEnum.TcpUdp => NetworkProtocol.TcpUdp,
                _ => NetworkProtocol.Tcp,
            },
            Tls = listener.IsSecure
                ? new NetworkTls(
                    ListenerConfigurations.Chooser(listener, certificates),
                    ListenerConfigurations.TlsVersionsOf(listener),
                    listener.AlpnPolicy is { } policy ? AlpnPolicies.Find(policy) ?? [] : []
                )
                : null,
            IdleTimeout = IdleTimeoutOf(listener),
            Groups =
            [
                .. forward.TargetGroups!.SelectMany(tuple =>
                    TargetGroupNames.Find(view, listener.Scope, tuple.TargetGroupArn!) is { } group
                        ? new[] { new WeightedNetworkTargetGroup(Of(view, balancer, group), tuple.Weight ?? 1) }
                        : []
                ),
            ],
            StickyGroups = forward.TargetGroupStickinessConfig?.Enabled == true,
        };
    }

    // Only TCP listeners have the attribute; with others it is the default.
    private static TimeSpan IdleTimeoutOf(ListenerRecord listener) =>
        TimeSpan.FromSeconds(
            int.Parse(
                ListenerAttributeSets
                    .Of(ProtocolEnum.Tcp)
                    .ValueOf(
                        listener.Protocol == ProtocolEnum.Tcp ? listener.Attributes : ListenerRecord.NoAttributes,
                        ListenerAttributeSets.IdleTimeout
                    ),
                CultureInfo.InvariantCulture
            )
        );

    private static NetworkTargetGroupConfiguration Of(View view, LoadBalancerRecord balancer, TargetGroupRecord group)
    {
        var settings = new TargetGroupSettings(group);
        return new NetworkTargetGroupConfiguration
        {
            Arn = group.Arn,
            Secure = group.Protocol == ProtocolEnum.Tls,
            CrossZone = settings.IsCrossZoneFor(balancer),
            StickyBySource = settings.Flag(TargetGroupAttributeSets.StickinessEnabled),
            ProxyProtocol = settings.Flag(TargetGroupAttributeSets.ProxyProtocol),
            EndsWithDeregistration = settings.Flag(TargetGroupAttributeSets.StopsWithDeregistration),
            EndsWhenUnhealthy = settings.Flag(TargetGroupAttributeSets.Termination),
            Threshold = settings.RoutingThreshold,
            Targets = [.. TargetNames.Of(view, group.Key).SelectMany(target => Of(view, group, target))],
        };
    }

    /// <summary>A target at its address; a load balancer as a target at all of its addresses, for each zone
    /// alike.</summary>
    private static IEnumerable<NetworkTarget> Of(View view, TargetGroupRecord group, TargetRecord target)
    {
        if (target.Address is null)
            return [];
        var state = Enum.Parse<TargetState>(target.Health.State, ignoreCase: true);
        var addresses =
            group.TargetType == TargetTypeEnum.Alb && LoadBalancerNames.Find(view, target.Scope, target.Id) is { } its
                ? its.Interfaces.Select(each => each.Address)
                : [target.Address];
        return addresses.Select(address => new NetworkTarget(
            new IPEndPoint(IPAddress.Parse(address), target.Port),
            state,
            target.Zone
        ));
    }
}
