using Estiba.Console.Pages;
using Microsoft.AspNetCore.Http;

namespace Estiba.Console.Tests.Pages;

public sealed class ReturnAddressTests
{
    [Theory]
    [InlineData("/console/clusters/default/services/web?tab=logs")]
    [InlineData("/console/repositories/view?name=a%2Fb")]
    public void Signing_in_leads_to_the_page_that_was_wanted(string wanted)
    {
        var request = Request("/console", wanted);

        ReturnAddress.Of(request).ShouldBe(wanted);
        ReturnAddress.Keep(request, "sign-in").ShouldBe($"sign-in?ReturnUrl={Uri.EscapeDataString(wanted)}");
    }

    [Theory]
    [InlineData("/console", "")]
    [InlineData("/console", "https://elsewhere.example/console/clusters")]
    [InlineData("/console", "//elsewhere.example/console/")]
    [InlineData("/console", "/consoles/clusters")]
    [InlineData("/console", "/")]
    [InlineData("/console", "/console/a\r\nSet-Cookie: a=b")]
    [InlineData("", "//elsewhere.example")]
    [InlineData("", "/\\elsewhere.example")]
    public void It_leads_nowhere_else(string pathBase, string wanted)
    {
        var request = Request(pathBase, wanted);

        ReturnAddress.Of(request).ShouldBe($"{pathBase}/clusters");
        ReturnAddress.Keep(request, "sign-in").ShouldBe("sign-in");
    }

    private static HttpRequest Request(string pathBase, string wanted)
    {
        var request = new DefaultHttpContext().Request;
        request.PathBase = pathBase;
        request.QueryString = QueryString.Create("ReturnUrl", wanted);
        return request;
    }
}
