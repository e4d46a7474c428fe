using System.Net;
using Estiba.LoadBalancing.Traffic.Rules;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.Traffic.Rules;

/// <summary>"Redirect actions" and "Transforms for listener rules".</summary>
public sealed class RuleActionTests
{
    [Fact]
    public void A_redirect_keeps_what_it_does_not_change() =>
        Location(
                new()
                {
                    StatusCode = 301,
                    Protocol = "HTTPS",
                    Port = "443",
                },
                "/a/b",
                "c=d"
            )
            .ShouldBe("https://example.com:443/a/b?c=d");

    [Theory]
    [InlineData("#{host}", "/#{path}", "#{query}", "http://example.com:80/a/b?c=d")]
    [InlineData("www.#{host}", "/new/#{path}", "#{query}&x=#{port}", "http://www.example.com:80/new/a/b?c=d&x=80")]
    [InlineData("other.example.org", "/", "", "http://other.example.org:80/")]
    [InlineData(
        "#{host}",
        "/#{host}/#{unknown}",
        "p=#{protocol}",
        "http://example.com:80/example.com/#{unknown}?p=http"
    )]
    public void A_redirect_names_parts_of_the_request(string host, string path, string query, string expected) =>
        Location(
                new()
                {
                    StatusCode = 302,
                    Host = host,
                    Path = path,
                    Query = query,
                },
                "/a/b",
                "c=d"
            )
            .ShouldBe(expected);

    [Fact]
    public void What_a_client_writes_is_not_looked_through_for_names() =>
        Location(new() { StatusCode = 302 }, "/#{query}", "#{host}").ShouldBe("http://example.com:80/#{query}?#{host}");

    [Theory]
    [InlineData("^/dp/([A-Za-z0-9]+)/?$", "/product.php?id=$1", "/dp/B09G3HRMW", "/product.php?id=B09G3HRMW")]
    [InlineData("^/dp/([A-Za-z0-9]+)/?$", "/product.php?id=$1", "/other", "/other")]
    [InlineData(
        "^mywebsite-(.+).com$",
        "internal.dev.$1.myweb.com",
        "mywebsite-example.com",
        "internal.dev.example.myweb.com"
    )]
    [InlineData("/old", "/new", "/old/old", "/new/old")]
    public void A_rewrite_replaces_what_matches(string expression, string replacement, string text, string expected) =>
        new RuleRewrite(expression, replacement).Apply(text).ShouldBe(expected);

    [Fact]
    public void A_rewrite_that_looks_around_is_none() =>
        Should.Throw<ArgumentException>(() => new RuleRewrite("(?=a)b", ""));

    private static string Location(RedirectAction action, string path, string query) =>
        action.Location(
            new RoutedRequest("GET", "example.com", path, query, new HeaderDictionary(), IPAddress.Loopback),
            secure: false,
            port: 80
        );
}
