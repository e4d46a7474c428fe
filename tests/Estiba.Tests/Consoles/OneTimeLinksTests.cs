using Estiba.Console.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Tests.Consoles;

public sealed class OneTimeLinksTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_link_is_good_once()
    {
        var links = new OneTimeLinks(_time);
        var secret = links.Create();

        links.Redeem(secret).ShouldBeTrue();
        links.Redeem(secret).ShouldBeFalse();
    }

    [Fact]
    public void A_link_is_good_for_ten_minutes()
    {
        var links = new OneTimeLinks(_time);
        var (early, late) = (links.Create(), links.Create());

        _time.Advance(OneTimeLinks.Lifetime - TimeSpan.FromSeconds(1));
        links.Redeem(early).ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(1));
        links.Redeem(late).ShouldBeFalse();
    }

    [Fact]
    public void Of_too_many_links_the_oldest_ends()
    {
        var links = new OneTimeLinks(_time);
        var oldest = links.Create();
        for (var count = 0; count < 100; count++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            links.Create();
        }

        links.Redeem(oldest).ShouldBeFalse();
    }
}
