using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Estiba.LoadBalancing.Traffic.Headers;

/// <summary>
/// How targets are told of a client's certificate ("HTTP headers and mutual TLS"). Nobody but the load
/// balancer says so:
/// what a client sends under these names is dropped.
/// </summary>
internal static class ClientCertificateHeaders
{
    private const string Prefix = "X-Amzn-Mtls-";

    /// <summary>Whether a header is one of them.</summary>
    internal static bool IsOne(string name) => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc cref="IsOne(string)"/>
    internal static bool IsOne(ReadOnlySpan<byte> name) =>
        name.Length >= Prefix.Length && Ascii.EqualsIgnoreCase(name[..Prefix.Length], Prefix);

    /// <summary>The headers.</summary>
    /// <param name="certificate">The client's certificate.</param>
    /// <param name="isVerified">Whether it was compared with a trust store.</param>
    internal static IEnumerable<(string Name, string Value)> Of(X509Certificate2 certificate, bool isVerified)
    {
        var pem = Uri.EscapeDataString(certificate.ExportCertificatePem() + "\n")
            .Replace("%2F", "/", StringComparison.Ordinal)
            .Replace("%3D", "=", StringComparison.Ordinal);
        if (!isVerified)
        {
            yield return ($"{Prefix}Clientcert", pem);
            yield break;
        }

        yield return ($"{Prefix}Clientcert-Serial-Number", certificate.SerialNumber);
        yield return ($"{Prefix}Clientcert-Issuer", Name(certificate.IssuerName));
        yield return ($"{Prefix}Clientcert-Subject", Name(certificate.SubjectName));
        yield return (
            $"{Prefix}Clientcert-Validity",
            $"NotBefore={Time(certificate.NotBefore)};NotAfter={Time(certificate.NotAfter)}"
        );
        yield return ($"{Prefix}Clientcert-Leaf", pem);
    }

    // RFC 2253; what is no ASCII would be no header.
    private static string Name(X500DistinguishedName name) =>
        string.Concat(
            name.Decode(X500DistinguishedNameFlags.Reversed)
                .Select(one => one is >= ' ' and <= '~' ? one.ToString() : Uri.EscapeDataString(one.ToString()))
        );

    private static string Time(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
