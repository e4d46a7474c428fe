using System.Globalization;
using System.Text;

namespace Estiba.Contracts.Signing;

/// <summary>Reads and writes the parameters that sign a request in its query string ("Add the signature to the query string").</summary>
internal static class PresignedQuery
{
    /// <summary>The longest that a presigned request may be used.</summary>
    public static readonly TimeSpan LongestExpiry = TimeSpan.FromDays(7);

    /// <summary>A request's query with everything but the signature itself.</summary>
    public static string Write(
        ReadOnlySpan<char> query, string accessKeyId, CredentialScope scope, string time, TimeSpan expires,
        ReadOnlySpan<string> signedHeaders, string? sessionToken)
    {
        var builder = new StringBuilder().Append(query);
        if (builder.Length > 0)
            builder.Append('&');

        builder.Append("X-Amz-Algorithm=").Append(SignatureV4.Algorithm)
            .Append("&X-Amz-Credential=").Append(Uri.EscapeDataString($"{accessKeyId}/{scope}"))
            .Append("&X-Amz-Date=").Append(time)
            .Append("&X-Amz-Expires=").Append(CultureInfo.InvariantCulture, $"{(long)expires.TotalSeconds}")
            .Append("&X-Amz-SignedHeaders=").Append(Uri.EscapeDataString(string.Join(';', signedHeaders)));
        if (sessionToken is not null)
            builder.Append("&X-Amz-Security-Token=").Append(Uri.EscapeDataString(sessionToken));
        return builder.ToString();
    }

    public static SignatureClaim Read(ReadOnlySpan<char> query)
    {
        var algorithm = CanonicalQuery.Find(query, "X-Amz-Algorithm");
        var credential = CanonicalQuery.Find(query, "X-Amz-Credential");
        var signature = CanonicalQuery.Find(query, "X-Amz-Signature");
        var signedHeaders = CanonicalQuery.Find(query, "X-Amz-SignedHeaders");
        var date = CanonicalQuery.Find(query, "X-Amz-Date");

        if (string.IsNullOrEmpty(algorithm) || string.IsNullOrEmpty(credential) || string.IsNullOrEmpty(signature)
            || string.IsNullOrEmpty(signedHeaders) || string.IsNullOrEmpty(date))
        {
            var message = new StringBuilder();
            Demand(message, "X-Amz-Algorithm", algorithm);
            Demand(message, "X-Amz-Credential", credential);
            Demand(message, "X-Amz-Signature", signature);
            Demand(message, "X-Amz-SignedHeaders", signedHeaders);
            Demand(message, "X-Amz-Date", date);
            throw new SignatureException(SignatureFault.Incomplete, message.Append("Re-examine the query-string parameters.").ToString());
        }

        return SignatureClaim.Create(algorithm, credential, signedHeaders, signature, date, Expiry(query),
            CanonicalQuery.Find(query, "X-Amz-Security-Token"));
    }

    private static void Demand(StringBuilder message, string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
            message.Append("AWS query-string parameters must include '").Append(name).Append("'. ");
    }

    // Without X-Amz-Expires a presigned request is good for as long as one signed in its header.
    private static TimeSpan? Expiry(ReadOnlySpan<char> query)
    {
        if (CanonicalQuery.Find(query, "X-Amz-Expires") is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LongestExpiry.TotalSeconds)
            return TimeSpan.FromSeconds(seconds);

        throw new SignatureException(SignatureFault.Incomplete,
            $"X-Amz-Expires must be a number of seconds between 0 and {LongestExpiry.TotalSeconds}. Got '{text}'.");
    }
}
