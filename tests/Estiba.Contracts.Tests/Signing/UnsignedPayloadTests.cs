using System.Text;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Tests.Signing;

/// <summary>Whose body may be left out of the signature.</summary>
public sealed class UnsignedPayloadTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    [Theory]
    [InlineData("s3", false, true)]
    [InlineData("s3", true, true)]
    [InlineData("ecs", true, true)]
    [InlineData("sts", true, true)]
    [InlineData("ecs", false, false)]
    [InlineData("sts", false, false)]
    [InlineData("ec2", false, false)]
    public void A_body_may_be_left_out_for_s3_and_of_presigned_requests(string service, bool presigned, bool isAccepted)
    {
        var request = Signed(service, presigned, "UNSIGNED-PAYLOAD");
        var claim = SignatureClaim.Read(request);

        SignatureVerifier.CanBeRight(request, claim).ShouldBe(isAccepted);
        request.IsAuthentic().ShouldBe(isAccepted);
    }

    [Theory]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "ecs", false)]
    [InlineData("STREAMING-UNSIGNED-PAYLOAD-TRAILER", "ecs", false)]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "s3", true)]
    [InlineData("unsigned-payload", "s3", false)]
    [InlineData("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "ecs", true)]
    [InlineData("44136fa3", "ecs", false)]
    [InlineData("", "ecs", false)]
    public void What_a_header_says_of_the_body_must_be_possible(string said, string service, bool isPossible)
    {
        var request = Signed(service, presigned: false, said);

        SignatureVerifier.CanBeRight(request, SignatureClaim.Read(request)).ShouldBe(isPossible);
    }

    private static ReceivedRequest Signed(string service, bool presigned, string hash)
    {
        const string Time = "20150830T123600Z";
        var scope = new CredentialScope("20150830", "us-east-1", service);
        string[] headers = ["host", "x-amz-content-sha256"];
        var query = !presigned
            ? ""
            : "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2F"
                + $"{service}%2Faws4_request&X-Amz-Date={Time}"
                + "&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-amz-content-sha256";
        var request = new ReceivedRequest("POST", "/" + query) { Body = "{}"u8.ToArray() }
            .With("host", "example.amazonaws.com")
            .With("x-amz-content-sha256", hash);
        Span<byte> signature = stackalloc byte[SignatureV4.Length];
        SignatureV4.Compute(
            request,
            [],
            unsignedPayload: true,
            headers,
            Time,
            scope,
            SigningKeyCache.Derive(Secret, scope),
            signature
        );
        var text = Encoding.ASCII.GetString(signature);
        if (presigned)
            return request with { Target = request.Target + "&X-Amz-Signature=" + text };
        return request
            .With("x-amz-date", Time)
            .With(
                "authorization",
                $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={string.Join(';', headers)}, "
                    + $"Signature={text}"
            );
    }
}
