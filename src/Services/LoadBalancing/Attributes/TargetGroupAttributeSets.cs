using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using static Estiba.Contracts.ElbV2.ElbV2Errors;
using static Estiba.LoadBalancing.Attributes.AttributeSpec;

namespace Estiba.LoadBalancing.Attributes;

/// <summary>The attributes of target groups ("TargetGroupAttribute", API reference).</summary>
internal static class TargetGroupAttributeSets
{
    internal const string DeregistrationDelay = "deregistration_delay.timeout_seconds";

    private const string StickinessEnabled = "stickiness.enabled";
    private const string StickinessType = "stickiness.type";
    private const string CookieName = "stickiness.app_cookie.cookie_name";
    private const string Algorithm = "load_balancing.algorithm.type";
    private const string SlowStart = "slow_start.duration_seconds";
    private const string RoundRobin = "round_robin";
    private const string Termination = "target_health_state.unhealthy.connection_termination.enabled";
    private const string DrainingInterval = "target_health_state.unhealthy.draining_interval_seconds";

    private const int ShortestSlowStart = 30;

    /// <summary>The cookies of the load balancer itself.</summary>
    private static readonly string[] ReservedCookies = ["AWSALB", "AWSALBAPP", "AWSALBTG"];

    private static readonly AttributeSpec[] OfAll =
    [
        Number(DeregistrationDelay, "300", 0, 3600),
        Flag(StickinessEnabled, false),
        Choice(
            "load_balancing.cross_zone.enabled",
            "use_load_balancer_configuration",
            "true",
            "false",
            "use_load_balancer_configuration"
        ),
        Number("target_group_health.dns_failover.minimum_healthy_targets.count", "1", 1, 1000, "off"),
        Number("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", 1, 100, "off"),
        Number("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", 1, 1000),
        Number("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off", 1, 100, "off"),
    ];

    private static readonly AttributeSpec[] OfHttp =
    [
        .. OfAll,
        Choice(StickinessType, "lb_cookie", "lb_cookie", "app_cookie"),
        Text(CookieName, longest: 4096),
        Number("stickiness.app_cookie.duration_seconds", "86400", 1, 604_800),
        Number("stickiness.lb_cookie.duration_seconds", "86400", 1, 604_800),
        Choice(Algorithm, RoundRobin, RoundRobin, "least_outstanding_requests", "weighted_random"),
        Choice("load_balancing.algorithm.anomaly_mitigation", "off", "on", "off") with
        {
            Needs = "anomaly mitigation",
        },
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

    /// <summary>Those of a target group.</summary>
    /// <param name="protocol">Its protocol.</param>
    /// <param name="targetType">What it has.</param>
    internal static AttributeSet Of(string protocol, string targetType) =>
        protocol is ProtocolEnum.Http or ProtocolEnum.Https ? Http
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

        var merged = set.Merge(changed, asked);
        if (set == Http)
            CheckHttp(set, merged);
        else if (set.ValueOf(merged, Termination) == "true" && set.ValueOf(merged, DrainingInterval) != "0")
            throw InvalidConfigurationRequestException(
                $"Target group attribute key '{DrainingInterval}' can only be set when '{Termination}' is 'false'"
            );
        return merged;
    }

    private static void CheckHttp(AttributeSet set, IReadOnlyDictionary<string, string> merged)
    {
        if (set.ValueOf(merged, SlowStart) != "0" && set.ValueOf(merged, Algorithm) is var algorithm and not RoundRobin)
            throw InvalidConfigurationRequestException(
                $"Target group attribute key '{SlowStart}' cannot be set when '{Algorithm}' is '{algorithm}'"
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
            Flag("deregistration_delay.connection_termination.enabled", false),
            Flag("preserve_client_ip.enabled", targetType != TargetTypeEnum.Ip),
            Flag("proxy_protocol_v2.enabled", false),
            Flag(Termination, true),
            Number(DrainingInterval, "0", 0, 360_000),
        ];

    private static AttributeSet Set(AttributeSpec[] specs) =>
        new("Target group", specs, Keys, _ =>
            InvalidConfigurationRequestException("The provided target group attribute is not supported")
        );
}
