using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Estiba.Console.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Console.Tests.Sessions;

public sealed class OneTimeLinksTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly FakeTimeProvider _time = new(Now);

    [Fact]
    public void A_link_is_good_once()
    {
        var links = Links();
        var token = Token(_key, Now.AddHours(12));

        links.Redeem(token).ShouldBeTrue();
        links.Redeem(token).ShouldBeFalse();
        links.Redeem(Token(_key, Now.AddHours(12))).ShouldBeTrue();
    }

    [Fact]
    public void A_link_ends()
    {
        var token = Token(_key, Now.AddHours(12));
        _time.Advance(TimeSpan.FromHours(12));

        Links().Redeem(token).ShouldBeFalse();
    }

    [Fact]
    public void A_link_of_another_key_is_refused() =>
        Links().Redeem(Token(RandomNumberGenerator.GetBytes(32), Now.AddHours(12))).ShouldBeFalse();

    [Fact]
    public void A_link_whose_end_was_changed_is_refused()
    {
        var token = Base64Url.DecodeFromChars(Token(_key, Now.AddHours(1)));
        token[23] ^= 1;

        Links().Redeem(Base64Url.EncodeToString(token)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("****************************************************************************")]
    public void What_is_no_link_is_refused(string text) => Links().Redeem(text).ShouldBeFalse();

    [Fact]
    public void There_are_no_links_where_there_is_no_key() =>
        new OneTimeLinks(Settings(null), _time).Redeem(Token(_key, Now.AddHours(1))).ShouldBeFalse();

    private OneTimeLinks Links() =>
        new(
            Settings(
                new LinkSettings
                {
                    Key = _key,
                    AccessKeyId = "AKIAIOSFODNN7EXAMPLE",
                    SecretAccessKey = "secret",
                }
            ),
            _time
        );

    private static ConsoleSettings Settings(LinkSettings? links) =>
        new()
        {
            Listen = "http://127.0.0.1:0",
            Endpoint = new Uri("http://127.0.0.1:4566"),
            Region = "eu-west-1",
            Links = links,
        };

    private static string Token(byte[] key, DateTimeOffset ends)
    {
        var token = new byte[56];
        RandomNumberGenerator.Fill(token.AsSpan(0, 16));
        BinaryPrimitives.WriteInt64BigEndian(token.AsSpan(16), ends.ToUnixTimeSeconds());
        HMACSHA256.HashData(key, token.AsSpan(0, 24), token.AsSpan(24));
        return Base64Url.EncodeToString(token);
    }
}
