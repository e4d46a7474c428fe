using System.Security.Cryptography;
using System.Text;

namespace Estiba.Contracts.Signing;

/// <summary>
/// Reads and writes <c>Authorization: AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...</c>.
/// </summary>
internal static class AuthorizationHeader
{
    /// <summary>The header's value for a computed signature.</summary>
    public static string Write(
        string accessKeyId,
        CredentialScope scope,
        ReadOnlySpan<string> signedHeaders,
        ReadOnlySpan<byte> signature
    ) =>
        $"{SignatureV4.Algorithm} Credential={accessKeyId}/{scope}, SignedHeaders={string.Join(';', signedHeaders)}, "
        + $"Signature={Encoding.ASCII.GetString(signature)}";

    /// <summary>Reads the header together with those that belong to it.</summary>
    public static SignatureClaim Read(string? authorization, string? amzDate, string? date, string? sessionToken)
    {
        var text = authorization.AsSpan().Trim();
        if (!text.StartsWith("AWS4-", StringComparison.Ordinal))
            throw new SignatureException(SignatureFault.Missing, "Request is missing Authentication Token");

        var space = text.IndexOf(' ');
        var algorithm = space < 0 ? text : text[..space];
        string? credential = null,
            signedHeaders = null,
            signature = null;

        // Parameters are set apart by commas, by spaces, or by both.
        var rest = text[algorithm.Length..];
        foreach (var range in rest.SplitAny(", "))
        {
            var pair = rest[range];
            if (pair.IsEmpty)
                continue;

            var equals = pair.IndexOf('=');
            if (equals < 0)
            {
                throw new SignatureException(
                    SignatureFault.Incomplete,
                    "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and "
                        + $"encoded with Base64): '{Fingerprint(text)}'."
                );
            }

            var value = pair[(equals + 1)..].ToString();
            switch (pair[..equals])
            {
                case "Credential":
                    credential = Once(credential, value, text);
                    break;
                case "SignedHeaders":
                    signedHeaders = Once(signedHeaders, value, text);
                    break;
                case "Signature":
                    signature = Once(signature, value, text);
                    break;
            }
        }

        var timestamp = amzDate ?? date;
        if (
            string.IsNullOrEmpty(credential)
            || string.IsNullOrEmpty(signature)
            || signedHeaders is null
            || string.IsNullOrEmpty(timestamp)
        )
            throw Missing(credential, signature, signedHeaders, timestamp, text);

        return SignatureClaim.Create(
            algorithm.ToString(),
            credential,
            signedHeaders,
            signature,
            timestamp,
            inHttpForm: amzDate is null,
            sessionToken
        );
    }

    // Two headers arrive as one value, so that a second header shows here too.
    private static string Once(string? before, string value, ReadOnlySpan<char> header) =>
        before is null
            ? value
            : throw new SignatureException(
                SignatureFault.Incomplete,
                "A parameter stands twice in the Authorization header (hashed with SHA-256 and encoded with "
                    + $"Base64): '{Fingerprint(header)}'."
            );

    private static SignatureException Missing(
        string? credential,
        string? signature,
        string? signedHeaders,
        string? timestamp,
        ReadOnlySpan<char> header
    )
    {
        var message = new StringBuilder();
        if (string.IsNullOrEmpty(credential))
            message.Append("Authorization header requires 'Credential' parameter. ");
        if (string.IsNullOrEmpty(signature))
            message.Append("Authorization header requires 'Signature' parameter. ");
        if (signedHeaders is null)
            message.Append("Authorization header requires 'SignedHeaders' parameter. ");
        if (string.IsNullOrEmpty(timestamp))
            message.Append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
        message.Append("(Hashed with SHA-256 and encoded with Base64) Authorization=").Append(Fingerprint(header));
        return new SignatureException(SignatureFault.Incomplete, message.ToString());
    }

    // AWS sends back no header that might hold a secret, only enough to recognise it.
    private static string Fingerprint(ReadOnlySpan<char> header) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(header.ToString())));
}
