using System.Text;

namespace Estiba.Contracts.Tests.Signing;

/// <summary>The cases of AWS's published Signature Version 4 test suite.</summary>
public sealed class PublishedSignatureTests
{
    private const string Unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    [Theory]
    [InlineData("get-vanilla", "GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("get-utf8", "GET", "/\u1234", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")]
    [InlineData(
        "get-space",
        "GET",
        "/example space/",
        "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
    )]
    [InlineData(
        "get-unreserved",
        "GET",
        "/" + Unreserved,
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
    )]
    [InlineData("get-slash", "GET", "//", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData(
        "get-slashes",
        "GET",
        "//example//",
        "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"
    )]
    [InlineData(
        "get-slash-dot-slash",
        "GET",
        "/./",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )]
    [InlineData(
        "get-slash-pointless-dot",
        "GET",
        "/./example",
        "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"
    )]
    [InlineData(
        "get-relative",
        "GET",
        "/example/..",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )]
    [InlineData(
        "get-relative-relative",
        "GET",
        "/example1/example2/../..",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )]
    [InlineData(
        "get-vanilla-empty-query-key",
        "GET",
        "/?Param1=value1",
        "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
    )]
    [InlineData(
        "get-vanilla-query-order-key-case",
        "GET",
        "/?Param2=value2&Param1=value1",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    )]
    [InlineData(
        "get-vanilla-query-order-value",
        "GET",
        "/?Param1=value2&Param1=Value1",
        "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"
    )]
    [InlineData(
        "get-vanilla-query-order-key",
        "GET",
        "/?Param1=value2&Param1=value1",
        "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"
    )]
    [InlineData(
        "get-vanilla-query-unreserved",
        "GET",
        "/?" + Unreserved + "=" + Unreserved,
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
    )]
    [InlineData(
        "get-vanilla-utf8-query",
        "GET",
        "/?\u1234=bar",
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
    )]
    [InlineData("post-vanilla", "POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData(
        "post-vanilla-query",
        "POST",
        "/?Param1=value1",
        "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"
    )]
    public void A_published_request_line_is_authentic(string name, string method, string target, string signature) =>
        new ReceivedRequest(method, target).SignedAs("host;x-amz-date", signature).IsAuthentic().ShouldBeTrue(name);

    [Fact]
    public void A_header_given_several_times_is_signed_as_one_list() =>
        new ReceivedRequest("GET", "/")
            .With("my-header1", "value2")
            .With("my-header1", "value2")
            .With("my-header1", "value1")
            .SignedAs("host;my-header1;x-amz-date", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea")
            .IsAuthentic()
            .ShouldBeTrue();

    [Fact]
    public void A_headers_values_are_signed_in_the_order_given() =>
        new ReceivedRequest("GET", "/")
            .With("my-header1", "value4")
            .With("my-header1", "value1")
            .With("my-header1", "value3")
            .With("my-header1", "value2")
            .SignedAs("host;my-header1;x-amz-date", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01")
            .IsAuthentic()
            .ShouldBeTrue();

    [Fact]
    public void Spaces_around_and_within_a_headers_value_are_reduced() =>
        new ReceivedRequest("GET", "/")
            .With("my-header1", " value1")
            .With("my-header2", " \"a   b   c\"")
            .SignedAs(
                "host;my-header1;my-header2;x-amz-date",
                "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
            )
            .IsAuthentic()
            .ShouldBeTrue();

    [Fact]
    public void A_form_is_signed_with_its_content_type() =>
        new ReceivedRequest("POST", "/") { Body = Encoding.ASCII.GetBytes("Param1=value1") }
            .With("content-type", "application/x-www-form-urlencoded")
            .SignedAs(
                "content-type;host;x-amz-date",
                "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
            )
            .IsAuthentic()
            .ShouldBeTrue();

    [Fact]
    public void A_session_token_added_before_signing_is_signed() =>
        new ReceivedRequest("POST", "/")
            .With(
                "x-amz-security-token",
                "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAe"
                    + "MicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI"
                    + "/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0w"
                    + "q5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64"
                    + "lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
            )
            .SignedAs(
                "host;x-amz-date;x-amz-security-token",
                "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
            )
            .IsAuthentic()
            .ShouldBeTrue();
}
