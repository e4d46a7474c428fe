using Estiba.Contracts.ElbV2;
using static Estiba.Contracts.ElbV2.ElbV2Errors;
using static Estiba.LoadBalancing.Attributes.AttributeSpec;

namespace Estiba.LoadBalancing.Attributes;

/// <summary>The attributes of load balancers ("LoadBalancerAttribute", API reference).</summary>
internal static class LoadBalancerAttributeSets
{
    internal const string CrossZone = "load_balancing.cross_zone.enabled";
    internal const string TlsHeaders = "routing.http.x_amzn_tls_version_and_cipher_suite.enabled";
    internal const string DeletionProtection = "deletion_protection.enabled";

    private static readonly AttributeSpec[] OfApplication =
    [
        .. Logs("access_logs", "access logs in Amazon S3"),
        Flag(DeletionProtection, false),
        // On an Application Load Balancer it is always on.
        Flag(CrossZone, true) with
        {
            Needs = "load balancing within one zone",
        },
        Flag("zonal_shift.config.enabled", false) with
        {
            Needs = "zonal shift",
        },
        Number("idle_timeout.timeout_seconds", "60", 1, 4000),
        Number("client_keep_alive.seconds", "3600", 60, 604_800),
        .. Logs("connection_logs", "connection logs"),
        .. Logs("health_check_logs", "health check logs"),
        Choice("routing.http.desync_mitigation_mode", "defensive", "monitor", "defensive", "strictest"),
        Flag("routing.http.drop_invalid_header_fields.enabled", false),
        Flag("routing.http.preserve_host_header.enabled", false),
        Flag(TlsHeaders, false),
        Flag("routing.http.xff_client_port.enabled", false),
        Choice("routing.http.xff_header_processing.mode", "append", "append", "preserve", "remove"),
        Flag("routing.http2.enabled", true),
        Flag("waf.fail_open.enabled", false),
    ];

    private static readonly AttributeSpec[] OfNetwork =
    [
        .. Logs("access_logs", "access logs"),
        Flag(DeletionProtection, false),
        Flag(CrossZone, false),
        Flag("zonal_shift.config.enabled", false) with
        {
            Needs = "zonal shift",
        },
        Choice(
            "dns_record.client_routing_policy",
            "any_availability_zone",
            "any_availability_zone",
            "availability_zone_affinity",
            "partial_availability_zone_affinity"
        ) with
        {
            Needs = "affinity of DNS answers to zones",
        },
        Number("secondary_ips.auto_assigned.per_subnet", "0", 0, 7) with
        {
            Needs = "secondary addresses",
        },
    ];

    private static readonly HashSet<string> Keys =
    [
        .. OfApplication.Concat(OfNetwork).Select(spec => spec.Key),
        "ipv6.deny_all_igw_traffic",
    ];

    private static readonly AttributeSet Application = Of(LoadBalancerTypeEnum.Application, OfApplication);
    private static readonly AttributeSet Network = Of(LoadBalancerTypeEnum.Network, OfNetwork);

    /// <summary>Those of a load balancer with a type.</summary>
    internal static AttributeSet Of(string type) => type == LoadBalancerTypeEnum.Application ? Application : Network;

    private static AttributeSet Of(string type, AttributeSpec[] specs) =>
        new("Load balancer", specs, Keys, key =>
            InvalidConfigurationRequestException(
                key == "ipv6.deny_all_igw_traffic"
                    ? $"Load balancer attribute key '{key}' is not supported on load balancers with IP address "
                        + "type 'ipv4'"
                    : $"Load balancer attribute key '{key}' is not supported on load balancers with type '{type}'"
            )
        );

    private static IEnumerable<AttributeSpec> Logs(string prefix, string what) =>
        [
            Flag($"{prefix}.s3.enabled", false) with
            {
                Needs = what,
            },
            Text($"{prefix}.s3.bucket"),
            Text($"{prefix}.s3.prefix"),
        ];
}
