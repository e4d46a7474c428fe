using Estiba.Gateway.Browsers;

namespace Estiba.Gateway.Tests;

/// <summary>What a web page could try with a platform that listens on the reader's own machine.</summary>
public sealed class BrowserTests
{
    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://localhost:3000")]
    [InlineData("null")]
    [InlineData("chrome-extension://abcdef")]
    public async Task A_request_of_another_origin_is_refused(string origin)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        request.Headers.TryAddWithoutValidation("Origin", origin);

        (await world.SendAsync(request)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task A_request_of_the_platforms_own_origin_passes()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        request.Headers.TryAddWithoutValidation("Origin", world.Address.GetLeftPart(UriPartial.Authority));

        (await world.SendAsync(request)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("cross-site", 403)]
    [InlineData("same-site", 403)]
    [InlineData("same-origin", 200)]
    [InlineData("none", 200)]
    public async Task The_browsers_own_statement_where_a_request_comes_from_is_heeded(string site, int status)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, world.Address);
        request.Headers.Add("Sec-Fetch-Site", site);

        (await world.SendAsync(request)).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:4566")]
    [InlineData("LOCALHOST.")]
    [InlineData("ecs.eu-west-1.localhost:4566")]
    [InlineData("127.0.0.1:4566")]
    [InlineData("127.66.0.9")]
    [InlineData("10.66.0.1:4566")]
    [InlineData("[::1]:4566")]
    [InlineData("host.docker.internal:4566")]
    [InlineData("123456789012.dkr.ecr.eu-west-1.amazonaws.com")]
    public async Task A_name_of_this_platform_is_answered(string host)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, world.Address);
        request.Headers.Host = host;

        (await world.SendAsync(request)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("evil-localhost")]
    [InlineData("dkr.ecr.amazonaws.com.evil.example")]
    [InlineData("1.evil.example:4566")]
    public async Task A_name_that_is_not_the_platforms_is_refused(string host)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(world.Address, "/_estiba/health"));
        request.Headers.Host = host;

        (await world.SendAsync(request)).Status.ShouldBe(403);
    }

    /// <remarks>
    /// One that is as long as headers may be took six seconds of a processor to compare, and nobody had to be known for
    /// it.
    /// </remarks>
    [Theory]
    [InlineData(240, true)]
    [InlineData(250, false)]
    public void A_name_that_is_longer_than_names_can_be_is_refused(int letters, bool allowed) =>
        new HostNames(GatewayOptions.DefaultAllowedHosts)
            .Allows(new string('a', letters) + ".localhost:4566")
            .ShouldBe(allowed);

    [Fact]
    public async Task A_name_that_was_allowed_is_answered()
    {
        await using var world = await GatewayWorld.StartAsync(options =>
            options with
            {
                AllowedHosts = ["containers.example"],
            }
        );
        var request = new HttpRequestMessage(HttpMethod.Get, world.Address);
        request.Headers.Host = "containers.example:4566";

        (await world.SendAsync(request)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task No_answer_has_a_header_that_lets_pages_read_it()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        request.Headers.TryAddWithoutValidation("Origin", world.Address.GetLeftPart(UriPartial.Authority));

        (await world.SendAsync(request)).Headers.ShouldNotContain(header =>
            header.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)
        );
    }

    [Fact]
    public async Task A_preflight_is_refused()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Options, world.Address);
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");

        (await world.SendAsync(request)).Status.ShouldBe(403);
    }
}
