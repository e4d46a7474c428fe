using Estiba.Contracts.ElbV2;
using static Estiba.Contracts.ElbV2.ElbV2Errors;
using static Estiba.LoadBalancing.Attributes.AttributeSpec;

namespace Estiba.LoadBalancing.Attributes;

/// <summary>The attributes of listeners ("ListenerAttribute", API reference).</summary>
internal static class ListenerAttributeSets
{
    internal const string IdleTimeout = "tcp.idle_timeout.seconds";

    internal const string ServerHeader = "routing.http.response.server.enabled";
    internal const string TlsVersionHeader = "routing.http.request.x_amzn_tls_version.header_name";
    internal const string TlsCipherSuiteHeader = "routing.http.request.x_amzn_tls_cipher_suite.header_name";

    private const string ResponsePrefix = "routing.http.response.";
    private const string ValueSuffix = ".header_value";
    private const int LongestValue = 1024;

    private static readonly AttributeSpec[] OfTcp = [Number(IdleTimeout, "350", 60, 6000)];

    private static readonly AttributeSpec[] OfHttp =
    [
        Flag(ServerHeader, true),
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
        ClientCertificate("_serial_number", "-Serial-Number"),
        ClientCertificate("_issuer", "-Issuer"),
        ClientCertificate("_subject", "-Subject"),
        ClientCertificate("_validity", "-Validity"),
        ClientCertificate("_leaf", "-Leaf"),
        ClientCertificate("", ""),
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

    /// <summary>The header of answers that an attribute is the value of; null for one that is none.</summary>
    internal static string? ResponseHeaderOf(string key) =>
        key.StartsWith(ResponsePrefix, StringComparison.Ordinal) && key.EndsWith(ValueSuffix, StringComparison.Ordinal)
            ? string.Join('-', key[ResponsePrefix.Length..^ValueSuffix.Length].Split('_').Select(Capitalized))
            : null;

    private static string Capitalized(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static AttributeSet Of(string protocol, AttributeSpec[] specs) =>
        new("Listener", specs, Keys, key =>
            InvalidConfigurationRequestException(
                $"Listener attribute key '{key}' is not supported on listeners with the {protocol} protocol"
            )
        );

    private static IEnumerable<AttributeSpec> Headers(params string[] names) =>
        names.Select(name => new AttributeSpec(
            ResponsePrefix + name + ValueSuffix,
            "",
            value => value.Length <= LongestValue && value.All(each => each is >= ' ' and <= '~'),
            $"at most '{LongestValue}' printable characters of ASCII"
        ));

    private static AttributeSpec ClientCertificate(string key, string name) =>
        HeaderName("x_amzn_mtls_clientcert" + key, "X-Amzn-Mtls-Clientcert" + name) with
        {
            Needs = "mutual TLS",
        };

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
