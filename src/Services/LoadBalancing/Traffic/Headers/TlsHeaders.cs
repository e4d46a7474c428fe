using System.Net.Security;
using System.Security.Authentication;

namespace Estiba.LoadBalancing.Traffic.Headers;

/// <summary>Under which names targets are told how the client's connection is encrypted
/// (<c>routing.http.x_amzn_tls_version_and_cipher_suite.enabled</c>).</summary>
/// <param name="Version">The header for the version of TLS.</param>
/// <param name="CipherSuite">The header for the cipher suite.</param>
public sealed record TlsHeaders(string Version = "X-Amzn-Tls-Version", string CipherSuite = "X-Amzn-Tls-Cipher-Suite")
{
    /// <summary>A version as OpenSSL calls it: <c>TLSv1.3</c>.</summary>
    public static string NameOf(SslProtocols version) =>
        version switch
        {
            SslProtocols.Tls13 => "TLSv1.3",
            SslProtocols.Tls12 => "TLSv1.2",
            _ => version.ToString(),
        };

    /// <summary>
    /// A cipher suite as OpenSSL calls it: <c>ECDHE-RSA-AES128-GCM-SHA256</c>; those of TLS 1.3 have one name.
    /// </summary>
    public static string NameOf(TlsCipherSuite suite)
    {
        var name = suite.ToString();
        return !name.Contains("_WITH_", StringComparison.Ordinal)
            ? name
            : name.Replace("TLS_RSA_WITH_", "", StringComparison.Ordinal)
                .Replace("TLS_", "", StringComparison.Ordinal)
                .Replace("_WITH_", "_", StringComparison.Ordinal)
                .Replace("AES_", "AES", StringComparison.Ordinal)
                .Replace("_CBC", "", StringComparison.Ordinal)
                .Replace("CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305", StringComparison.Ordinal)
                .Replace('_', '-');
    }
}
