using Estiba.Console.Hosting;
using Microsoft.AspNetCore.Http;

namespace Estiba.Console.Tests.Hosting;

public sealed class StrangersTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("console.localhost", true)]
    [InlineData("rebound.example", false)]
    [InlineData("localhost.example", false)]
    public void Only_names_that_mean_this_machine_are_its_own(string host, bool isOwn) =>
        Strangers.IsOwn(host).ShouldBe(isOwn);

    [Theory]
    [InlineData("", true)]
    [InlineData("http://localhost:4566", true)]
    [InlineData("http://localhost:3000", false)]
    [InlineData("http://example.com", false)]
    [InlineData("null", false)]
    public void A_page_of_another_site_is_told_by_its_origin(string origin, bool isSame)
    {
        var http = new DefaultHttpContext();
        http.Request.Scheme = "http";
        http.Request.Host = new HostString("localhost:4566");
        if (origin.Length > 0)
            http.Request.Headers.Origin = origin;

        Strangers.IsSame(http.Request).ShouldBe(isSame);
    }
}
