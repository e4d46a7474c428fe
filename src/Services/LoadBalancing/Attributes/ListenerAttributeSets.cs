using Estiba.Contracts.ElbV2;
using static Estiba.Contracts.ElbV2.ElbV2Errors;
using static Estiba.LoadBalancing.Attributes.AttributeSpec;

namespace Estiba.LoadBalancing.Attributes;

/// <summary>The attributes of listeners ("ListenerAttribute", API reference).</summary>
internal static class ListenerAttributeSets
{
    internal const string IdleTimeout = "tcp.idle_timeout.seconds";

    private static readonly AttributeSpec[] OfTcp = [Number(IdleTimeout, "350", 60, 6000)];

    private static readonly AttributeSpec[] OfHttp =
    [
        Flag("routing.http.response.server.enabled", true),
        .. Headers(
            "access_control_allow_origin",
            "access_control_allow_methods",
            "access_control_allow_headers",
            "access_control_allow_credentials",
            "access_control_expose_headers",
            "access_control_max_age",
            "content_security_policy",
            "x_content_type_options",
            "x_frame_options"
        ),
    ];

    private static readonly AttributeSpec[] OfHttps =
    [
        .. OfHttp,
        .. Headers("strict_transport_security"),
        HeaderName("x_amzn_mtls_clientcert_serial_number", "X-Amzn-Mtls-Clientcert-Serial-Number"),
        HeaderName("x_amzn_mtls_clientcert_issuer", "X-Amzn-Mtls-Clientcert-Issuer"),
        HeaderName("x_amzn_mtls_clientcert_subject", "X-Amzn-Mtls-Clientcert-Subject"),
        HeaderName("x_amzn_mtls_clientcert_validity", "X-Amzn-Mtls-Clientcert-Validity"),
        HeaderName("x_amzn_mtls_clientcert_leaf", "X-Amzn-Mtls-Clientcert-Leaf"),
        HeaderName("x_amzn_mtls_clientcert", "X-Amzn-Mtls-Clientcert"),
        HeaderName("x_amzn_tls_version", "X-Amzn-Tls-Version"),
        HeaderName("x_amzn_tls_cipher_suite", "X-Amzn-Tls-Cipher-Suite"),
    ];

    private static readonly HashSet<string> Keys = [.. OfTcp.Concat(OfHttps).Select(spec => spec.Key)];

    private static readonly Dictionary<string, AttributeSet> Sets = new(StringComparer.Ordinal)
    {
        [ProtocolEnum.Http] = Of(ProtocolEnum.Http, OfHttp),
        [ProtocolEnum.Https] = Of(ProtocolEnum.Https, OfHttps),
        [ProtocolEnum.Tcp] = Of(ProtocolEnum.Tcp, OfTcp),
        [ProtocolEnum.Tls] = Of(ProtocolEnum.Tls, []),
        [ProtocolEnum.Udp] = Of(ProtocolEnum.Udp, []),
        [ProtocolEnum.TcpUdp] = Of(ProtocolEnum.TcpUdp, []),
    };

    /// <summary>Those of a listener with a protocol.</summary>
    internal static AttributeSet Of(string protocol) => Sets[protocol];

    private static AttributeSet Of(string protocol, AttributeSpec[] specs) =>
        new("Listener", specs, Keys, key =>
            InvalidConfigurationRequestException(
                $"Listener attribute key '{key}' is not supported on listeners with the {protocol} protocol"
            )
        );

    private static IEnumerable<AttributeSpec> Headers(params string[] names) =>
        names.Select(name => Text($"routing.http.response.{name}.header_value"));

    private static AttributeSpec HeaderName(string key, string name) =>
        new(
            $"routing.http.request.{key}.header_name",
            name,
            value =>
                value.Length is > 0 and <= 40
                && value.All(each => char.IsAsciiLetterOrDigit(each) || each is '-' or '_'),
            "the name of a header with at most '40' characters"
        );
}
