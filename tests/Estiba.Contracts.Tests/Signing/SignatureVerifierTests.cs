using System.Text;
using Estiba.Contracts.Signing;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Contracts.Tests.Signing;

public sealed class SignatureVerifierTests
{
    private const string Right = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

    [Fact]
    public void Another_secret_is_not_authentic() =>
        Vanilla().SignedAs("host;x-amz-date", Right).IsAuthentic("another").ShouldBeFalse();

    [Theory]
    [InlineData("")]
    [InlineData("5fa0")]
    [InlineData("5FA00FA31553B73EBF1942676E86291E8372FF2A2260956D9B8AAE1D763FBF31")]
    [InlineData("6fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("ñfa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData(Right + "00")]
    public void Another_signature_is_not_authentic(string signature)
    {
        var request = Vanilla().SignedAs("host;x-amz-date", Right);
        var claim = SignatureClaim.Read(request) with { Signature = signature };

        new SignatureVerifier(new SigningKeyCache())
            .Verify(request, claim, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", [])
            .ShouldBeFalse();
    }

    [Fact]
    public void A_changed_body_is_not_authentic() =>
        new ReceivedRequest("GET", "/") { Body = Encoding.ASCII.GetBytes("x") }
            .SignedAs("host;x-amz-date", Right)
            .IsAuthentic()
            .ShouldBeFalse();

    [Fact]
    public void A_signed_header_that_is_missing_is_not_authentic() =>
        Vanilla().SignedAs("host;x-amz-date;x-amz-target", Right).IsAuthentic().ShouldBeFalse();

    [Fact]
    public void A_long_request_is_verified_beyond_the_stacks_buffer()
    {
        var signer = new RequestSigner(new FakeTimeProvider(RequestSignerTests.Moment));
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            "http://example.amazonaws.com/" + string.Join('/', Enumerable.Range(0, 2000))
        );
        signer.Sign(request, [], new AwsCredentials("AKID", "secret", new string('t', 4000)), "eu-west-1", "ecs");

        Received(request).IsAuthentic("secret").ShouldBeTrue();
    }

    [Fact]
    public void A_key_is_not_remembered_for_another_secret()
    {
        var keys = new SigningKeyCache();
        var scope = new CredentialScope("20150830", "us-east-1", "iam");

        keys.Get("one", scope).ShouldNotBe(keys.Get("two", scope));
    }

    [Fact]
    public void A_full_memory_of_keys_still_answers_with_the_right_one()
    {
        var keys = new SigningKeyCache(capacity: 3);
        for (var day = 0; day < 20; day++)
        {
            var scope = new CredentialScope($"201508{day:00}", "us-east-1", "iam");
            keys.Get("secret", scope).ShouldBe(SigningKeyCache.Derive("secret", scope));
        }
    }

    internal static ReceivedRequest Received(HttpRequestMessage request)
    {
        var received = new ReceivedRequest(request.Method.Method, request.RequestUri!.PathAndQuery).With(
            "host",
            request.Headers.Host ?? request.RequestUri.Authority
        );
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (!name.Equals("host", StringComparison.OrdinalIgnoreCase))
                received.With(name.ToLowerInvariant(), values.ToString());
        }

        return request.Content?.Headers.ContentType is { } type
            ? received.With("content-type", type.ToString())
            : received;
    }

    private static ReceivedRequest Vanilla() => new("GET", "/");
}
