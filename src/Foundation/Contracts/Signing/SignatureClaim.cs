using System.Globalization;

namespace Estiba.Contracts.Signing;

/// <summary>
/// What a request says about its own signature, in its <c>Authorization</c> header or its presigned query. Nothing of
/// it is proven.
/// </summary>
public sealed record SignatureClaim
{
    /// <summary>The public half of the credentials.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>What the signing key is said to be good for.</summary>
    public required CredentialScope Scope { get; init; }

    /// <summary>The scope's last element; anything but <c>aws4_request</c> is wrong.</summary>
    public required string Terminator { get; init; }

    /// <summary>The names of the signed headers in lower case, in the order given.</summary>
    public required string[] SignedHeaders { get; init; }

    /// <summary>The signature as it was given.</summary>
    public required string Signature { get; init; }

    /// <summary>The moment of signing, as it is part of what is signed: <c>20150830T123600Z</c>.</summary>
    public required string Timestamp { get; init; }

    /// <summary>The moment of signing.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Whether it stands in the query, so that the address alone is the right to use it.</summary>
    public bool IsPresigned { get; init; }

    /// <summary>
    /// How long a presigned request may be used; null where it does not say, and for one signed in its header.
    /// </summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>The token that accompanies temporary credentials; null when there is none.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Reads the claim of a request.</summary>
    /// <exception cref="SignatureException">There is none (<see cref="SignatureFault.Missing"/>), or it is
    /// malformed.</exception>
    public static SignatureClaim Read<TRequest>(in TRequest request)
        where TRequest : ISignableRequest, allows ref struct
    {
        var authorization = request.Header("authorization");
        var presigned = PresignedQuery.IsOne(request.Query);

        if (authorization is not null && presigned)
        {
            throw new SignatureException(
                SignatureFault.Invalid,
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
            );
        }

        return presigned
            ? PresignedQuery.Read(request.Query)
            : AuthorizationHeader.Read(
                authorization,
                request.Header("x-amz-date"),
                request.Header("date"),
                request.Header("x-amz-security-token")
            );
    }

    /// <summary>Puts a claim together from its parts, which are all present.</summary>
    /// <param name="algorithm">How it is signed.</param>
    /// <param name="credential">The key and what it is good for.</param>
    /// <param name="signedHeaders">Names with semicolons between them.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="date">The moment of signing.</param>
    /// <param name="inHttpForm">Whether that is the <c>Date</c> header, which has HTTP's own form; <c>X-Amz-Date</c>
    /// has the basic format.</param>
    /// <param name="sessionToken">The token of temporary credentials.</param>
    internal static SignatureClaim Create(
        string algorithm,
        string credential,
        string signedHeaders,
        string signature,
        string date,
        bool inHttpForm,
        string? sessionToken
    )
    {
        var time = ParseTime(date, inHttpForm);
        if (algorithm != SignatureV4.Algorithm)
        {
            throw new SignatureException(
                SignatureFault.Incomplete,
                $"Unsupported AWS 'algorithm': '{algorithm}' (only {SignatureV4.Algorithm} for now)."
            );
        }

        Span<Range> parts = stackalloc Range[6];
        if (credential.AsSpan().Split(parts, '/') != 5)
        {
            throw new SignatureException(
                SignatureFault.Incomplete,
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                    + $"got '{credential}'"
            );
        }

        return new SignatureClaim
        {
            AccessKeyId = credential[parts[0]],
            Scope = new CredentialScope(credential[parts[1]], credential[parts[2]], credential[parts[3]]),
            Terminator = credential[parts[4]],
            SignedHeaders = signedHeaders.Length == 0 ? [] : signedHeaders.ToLowerInvariant().Split(';'),
            Signature = signature,
            Timestamp = time.ToString(SignatureV4.TimeFormat, CultureInfo.InvariantCulture),
            Time = time,
            SessionToken = sessionToken,
        };
    }

    private static DateTimeOffset ParseTime(string date, bool inHttpForm)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (
            DateTimeOffset.TryParseExact(date, SignatureV4.TimeFormat, CultureInfo.InvariantCulture, Utc, out var time)
            || (inHttpForm && DateTimeOffset.TryParseExact(date, "r", CultureInfo.InvariantCulture, Utc, out time))
        )
        {
            return time;
        }

        throw new SignatureException(
            SignatureFault.Incomplete,
            $"Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601"
        );
    }
}
