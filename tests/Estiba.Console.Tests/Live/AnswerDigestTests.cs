using Estiba.Console.Live;

namespace Estiba.Console.Tests.Live;

public sealed class AnswerDigestTests
{
    [Fact]
    public void The_number_of_a_request_is_no_change() =>
        Hash("<A><X>1</X><RequestId>abc</RequestId></A>").ShouldBe(Hash("<A><X>1</X><RequestId>defg</RequestId></A>"));

    [Fact]
    public void Anything_else_is_one() => Hash("<A><X>1</X></A>").ShouldNotBe(Hash("<A><X>2</X></A>"));

    [Fact]
    public async Task Nothing_that_was_asked_comes_to_nothing() =>
        (await AnswerDigest.OfAsync(() => Task.FromResult(1))).ShouldBe((1, null));

    private static UInt128 Hash(string body) => AnswerDigest.Hash(System.Text.Encoding.UTF8.GetBytes(body));
}
