using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using static Estiba.Contracts.ElbV2.ElbV2Errors;
using static Estiba.LoadBalancing.Attributes.AttributeSpec;

namespace Estiba.LoadBalancing.Attributes;

/// <summary>The attributes of target groups ("TargetGroupAttribute", API reference).</summary>
internal static class TargetGroupAttributeSets
{
    internal const string DeregistrationDelay = "deregistration_delay.timeout_seconds";

    internal const string StickinessEnabled = "stickiness.enabled";
    internal const string StickinessType = "stickiness.type";
    internal const string CookieName = "stickiness.app_cookie.cookie_name";
    internal const string CookieDuration = "stickiness.app_cookie.duration_seconds";
    internal const string OwnCookieDuration = "stickiness.lb_cookie.duration_seconds";
    internal const string Algorithm = "load_balancing.algorithm.type";
    internal const string AnomalyMitigation = "load_balancing.algorithm.anomaly_mitigation";
    internal const string SlowStart = "slow_start.duration_seconds";
    private const string RoundRobin = "round_robin";
    private const string WeightedRandom = "weighted_random";
    internal const string StopsWithDeregistration = "deregistration_delay.connection_termination.enabled";
    internal const string ProxyProtocol = "proxy_protocol_v2.enabled";
    internal const string CrossZone = "load_balancing.cross_zone.enabled";
    internal const string LeastHealthy = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count";
    internal const string LeastHealthyPercent =
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage";
    internal const string LeastHealthyInDns = "target_group_health.dns_failover.minimum_healthy_targets.count";
    internal const string LeastHealthyPercentInDns =
        "target_group_health.dns_failover.minimum_healthy_targets.percentage";
    internal const string Termination = "target_health_state.unhealthy.connection_termination.enabled";
    private const string PreserveClientAddress = "preserve_client_ip.enabled";

    private const int ShortestSlowStart = 30;

    /// <summary>The cookies of the load balancer itself.</summary>
    private static readonly string[] ReservedCookies = ["AWSALB", "AWSALBAPP", "AWSALBTG"];

    private static readonly AttributeSpec[] OfAll =
    [
        Number(DeregistrationDelay, "300", 0, 3600),
        Flag(StickinessEnabled, false),
        Choice(CrossZone, "use_load_balancer_configuration", "true", "false", "use_load_balancer_configuration"),
        Number(LeastHealthyInDns, "1", 1, 1000, "off"),
        Number(LeastHealthyPercentInDns, "off", 1, 100, "off"),
        Number(LeastHealthy, "1", 1, 1000),
        Number(LeastHealthyPercent, "off", 1, 100, "off"),
    ];

    private static readonly AttributeSpec[] OfHttp =
    [
        .. OfAll,
        Choice(StickinessType, "lb_cookie", "lb_cookie", "app_cookie"),
        Text(CookieName, longest: 4096),
        Number(CookieDuration, "86400", 1, 604_800),
        Number(OwnCookieDuration, "86400", 1, 604_800),
        Choice(Algorithm, RoundRobin, RoundRobin, "least_outstanding_requests", WeightedRandom),
        Choice(AnomalyMitigation, "off", "on", "off"),
        new(
            SlowStart,
            "0",
            value => TryNumber(value, out var seconds) && (seconds == 0 || seconds is >= ShortestSlowStart and <= 900),
            "between '30' and '900', or '0'"
        ),
    ];

    private static readonly HashSet<string> Keys =
    [
        .. OfHttp.Concat(OfTcp("instance")).Select(spec => spec.Key),
        "lambda.multi_value_headers.enabled",
        "target_failover.on_deregistration",
        "target_failover.on_unhealthy",
    ];

    private static readonly AttributeSet Http = Set(OfHttp);
    private static readonly AttributeSet TcpToInstances = Set(OfTcp(TargetTypeEnum.Instance));
    private static readonly AttributeSet TcpToAddresses = Set(OfTcp(TargetTypeEnum.Ip));
    private static readonly AttributeSet Udp = Set(OfUdp());

    /// <summary>Those of a target group.</summary>
    /// <param name="protocol">Its protocol.</param>
    /// <param name="targetType">What it has.</param>
    internal static AttributeSet Of(string protocol, string targetType) =>
        protocol is ProtocolEnum.Http or ProtocolEnum.Https ? Http
        : protocol is ProtocolEnum.Udp or ProtocolEnum.TcpUdp ? Udp
        : targetType == TargetTypeEnum.Ip ? TcpToAddresses
        : TcpToInstances;

