using System.Net;
using System.Security.Authentication;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Rules;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.Traffic;

/// <summary>"HTTP header modification for your Application Load Balancer".</summary>
public sealed class HeaderModificationTests
{
    private static readonly ResponseHeaders Changed = new(
        [new("X-Frame-Options", "DENY"), new("Strict-Transport-Security", "max-age=31536000")],
        ShowsServer: false
    );

    [Fact]
    public async Task Every_answer_of_a_target_has_the_headers_and_its_own_are_replaced()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(http =>
        {
            http.Response.StatusCode = 404;
            http.Response.Headers["X-Frame-Options"] = "SAMEORIGIN";
            http.Response.Headers.Server = "nginx";
            return http.Response.WriteAsync("nothing");
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration) with { ResponseHeaders = Changed });

        using var answer = await world.Client.GetAsync(world.Url);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
        answer.Headers.GetValues("Strict-Transport-Security").ShouldBe(["max-age=31536000"]);
        answer.Headers.Server.ToString().ShouldBe("nginx");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("nothing");
    }

    [Fact]
    public async Task So_have_its_own_which_say_no_more_what_they_come_from()
    {
        await using var world = new TrafficWorld();
        await world.ApplyAsync(
            world.Listener(new RuleConfiguration { Action = new FixedResponseAction(200, "text/plain", "fixed") }) with
            {
                ResponseHeaders = Changed,
            }
        );

        using var answer = await world.Client.GetAsync(world.Url);

        answer.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
        answer.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task A_target_is_told_how_the_client_is_connected_if_it_is_to_be()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(http =>
            http.Response.WriteAsync($"{http.Request.Headers["X-Version"]} {http.Request.Headers["X-Suite"]}")
        );
        var listener = world.Forwarding(target.Configuration) with
        {
            Certificates = _ => world.Certificate,
            TlsVersions = SslProtocols.Tls13,
        };
        var client = world.NewTlsClient(world.Certificate);
        var url = $"https://www.example.com:{TrafficWorld.Port}/";

        await world.ApplyAsync(listener);
        (await client.GetStringAsync(url)).ShouldBe(" ");
        await world.ApplyAsync(listener with { TlsHeaders = new TlsHeaders("X-Version", "X-Suite") });

        (await client.GetStringAsync(url)).ShouldMatch("^TLSv1.3 TLS_[A-Z0-9_]+$");
    }
}
