using System.Text;

namespace Estiba.Contracts.Tests.Signing;

/// <summary>Signatures that botocore 1.43.11 made for requests which the published suite does not have.</summary>
public sealed class BotocoreSignatureTests
{
    [Theory]
    [InlineData("/a%20b/%C3%B1/c%2Fd/e%25f", "d8562bd406f6f1b83766f9e15aecf04d3aae53f417b8152af6de1cb5a9bcfb3a")]
    [InlineData("/a+b/(c)/d=e;f,g@h:i/!$&'*", "2543a1a0e471f7b635a2e9bf8cd26e1456e6123e9d8528ddaa4ad0ce67fb40de")]
    [InlineData("/a/b/./../c/", "03815191a982245f233767bed9d5022ca4cf6dc96e4c7598525bfdbc1932b50c")]
    [InlineData("/../../x", "55d1588ca3afc1b214110bfc9ec9c8b224fc9fcd08bef384fafca9f1e619b523")]
    public void An_odd_path_is_authentic(string path, string signature) =>
        new ReceivedRequest("GET", path).SignedAs("host;x-amz-date", signature).IsAuthentic().ShouldBeTrue();

    [Theory]
    [InlineData("Param1=", "506693d22b79f51760ff2217fe207bb63f86e8f316bf6c217a3c65d33d15410a")]
    [InlineData("Param1", "506693d22b79f51760ff2217fe207bb63f86e8f316bf6c217a3c65d33d15410a")]
    [InlineData(
        "b=%2F%3D%26&a=x%20y&a=%C3%B1&a-b=1&a=~",
        "a45030876b197a7e92ebe7cb75df69f8dca0c958c58825d94cf3cd9c64969702"
    )]
    [InlineData(
        "b=%2F%3D%26&a=x+y&a=%C3%B1&a-b=1&a=%7E",
        "a45030876b197a7e92ebe7cb75df69f8dca0c958c58825d94cf3cd9c64969702"
    )]
    [InlineData("k=%FF%00", "9129ddef8d5d4561346e427d474cd43e7afdf486aa03a554136dc64ae352ef3b")]
    [InlineData("ab=1&a=2&a-=3&A=4", "a2586674b90fae8fbe9d24a347a6da431aac2835ab6b9cc0f12163ac66dde709")]
    public void An_odd_query_is_authentic(string query, string signature) =>
        new ReceivedRequest("GET", "/?" + query).SignedAs("host;x-amz-date", signature).IsAuthentic().ShouldBeTrue();

    [Fact]
    public void A_path_of_s3_is_neither_normalised_nor_encoded_again() =>
        new ReceivedRequest("GET", "/a%20b//c/../d")
            .With("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
            .SignedAs(
                "host;x-amz-content-sha256;x-amz-date",
                "3ba34972ef95b6354c002b68a7bb9189a9b735c6423c61def10e93a86a12a113",
                service: "s3"
            )
            .IsAuthentic()
            .ShouldBeTrue();

    [Fact]
    public void A_body_may_not_be_left_out_of_the_signature_for_most_services() =>
        new ReceivedRequest("POST", "/") { Body = Encoding.ASCII.GetBytes("whatever") }
            .With("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
            .SignedAs(
                "host;x-amz-content-sha256;x-amz-date",
                "05e1b307416f2cbcf15dd86269efd55537182ee4416101af58762e96bba470bb"
            )
            .IsAuthentic()
            .ShouldBeFalse();

    [Fact]
    public void A_header_beyond_ascii_is_signed_as_utf8() =>
        new ReceivedRequest("GET", "/")
            .With("x-amz-meta", "café  au   lait")
            .SignedAs("host;x-amz-date;x-amz-meta", "8802b692e299c42966c800e6821f406a8072f65d5248d1dee526f51716ae9b1e")
            .IsAuthentic()
            .ShouldBeTrue();

    [Fact]
    public void An_operation_of_the_json_protocol_is_authentic() =>
        new ReceivedRequest("POST", "/") { Body = Encoding.ASCII.GetBytes("{}") }
            .With("content-type", "application/x-amz-json-1.1")
            .With("x-amz-target", "AmazonEC2ContainerServiceV20141113.ListClusters")
            .SignedAs(
                "content-type;host;x-amz-date;x-amz-target",
                "be329c68a49f5a25cafc94f8c7983b6be45601eca91bcb6d35f6821fb766ef40"
            )
            .IsAuthentic()
            .ShouldBeTrue();

    [Fact]
    public void A_host_with_a_port_is_authentic() =>
        new ReceivedRequest("GET", "/v2/?ns=docker.io")
            .SignedAs(
                "host;x-amz-date",
                "c8009ba7bbd2a1ca1366db43fbe227bec6bf53544bb1358cc5c53a29e1b5c983",
                host: "localhost:4566"
            )
            .IsAuthentic()
            .ShouldBeTrue();

    [Theory]
    [InlineData(
        "/?Action=GetCallerIdentity&Version=2011-06-15",
        "sts",
        60,
        "host",
        null,
        "66ad5abfc8108ce3c950addffb2d53b06a07daabed08f67240acabffe03a50cd"
    )]
    [InlineData(
        "/?Action=GetCallerIdentity&Version=2011-06-15",
        "sts",
        900,
        "host",
        "tok%2Fen%2B%3D",
        "c1e5baea391654339e5c666fb6e43c22a2838318f1b548ee447de5f548b30b4a"
    )]
    [InlineData(
        "/bucket/a%20key?",
        "s3",
        86400,
        "host",
        null,
        "c7131104001c870240354f71ce518aa1a4cab87fa7e6d4e80b2f73a025df5039"
    )]
    [InlineData(
        "/?Action=GetCallerIdentity&Version=2011-06-15",
        "sts",
        60,
        "host%3Bx-k8s-aws-id",
        null,
        "544cbd65ea3832b8ddca850d16be2db968b37e11a423edfef5656fb19c13cb3a"
    )]
    public void A_presigned_request_is_authentic(
        string target,
        string service,
        int expires,
        string signedHeaders,
        string? token,
        string signature
    )
    {
        var query =
            $"{(target.EndsWith('?') ? "" : "&")}X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + $"&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2F{service}"
            + "%2Faws4_request&X-Amz-Date=20150830T123600Z"
            + $"&X-Amz-Expires={expires}&X-Amz-SignedHeaders={signedHeaders}"
            + $"{(token is null ? "" : "&X-Amz-Security-Token=" + token)}&X-Amz-Signature={signature}";

        new ReceivedRequest("GET", target + query)
            .With("host", "example.amazonaws.com")
            .With("x-k8s-aws-id", "my cluster")
            .IsAuthentic()
            .ShouldBeTrue();
    }
}
