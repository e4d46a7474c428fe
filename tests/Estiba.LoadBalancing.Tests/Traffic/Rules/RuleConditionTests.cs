using System.Net;
using Estiba.LoadBalancing.Traffic.Rules;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.Traffic.Rules;

/// <summary>"Condition types for listener rules".</summary>
public sealed class RuleConditionTests
{
    [Theory]
    [InlineData("example.com", "example.com", true)]
    [InlineData("example.com", "EXAMPLE.com", true)]
    [InlineData("example.com", "www.example.com", false)]
    [InlineData("*.example.com", "www.example.com", true)]
    [InlineData("*.example.com", "a.b.example.com", true)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("???.example.com", "www.example.com", true)]
    [InlineData("???.example.com", "ww.example.com", false)]
    [InlineData("example.com", "exampleXcom", false)]
    public void A_host_matches_in_whatever_case_with_wildcards(string pattern, string host, bool expected) =>
        new HostHeaderCondition([pattern]).IsMet(Request(host: host)).ShouldBe(expected);

    [Theory]
    [InlineData("/img/*", "/img/a.png", true)]
    [InlineData("/img/*", "/img/", true)]
    [InlineData("/img/*", "/img", false)]
    [InlineData("/img/*", "/IMG/a.png", false)]
    [InlineData("/img/*/pics", "/img/a/b/pics", true)]
    [InlineData("/v?/x", "/v1/x", true)]
    [InlineData("/v?/x", "/v12/x", false)]
    [InlineData("/a+b(c)", "/a+b(c)", true)]
    [InlineData("/a.b", "/aXb", false)]
    [InlineData("*", "/anything/at all", true)]
    [InlineData("/img", "/a/img", false)]
    public void A_path_matches_by_its_case_with_wildcards(string pattern, string path, bool expected) =>
        new PathPatternCondition([pattern]).IsMet(Request(path: path)).ShouldBe(expected);

    [Fact]
    public void A_path_is_matched_without_its_query() =>
        new PathPatternCondition(["/a*b"]).IsMet(Request(path: "/a", query: "x=b")).ShouldBeFalse();

    [Theory]
    [InlineData("^/api/v[0-9]+/", "/api/v12/users", true)]
    [InlineData("^/api/v[0-9]+/", "/API/v12/users", false)]
    [InlineData("users$", "/api/users", true)]
    [InlineData("^users", "/api/users", false)]
    public void A_path_may_match_a_regular_expression(string expression, string path, bool expected) =>
        new PathPatternCondition([], [expression]).IsMet(Request(path: path)).ShouldBe(expected);

    [Fact]
    public void An_expression_that_would_go_back_is_none() =>
        Should.Throw<ArgumentException>(() => new PathPatternCondition([], [@"(a)\1"]));

    [Fact]
    public void No_pattern_takes_long()
    {
        var condition = new PathPatternCondition(["*a*a*a*a*a*a*a*a*b"], ["^(a+)+$"]);
        condition.IsMet(Request(path: "/" + new string('a', 16_000))).ShouldBeFalse();
    }

    [Theory]
    [InlineData("user-agent", "*Chrome*", true)]
    [InlineData("User-Agent", "*CHROME*", true)]
    [InlineData("User-Agent", "*Safari*", false)]
    [InlineData("Accept", "*", false)]
    [InlineData("X-Many", "second", true)]
    public void A_header_matches_by_one_of_its_values(string name, string pattern, bool expected)
    {
        var headers = new HeaderDictionary
        {
            ["User-Agent"] = "Mozilla Chrome/1",
            ["X-Many"] = new(["first", "second"]),
        };
        new HttpHeaderCondition(name, [pattern]).IsMet(Request(headers: headers)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("get", false)]
    [InlineData("HEAD", false)]
    [InlineData("CUSTOM", true)]
    public void A_method_matches_exactly(string method, bool expected) =>
        new HttpRequestMethodCondition(["GET", "CUSTOM"]).IsMet(Request(method: method)).ShouldBe(expected);

    [Theory]
    [InlineData("version", "v1", "version=v1", true)]
    [InlineData("version", "v1", "VERSION=V1", true)]
    [InlineData("version", "v1", "a=b&version=v1&c", true)]
    [InlineData("version", "v1", "version=v12", false)]
    [InlineData("version", "v*", "version=v12", true)]
    [InlineData(null, "*example*", "a=myexample1", true)]
    [InlineData(null, "*example*", "example=a", false)]
    [InlineData("flag", "", "flag", true)]
    [InlineData("a", @"\*", "a=*", true)]
    [InlineData("a", @"\*", "a=b", false)]
    [InlineData(null, "*", "", false)]
    public void A_query_matches_by_one_of_its_pairs(string? key, string value, string query, bool expected) =>
        new QueryStringCondition([(key, value)]).IsMet(Request(query: query)).ShouldBe(expected);

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.10", true)]
    [InlineData("192.0.2.0/24", "192.0.3.10", false)]
    [InlineData("198.51.100.10/32", "198.51.100.10", true)]
    [InlineData("2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "192.0.2.10", false)]
    public void A_source_is_that_of_the_connection(string network, string source, bool expected)
    {
        var headers = new HeaderDictionary { ["X-Forwarded-For"] = "192.0.2.1, 198.51.100.10" };
        new SourceIpCondition([IPNetwork.Parse(network)])
            .IsMet(Request(headers: headers, source: source))
            .ShouldBe(expected);
    }

    [Fact]
    public void The_first_rule_whose_conditions_are_all_met_counts()
    {
        RuleConfiguration[] rules =
        [
            new()
            {
                Conditions = [new PathPatternCondition(["/a/*"]), new HttpRequestMethodCondition(["POST"])],
                Action = new FixedResponseAction(201),
            },
            new() { Conditions = [new PathPatternCondition(["/b/*", "/a/*"])], Action = new FixedResponseAction(202) },
            new() { Action = new FixedResponseAction(203) },
        ];
        Status("POST", "/a/x").ShouldBe(201);
        Status("GET", "/a/x").ShouldBe(202);
        Status("GET", "/b/x").ShouldBe(202);
        Status("POST", "/c").ShouldBe(203);
        RuleConfiguration.Find(rules.Take(2), Request(path: "/c")).ShouldBeNull();

        int Status(string method, string path) =>
            ((FixedResponseAction)RuleConfiguration.Find(rules, Request(method, path: path))!.Action).StatusCode;
    }

    [Theory]
    [InlineData("/", "/", "")]
    [InlineData("/a%2Fb?c=d?e", "/a%2Fb", "c=d?e")]
    [InlineData("http://example.com/a?b", "/a", "b")]
    [InlineData("http://example.com", "/", "")]
    [InlineData("http://example.com?b", "/", "b")]
    [InlineData("*", null, null)]
    [InlineData("example.com:443", null, null)]
    public void A_request_target_is_split_as_it_is(string target, string? path, string? query)
    {
        (string, string)? expected = path is null ? null : (path, query!);
        RoutedRequest.Split(target).ShouldBe(expected);
    }

    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("example.com:8080", "example.com")]
    [InlineData("[::1]:8080", "[::1]")]
    [InlineData("[::1]", "[::1]")]
    [InlineData("", "")]
    public void A_host_has_no_port(string header, string expected) => RoutedRequest.HostOf(header).ShouldBe(expected);

    private static RoutedRequest Request(
        string method = "GET",
        string host = "example.com",
        string path = "/",
        string query = "",
        HeaderDictionary? headers = null,
        string source = "192.0.2.1"
    ) => new(method, host, path, query, headers ?? [], IPAddress.Parse(source));
}
