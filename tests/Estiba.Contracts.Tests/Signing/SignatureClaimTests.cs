using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Tests.Signing;

public sealed class SignatureClaimTests
{
    private const string Credential = "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";

    [Theory]
    [InlineData(", ")]
    [InlineData(",")]
    [InlineData(" ")]
    [InlineData(",   ")]
    public void The_headers_parameters_may_be_set_apart_in_several_ways(string separator)
    {
        var claim = Read(
            string.Join(separator, "AWS4-HMAC-SHA256 " + Credential, "SignedHeaders=host;x-amz-date", "Signature=abc")
        );

        (claim.AccessKeyId, claim.Scope, claim.Signature).ShouldBe(
            ("AKIDEXAMPLE", new CredentialScope("20150830", "us-east-1", "service"), "abc")
        );
    }

    [Fact]
    public void A_date_header_stands_in_for_the_missing_date_of_amazon()
    {
        var request = new ReceivedRequest("GET", "/")
            .With("authorization", $"AWS4-HMAC-SHA256 {Credential}, SignedHeaders=host, Signature=abc")
            .With("date", "Sun, 30 Aug 2015 12:36:00 GMT");

        SignatureClaim.Read(request).Timestamp.ShouldBe("20150830T123600Z");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic QVdTOnRva2Vu")]
    [InlineData("AWS AKIDEXAMPLE:signature")]
    public void A_request_without_signature_version_4_is_not_signed(string? authorization) =>
        Fault(authorization, "20150830T123600Z").Fault.ShouldBe(SignatureFault.Missing);

    [Fact]
    public void A_header_of_nothing_lists_all_that_is_missing() =>
        Fault("AWS4-HMAC-SHA256", null)
            .Message.ShouldStartWith(
                "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' "
                    + "parameter. "
                    + "Authorization header requires 'SignedHeaders' parameter. "
                    + "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            );

    [Fact]
    public void A_header_is_not_sent_back() =>
        Fault($"AWS4-HMAC-SHA256 {Credential}", "20150830T123600Z").Message.ShouldNotContain("AKIDEXAMPLE");

    [Theory]
    [InlineData(
        "AWS4-HMAC-SHA256 Credential, SignedHeaders=host, Signature=abc",
        "20150830T123600Z",
        "(missing equal-sign)"
    )]
    [InlineData(
        "AWS4-HMAC-SHA256 " + Credential + ", SignedHeaders=host, Signature=abc",
        "2015",
        "Date must be in ISO-8601 'basic format'. Got '2015'."
    )]
    [InlineData(
        "AWS4-HMAC-SHA512 " + Credential + ", SignedHeaders=host, Signature=abc",
        "20150830T123600Z",
        "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'"
    )]
    [InlineData(
        "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=abc",
        "20150830T123600Z",
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c'"
    )]
    public void A_malformed_header_is_incomplete(string authorization, string date, string message)
    {
        var fault = Fault(authorization, date);

        fault.Fault.ShouldBe(SignatureFault.Incomplete);
        fault.Message.ShouldContain(message);
    }

    [Fact]
    public void A_presigned_query_lists_all_that_is_missing() =>
        Should
            .Throw<SignatureException>(() =>
                SignatureClaim.Read(new ReceivedRequest("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date="))
            )
            .Message.ShouldBe(
                "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must "
                    + "include 'X-Amz-Signature'. "
                    + "AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string "
                    + "parameters must include 'X-Amz-Date'. "
                    + "Re-examine the query-string parameters."
            );

    [Fact]
    public void A_request_signed_in_two_places_is_invalid() =>
        Should
            .Throw<SignatureException>(() =>
                SignatureClaim.Read(
                    new ReceivedRequest("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256").With(
                        "authorization",
                        "AWS4-HMAC-SHA256"
                    )
                )
            )
            .Message.ShouldBe(
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
            );

    private static SignatureClaim Read(string? authorization, string? date = "20150830T123600Z")
    {
        var request = new ReceivedRequest("GET", "/");
        if (authorization is not null)
            request.With("authorization", authorization);
        if (date is not null)
            request.With("x-amz-date", date);
        return SignatureClaim.Read(request);
    }

    private static SignatureException Fault(string? authorization, string? date) =>
        Should.Throw<SignatureException>(() => Read(authorization, date));
}
