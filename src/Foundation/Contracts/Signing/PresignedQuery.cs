using System.Globalization;
using System.Text;

namespace Estiba.Contracts.Signing;

/// <summary>
/// Reads and writes the parameters that sign a request in its query string ("Add the signature to the query string").
/// </summary>
internal static class PresignedQuery
{
    /// <summary>The longest that a presigned request may be used.</summary>
    public static readonly TimeSpan LongestExpiry = TimeSpan.FromDays(7);

    private static readonly string[] Parameters =
    [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
        "X-Amz-Content-Sha256",
    ];

    /// <summary>A request's query with everything but the signature itself.</summary>
    public static string Write(
        ReadOnlySpan<char> query,
        string accessKeyId,
        CredentialScope scope,
        string time,
        TimeSpan expires,
        ReadOnlySpan<string> signedHeaders,
        string? sessionToken
    )
    {
        var builder = new StringBuilder().Append(query);
        if (builder.Length > 0)
            builder.Append('&');

        builder
            .Append("X-Amz-Algorithm=")
            .Append(SignatureV4.Algorithm)
            .Append("&X-Amz-Credential=")
            .Append(Uri.EscapeDataString($"{accessKeyId}/{scope}"))
            .Append("&X-Amz-Date=")
            .Append(time)
            .Append("&X-Amz-Expires=")
            .Append(CultureInfo.InvariantCulture, $"{(long)expires.TotalSeconds}")
            .Append("&X-Amz-SignedHeaders=")
            .Append(Uri.EscapeDataString(string.Join(';', signedHeaders)));
        if (sessionToken is not null)
            builder.Append("&X-Amz-Security-Token=").Append(Uri.EscapeDataString(sessionToken));
        return builder.ToString();
    }

    /// <summary>Whether a request is signed in its query.</summary>
    public static bool IsOne(ReadOnlySpan<char> query) =>
        query.Contains("X-Amz-", StringComparison.Ordinal) && CanonicalQuery.Find(query, "X-Amz-Algorithm") is not null;

    public static SignatureClaim Read(ReadOnlySpan<char> query)
    {
        DemandOnce(query);
        var algorithm = CanonicalQuery.Find(query, "X-Amz-Algorithm");
        var credential = CanonicalQuery.Find(query, "X-Amz-Credential");
        var signature = CanonicalQuery.Find(query, "X-Amz-Signature");
        var signedHeaders = CanonicalQuery.Find(query, "X-Amz-SignedHeaders");
        var date = CanonicalQuery.Find(query, "X-Amz-Date");

        if (
            string.IsNullOrEmpty(algorithm)
            || string.IsNullOrEmpty(credential)
            || string.IsNullOrEmpty(signature)
            || string.IsNullOrEmpty(signedHeaders)
            || string.IsNullOrEmpty(date)
        )
        {
            var message = new StringBuilder();
            Demand(message, "X-Amz-Algorithm", algorithm);
            Demand(message, "X-Amz-Credential", credential);
            Demand(message, "X-Amz-Signature", signature);
            Demand(message, "X-Amz-SignedHeaders", signedHeaders);
            Demand(message, "X-Amz-Date", date);
            throw new SignatureException(
                SignatureFault.Incomplete,
                message.Append("Re-examine the query-string parameters.").ToString()
            );
        }

        var claim = SignatureClaim.Create(
            algorithm,
            credential,
            signedHeaders,
            signature,
            date,
            inHttpForm: false,
            CanonicalQuery.Find(query, "X-Amz-Security-Token")
        );
        return claim with { IsPresigned = true, Expires = Expiry(query) };
    }

    // Of two that differ, whoever checks might take the one and whoever acts the other.
    private static void DemandOnce(ReadOnlySpan<char> query)
    {
        foreach (var name in Parameters)
        {
            if (CanonicalQuery.Count(query, name) > 1)
                throw new SignatureException(
                    SignatureFault.Incomplete,
                    $"AWS query-string parameters must include '{name}' only once."
                );
        }
    }

    private static void Demand(StringBuilder message, string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
            message.Append("AWS query-string parameters must include '").Append(name).Append("'. ");
    }

    // Without X-Amz-Expires a presigned request is good for as long as one signed in its header. The words are Amazon
    // S3's.
    private static TimeSpan? Expiry(ReadOnlySpan<char> query)
    {
        if (CanonicalQuery.Find(query, "X-Amz-Expires") is not { } text)
            return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            throw Wrong("X-Amz-Expires should be a number");
        if (seconds < 0)
            throw Wrong("X-Amz-Expires must be non-negative");
        if (seconds == 0)
            throw Wrong("X-Amz-Expires must be greater than 0");
        if (seconds > LongestExpiry.TotalSeconds)
        {
            throw Wrong(
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
                    + "less than "
                    + $"{LongestExpiry.TotalSeconds} seconds"
            );
        }

        return TimeSpan.FromSeconds(seconds);

        static SignatureException Wrong(string message) => new(SignatureFault.Incomplete, message);
    }
}