    /// <summary>Changes attributes, and checks what they say together.</summary>
    /// <param name="set">Those that the group has.</param>
    /// <param name="protocol">The group's protocol.</param>
    /// <param name="changed">What was changed before.</param>
    /// <param name="asked">What is asked for.</param>
    internal static IReadOnlyDictionary<string, string> Merge(
        AttributeSet set,
        string protocol,
        IReadOnlyDictionary<string, string> changed,
        IReadOnlyList<(string? Key, string? Value)> asked
    )
    {
        foreach (var (_, type) in asked.Where(each => each.Key == StickinessType))
        {
            var isKnown =
                type is "lb_cookie" or "app_cookie" or "source_ip" or "source_ip_dest_ip" or "source_ip_dest_ip_proto";
            if (isKnown && (set == Http) != type is "lb_cookie" or "app_cookie")
                throw StickinessNotSupported(type!, protocol);
        }

        if (set != Http)
            CheckClientAddresses(set, asked);
        var merged = set.Merge(changed, asked);
        if (set == Http)
            CheckHttp(set, merged);
        return merged;
    }

    // Targets see the load balancer's address: nobody is made to believe that they do not.
    private static void CheckClientAddresses(AttributeSet set, IReadOnlyList<(string? Key, string? Value)> asked)
    {
        foreach (var (_, value) in asked.Where(each => each.Key == PreserveClientAddress))
        {
            if (value == "false" && set == Udp)
                throw InvalidConfigurationRequestException(
                    $"{PreserveClientAddress} cannot be false if the target group protocol is UDP or TCP_UDP"
                );
            if (value == "true")
                throw InvalidConfigurationRequestException(
                    "Estiba does not preserve the addresses of clients: targets see the load balancer's own. Leave "
                        + $"'{PreserveClientAddress}' alone or set it to 'false', and set '{ProxyProtocol}' to "
                        + "'true' where targets have to know their clients"
                );
        }
    }

    private static void CheckHttp(AttributeSet set, IReadOnlyDictionary<string, string> merged)
    {
        if (set.ValueOf(merged, SlowStart) != "0" && set.ValueOf(merged, Algorithm) is var algorithm and not RoundRobin)
            throw InvalidConfigurationRequestException(
                $"Target group attribute key '{SlowStart}' cannot be set when '{Algorithm}' is '{algorithm}'"
            );
        if (
            set.ValueOf(merged, AnomalyMitigation) == "on"
            && set.ValueOf(merged, Algorithm) is var other and not WeightedRandom
        )
            throw InvalidConfigurationRequestException(
                $"Target group attribute key '{AnomalyMitigation}' cannot be 'on' when '{Algorithm}' is '{other}'"
            );
        var cookie = set.ValueOf(merged, CookieName);
        if (ReservedCookies.Any(reserved => cookie.StartsWith(reserved, StringComparison.Ordinal)))
            throw InvalidConfigurationRequestException(
                $"The application cookie name '{cookie}' is reserved for use by the load balancer"
            );
        if (
            cookie.Length == 0
            && set.ValueOf(merged, StickinessEnabled) == "true"
            && set.ValueOf(merged, StickinessType) == "app_cookie"
        )
            throw InvalidConfigurationRequestException(
                $"Target group attribute key '{CookieName}' must be set when '{StickinessType}' is 'app_cookie'"
            );
    }

    private static AwsException StickinessNotSupported(string type, string protocol) =>
        InvalidConfigurationRequestException(
            $"Stickiness type '{type}' is not supported for target groups with the {protocol} protocol"
        );

    private static AttributeSpec[] OfTcp(string targetType) =>
        [
            .. OfAll,
            Choice(StickinessType, "source_ip", "source_ip"),
            Flag(StopsWithDeregistration, false),
            Flag(PreserveClientAddress, targetType != TargetTypeEnum.Ip),
            Flag(ProxyProtocol, false),
            Flag(Termination, true),
            UnhealthyDraining,
        ];

    private static AttributeSpec[] OfUdp() =>
        [
            .. OfAll,
            Choice(StickinessType, "source_ip", "source_ip"),
            Flag(StopsWithDeregistration, true),
            Flag(PreserveClientAddress, true),
            Flag(ProxyProtocol, false) with
            {
                Needs = "the proxy protocol over UDP",
            },
            Choice(Termination, "false", "false"),
            UnhealthyDraining,
        ];

    private static AttributeSpec UnhealthyDraining =>
        Number("target_health_state.unhealthy.draining_interval_seconds", "0", 0, 360_000) with
        {
            Needs = "draining of unhealthy targets",
        };

    private static AttributeSet Set(AttributeSpec[] specs) =>
        new("Target group", specs, Keys, _ =>
            InvalidConfigurationRequestException("The provided target group attribute is not supported")
        );
}
