using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Estiba.Consoles;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Tests.Consoles;

public sealed class ConsoleLinksTests
{
    private static readonly Uri Platform = new("http://localhost:4566");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_link_is_to_the_sign_in_page_of_the_console()
    {
        var link = new ConsoleLinks(_time).Create(Platform);

        link.GetLeftPart(UriPartial.Path).ShouldBe("http://localhost:4566/console/sign-in");
        link.Query.ShouldStartWith("?link=");
    }

    [Fact]
    public void A_token_says_until_when_it_is_good_and_the_key_proves_it()
    {
        var links = new ConsoleLinks(_time);

        var token = TokenOf(links.Create(Platform));

        BinaryPrimitives
            .ReadInt64BigEndian(token.AsSpan(16, 8))
            .ShouldBe(_time.GetUtcNow().AddHours(12).ToUnixTimeSeconds());
        token[24..].ShouldBe(HMACSHA256.HashData(links.Key, token.AsSpan(0, 24)));
    }

    [Fact]
    public void No_two_links_are_the_same_and_no_two_keys()
    {
        var links = new ConsoleLinks(_time);

        links.Create(Platform).ShouldNotBe(links.Create(Platform));
        new ConsoleLinks(_time).Key.ShouldNotBe(links.Key);
    }

    private static byte[] TokenOf(Uri link) => Base64Url.DecodeFromChars(link.Query.AsSpan("?link=".Length));
}
