using Estiba.LoadBalancing.Traffic.Targets;

namespace Estiba.LoadBalancing.Tests.Traffic.Targets;

public sealed class StickinessCookiesTests
{
    private static readonly DateTimeOffset Now = new(2025, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void What_was_chosen_is_read_until_it_is_too_old()
    {
        using var cookies = new StickinessCookies(new byte[32]);
        var value = cookies.Write("group", "10.0.0.1:80", Now);
        cookies.Read("group", value, Minute, Now + Minute).ShouldBe("10.0.0.1:80");
        cookies.Read("group", value, Minute, Now + Minute + TimeSpan.FromSeconds(1)).ShouldBeNull();
    }

    [Fact]
    public void A_cookie_does_not_show_what_was_chosen()
    {
        using var cookies = new StickinessCookies(new byte[32]);
        var value = cookies.Write("group", "10.0.0.1:80", Now);
        value.ShouldNotContain("10.0.0.1");
        value.ShouldMatch("^[A-Za-z0-9_-]+$");
        cookies.Write("group", "10.0.0.1:80", Now).ShouldNotBe(value);
    }

    [Fact]
    public void What_another_wrote_is_not_read()
    {
        using var cookies = new StickinessCookies(new byte[32]);
        using var others = new StickinessCookies([.. Enumerable.Repeat((byte)1, 32)]);
        var value = cookies.Write("group", "10.0.0.1:80", Now);
        others.Read("group", value, Minute, Now).ShouldBeNull();
        cookies.Read("another group", value, Minute, Now).ShouldBeNull();
        cookies.Read("group", (value[0] == 'A' ? "B" : "A") + value[1..], Minute, Now).ShouldBeNull();
        foreach (var text in new[] { "", "A", "not base64!", new string('A', 100), "10.0.0.1:80" })
            cookies.Read("group", text, Minute, Now).ShouldBeNull();
    }

    [Theory]
    [InlineData("AWSALB", false, "")]
    [InlineData("AWSALB", true, "")]
    [InlineData("AWSALBCORS", false, "; SameSite=None")]
    [InlineData("AWSALBCORS", true, "; SameSite=None; Secure")]
    [InlineData("AWSALBTG", true, "")]
    [InlineData("AWSALBTGCORS", true, "; SameSite=None; Secure")]
    [InlineData("AWSALBAPP-0", true, "")]
    public void Browsers_keep_it_for_seven_days(string name, bool secure, string attributes) =>
        StickinessCookies
            .Header(name, "value", Now, secure)
            .ShouldBe($"{name}=value; Expires=Tue, 11 Mar 2025 05:06:07 GMT; Path=/{attributes}");
}
