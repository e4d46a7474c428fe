using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Tests.Signing;

/// <summary>A request as a server has it, for verification.</summary>
internal sealed record ReceivedRequest(string Method, string Target) : ISignableRequest
{
    private readonly Dictionary<string, List<string>> _headers = new(StringComparer.Ordinal);

    public byte[] Body { get; init; } = [];

    public ReadOnlySpan<char> Path => Target.Split('?')[0];

    public ReadOnlySpan<char> Query => Target.Contains('?') ? Target.Split('?', 2)[1] : "";

    public string? Header(string name) => _headers.TryGetValue(name, out var values) ? string.Join(',', values) : null;

    public ReceivedRequest With(string name, string value)
    {
        if (!_headers.TryGetValue(name, out var values))
            _headers[name] = values = [];
        values.Add(value);
        return this;
    }

    /// <summary>Adds an Authorization header of the published example credentials.</summary>
    public ReceivedRequest SignedAs(
        string signedHeaders,
        string signature,
        string service = "service",
        string host = "example.amazonaws.com"
    ) =>
        With("host", host)
            .With("x-amz-date", "20150830T123600Z")
            .With(
                "authorization",
                $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request, "
                    + $"SignedHeaders={signedHeaders}, Signature={signature}"
            );

    public bool IsAuthentic(string secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY") =>
        new SignatureVerifier(new SigningKeyCache()).Verify(this, SignatureClaim.Read(this), secret, Body);
}
