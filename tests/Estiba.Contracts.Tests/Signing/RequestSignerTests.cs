using System.Net.Http.Headers;
using System.Text;
using Estiba.Contracts.Signing;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Contracts.Tests.Signing;

public sealed class RequestSignerTests
{
    /// <summary>When the published examples are signed.</summary>
    internal static readonly DateTimeOffset Moment = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    private static readonly AwsCredentials Example = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

    private readonly RequestSigner _signer = new(new FakeTimeProvider(Moment));

    [Fact]
    public void A_request_is_signed_as_botocore_signs_it()
    {
        var body = Encoding.ASCII.GetBytes("{}");
        var request = new HttpRequestMessage(HttpMethod.Post, "http://example.amazonaws.com/")
        {
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters");

        _signer.Sign(request, body, Example, "us-east-1", "service");

        request
            .Headers.GetValues("Authorization")
            .ShouldHaveSingleItem()
            .ShouldBe(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                    + "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
                    + "Signature=be329c68a49f5a25cafc94f8c7983b6be45601eca91bcb6d35f6821fb766ef40"
            );
    }

    [Fact]
    public void A_web_sockets_request_is_signed_as_botocore_signs_it()
    {
        var uri = new Uri(
            "ws://localhost:4566/ws?agentHash=abc&agentVersion=1.0"
                + "&clusterArn=arn%3Aaws%3Aecs%3Aus-east-1%3A123456789012%3Acluster%2Fdefault&seqNum=1"
        );

        var headers = _signer.Sign("GET", uri, new Dictionary<string, string>(), [], Example, "us-east-1", "service");

        headers
            .Single(header => header.Key == "Authorization")
            .Value.ShouldEndWith(
                "SignedHeaders=host;x-amz-date, "
                    + "Signature=b3292d3e14805eb035427d4f413292836b6190bb62b29ce7be06ab378ddd30f0"
            );
    }

    [Fact]
    public void Temporary_credentials_send_and_sign_their_token()
    {
        var headers = _signer.Sign(
            "POST",
            new Uri("http://example.amazonaws.com/"),
            new Dictionary<string, string>(),
            [],
            Example with
            {
                SessionToken = "token",
            },
            "us-east-1",
            "service"
        );

        headers.ShouldContain(new KeyValuePair<string, string>("X-Amz-Security-Token", "token"));
        headers
            .Single(header => header.Key == "Authorization")
            .Value.ShouldContain("SignedHeaders=host;x-amz-date;x-amz-security-token,");
    }

    [Fact]
    public void An_unsigned_payload_is_signed_as_botocore_signs_it()
    {
        var headers = _signer.Sign(
            "POST",
            new Uri("http://example.amazonaws.com/"),
            new Dictionary<string, string> { ["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD" },
            Encoding.ASCII.GetBytes("whatever"),
            Example,
            "us-east-1",
            "service"
        );

        headers
            .Single(header => header.Key == "Authorization")
            .Value.ShouldEndWith("Signature=05e1b307416f2cbcf15dd86269efd55537182ee4416101af58762e96bba470bb");
    }

    [Theory]
    [InlineData(60, null, "66ad5abfc8108ce3c950addffb2d53b06a07daabed08f67240acabffe03a50cd")]
    [InlineData(900, "tok/en+=", "c1e5baea391654339e5c666fb6e43c22a2838318f1b548ee447de5f548b30b4a")]
    public void An_address_is_presigned_as_botocore_presigns_it(int seconds, string? token, string signature)
    {
        var uri = new Uri("http://example.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15");

        var presigned = _signer.Presign(
            "GET",
            uri,
            TimeSpan.FromSeconds(seconds),
            Example with
            {
                SessionToken = token,
            },
            "us-east-1",
            "sts"
        );

        presigned.Query.ShouldEndWith("&X-Amz-Signature=" + signature);
    }

    [Fact]
    public void A_request_signed_again_carries_one_signature()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "http://example.amazonaws.com/");
        _signer.Sign(request, [], Example, "us-east-1", "service");
        _signer.Sign(request, [], Example, "us-east-1", "service");

        SignatureVerifierTests.Received(request).IsAuthentic().ShouldBeTrue();
    }

    [Fact]
    public void Credentials_do_not_print_their_secret() => $"{Example}".ShouldBe("AKIDEXAMPLE");
}
