using System.Globalization;
using System.Text;

namespace Estiba.Contracts.Signing;

/// <summary>Signs requests with Signature Version 4, in the header or in the query. Safe for concurrent use.</summary>
/// <param name="time">Says when a request is signed.</param>
/// <param name="keys">Where derived keys are remembered; null for a memory of its own.</param>
public sealed class RequestSigner(TimeProvider time, SigningKeyCache? keys = null)
{
    private readonly SigningKeyCache _keys = keys ?? new SigningKeyCache(capacity: 32);

    /// <summary>
    /// Signs a request about to be sent: adds <c>X-Amz-Date</c>, <c>X-Amz-Security-Token</c> where the credentials have
    /// one, and <c>Authorization</c>. Signed are the host, the content type and every <c>X-Amz-</c> header.
    /// </summary>
    /// <param name="request">The request with an absolute address and all its other headers.</param>
    /// <param name="body">The bytes that its content will send; empty for none. Where the request has
    /// <c>x-amz-content-sha256</c>, that stands for them.</param>
    /// <param name="credentials">Who signs.</param>
    /// <param name="region">The region's name.</param>
    /// <param name="service">The service's signing name.</param>
    public void Sign(
        HttpRequestMessage request,
        ReadOnlySpan<byte> body,
        AwsCredentials credentials,
        string region,
        string service
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase))
                headers[name.ToLowerInvariant()] = values.ToString();
        }

        if (request.Content?.Headers.ContentType is { } contentType)
            headers["content-type"] = contentType.ToString();
        if (request.Headers.Host is { } host)
            headers["host"] = host;

        foreach (
            var (name, value) in Sign(
                request.Method.Method,
                request.RequestUri!,
                headers,
                body,
                credentials,
                region,
                service
            )
        )
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>Signs a request of any client, such as a web socket's, and returns the headers to add to it.</summary>
    /// <param name="method">The method in upper case.</param>
    /// <param name="uri">The absolute address; <c>ws</c> and <c>wss</c> count as <c>http</c> and <c>https</c>.</param>
    /// <param name="headers">The headers to sign, named in lower case; the host is added when it is missing.</param>
    /// <param name="body">The body; empty for none.</param>
    /// <param name="credentials">Who signs.</param>
    /// <param name="region">The region's name.</param>
    /// <param name="service">The service's signing name.</param>
    public IReadOnlyList<KeyValuePair<string, string>> Sign(
        string method,
        Uri uri,
        IReadOnlyDictionary<string, string> headers,
        ReadOnlySpan<byte> body,
        AwsCredentials credentials,
        string region,
        string service
    )
    {
        ArgumentNullException.ThrowIfNull(credentials);
        var (timestamp, scope) = Now(region, service);

        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in headers)
            all[name] = value;
        all.TryAdd("host", uri.Authority);
        all["x-amz-date"] = timestamp;
        if (credentials.SessionToken is { } token)
            all["x-amz-security-token"] = token;

        var names = all.Keys.ToArray();
        var request = new OutgoingRequest(method, uri.AbsolutePath, uri.Query.TrimStart('?'), all);
        var payload = all.GetValueOrDefault(PayloadHash.Header);
        Span<byte> signature = stackalloc byte[SignatureV4.Length];
        SignatureV4.Compute(
            request,
            body,
            unsignedPayload: false,
            names,
            timestamp,
            scope,
            _keys.Get(credentials.SecretAccessKey, scope),
            signature,
            payload
        );

        var added = new List<KeyValuePair<string, string>>(3) { new("X-Amz-Date", timestamp) };
        if (credentials.SessionToken is not null)
            added.Add(new("X-Amz-Security-Token", credentials.SessionToken));
        added.Add(new("Authorization", AuthorizationHeader.Write(credentials.AccessKeyId, scope, names, signature)));
        return added;
    }

    /// <summary>An address that whoever has it may use for a while, without credentials of their own.</summary>
    /// <param name="method">The method in upper case that the address will be used with.</param>
    /// <param name="uri">The absolute address with the operation's own parameters.</param>
    /// <param name="expires">For how long, to the second; from one second to seven days.</param>
    /// <param name="credentials">Who signs.</param>
    /// <param name="region">The region's name.</param>
    /// <param name="service">The service's signing name.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="expires"/> is less than a second or longer than
    /// seven days.</exception>
    public Uri Presign(
        string method,
        Uri uri,
        TimeSpan expires,
        AwsCredentials credentials,
        string region,
        string service
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(expires, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(expires, PresignedQuery.LongestExpiry);

        var (timestamp, scope) = Now(region, service);
        string[] names = ["host"];
        var query = PresignedQuery.Write(
            uri.Query.AsSpan().TrimStart('?'),
            credentials.AccessKeyId,
            scope,
            timestamp,
            expires,
            names,
            credentials.SessionToken
        );

        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = uri.Authority };
        var request = new OutgoingRequest(method, uri.AbsolutePath, query, headers);
        Span<byte> signature = stackalloc byte[SignatureV4.Length];
        SignatureV4.Compute(
            request,
            body: [],
            unsignedPayload: ServiceTraits.Of(service).IsBodyOptional,
            names,
            timestamp,
            scope,
            _keys.Get(credentials.SecretAccessKey, scope),
            signature
        );

        return new UriBuilder(uri) { Query = $"{query}&X-Amz-Signature={Encoding.ASCII.GetString(signature)}" }.Uri;
    }

    private (string Timestamp, CredentialScope Scope) Now(string region, string service)
    {
        var timestamp = time.GetUtcNow().UtcDateTime.ToString(SignatureV4.TimeFormat, CultureInfo.InvariantCulture);
        return (timestamp, new CredentialScope(timestamp[..8], region, service));
    }

    private readonly record struct OutgoingRequest(
        string Method,
        string RawPath,
        string RawQuery,
        IReadOnlyDictionary<string, string> Headers
    ) : ISignableRequest
    {
        public ReadOnlySpan<char> Path => RawPath;

        public ReadOnlySpan<char> Query => RawQuery;

        public string? Header(string name) => Headers.GetValueOrDefault(name);
    }
}
