using Estiba.Contracts.ElbV2;

namespace Estiba.LoadBalancing.Certificates;

/// <summary>
/// The security policies ("Security policies for your Application Load Balancer", user guide). Those that promise
/// validated modules (FIPS) or post-quantum key exchange are not among them: nobody here could keep the promise.
/// </summary>
internal static class SslPolicies
{
    /// <summary>The policy of a listener that names none.</summary>
    internal const string Default = "ELBSecurityPolicy-2016-08";

    private static readonly string[] Tls13 =
    [
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
    ];

    private static readonly string[] Authenticated =
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
    ];

    private static readonly string[] Forward =
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES128-SHA256",
        "ECDHE-RSA-AES128-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES256-SHA384",
        "ECDHE-RSA-AES256-SHA384",
    ];

    private static readonly string[] ForwardOld =
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES128-SHA256",
        "ECDHE-RSA-AES128-SHA256",
        "ECDHE-ECDSA-AES128-SHA",
        "ECDHE-RSA-AES128-SHA",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES256-SHA384",
        "ECDHE-RSA-AES256-SHA384",
        "ECDHE-RSA-AES256-SHA",
        "ECDHE-ECDSA-AES256-SHA",
    ];

    private static readonly string[] Plain =
    [
        "AES128-GCM-SHA256",
        "AES128-SHA256",
        "AES256-GCM-SHA384",
        "AES256-SHA256",
    ];

    private static readonly string[] PlainOld =
    [
        "AES128-GCM-SHA256",
        "AES128-SHA256",
        "AES128-SHA",
        "AES256-GCM-SHA384",
        "AES256-SHA256",
        "AES256-SHA",
    ];

    private static readonly string[] Everything = [.. ForwardOld, .. PlainOld];

    private static readonly string[] From10 = ["TLSv1", "TLSv1.1", "TLSv1.2"];
    private static readonly string[] From11 = ["TLSv1.1", "TLSv1.2"];
    private static readonly string[] Only12 = ["TLSv1.2"];
    private static readonly string[] And13 = ["TLSv1.3"];

    /// <summary>All of them, by name.</summary>
    internal static readonly IReadOnlyList<SslPolicy> All =
    [
        Of(Default, From10, Everything),
        Of("ELBSecurityPolicy-FS-1-1-2019-08", From11, ForwardOld),
        Of("ELBSecurityPolicy-FS-1-2-2019-08", Only12, ForwardOld),
        Of("ELBSecurityPolicy-FS-1-2-Res-2019-08", Only12, Forward),
        Of("ELBSecurityPolicy-FS-1-2-Res-2020-10", Only12, Authenticated),
        Of("ELBSecurityPolicy-FS-2018-06", From10, ForwardOld),
        Of("ELBSecurityPolicy-TLS-1-0-2015-04", From10, [.. Everything, "DES-CBC3-SHA"]),
        Of("ELBSecurityPolicy-TLS-1-1-2017-01", From11, Everything),
        Of("ELBSecurityPolicy-TLS-1-2-2017-01", Only12, [.. Forward, .. Plain]),
        Of("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", Only12, Everything),
        Of("ELBSecurityPolicy-TLS13-1-0-2021-06", [.. From10, .. And13], [.. Tls13, .. Everything]),
        Of("ELBSecurityPolicy-TLS13-1-1-2021-06", [.. From11, .. And13], [.. Tls13, .. Everything]),
        Of("ELBSecurityPolicy-TLS13-1-2-2021-06", [.. Only12, .. And13], [.. Tls13, .. Forward]),
        Of("ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", [.. Only12, .. And13], [.. Tls13, .. Forward, .. Plain]),
        Of("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", [.. Only12, .. And13], [.. Tls13, .. Everything]),
        Of("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", [.. Only12, .. And13], [.. Tls13, .. Authenticated]),
        Of("ELBSecurityPolicy-TLS13-1-3-2021-06", And13, Tls13),
    ];

    /// <summary>The policy with a name; null when there is none.</summary>
    internal static SslPolicy? Find(string name) => All.FirstOrDefault(policy => policy.Name == name);

    private static SslPolicy Of(string name, string[] protocols, string[] ciphers) =>
        new()
        {
            Name = name,
            SslProtocols = protocols,
            Ciphers = [.. ciphers.Select((cipher, index) => new Cipher { Name = cipher, Priority = index + 1 })],
            SupportedLoadBalancerTypes = [LoadBalancerTypeEnum.Application, LoadBalancerTypeEnum.Network],
        };
}
