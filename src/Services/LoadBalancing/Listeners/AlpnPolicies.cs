using System.Net.Security;

namespace Estiba.LoadBalancing.Listeners;

/// <summary>Which protocols TLS listeners offer by ALPN ("ALPN policies", user guide).</summary>
internal static class AlpnPolicies
{
    private static readonly SslApplicationProtocol Http10 = new("http/1.0");

    private static readonly (string Name, SslApplicationProtocol[] Protocols)[] All =
    [
        ("HTTP1Only", [SslApplicationProtocol.Http11, Http10]),
        ("HTTP2Only", [SslApplicationProtocol.Http2]),
        ("HTTP2Optional", [SslApplicationProtocol.Http11, Http10, SslApplicationProtocol.Http2]),
        ("HTTP2Preferred", [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11, Http10]),
        ("None", []),
    ];

    /// <summary>The names of all policies.</summary>
    internal static IEnumerable<string> Names => All.Select(policy => policy.Name);

    /// <summary>The protocols of a policy, the dearest first; null when there is no such policy.</summary>
    internal static IReadOnlyList<SslApplicationProtocol>? Find(string name) =>
        All.FirstOrDefault(policy => policy.Name == name).Protocols;
}
