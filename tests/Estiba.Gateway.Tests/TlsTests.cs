using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Estiba.Gateway.Doors;
using Estiba.Hosting.Http;
using Estiba.Listeners.Tests;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Tests;

/// <summary>A gateway with a certificate, made for the test.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly CertificateFiles _files = new();

    [Fact]
    public async Task Whoever_knows_the_certificate_is_answered_over_tls()
    {
        using var certificate = _files.Load();
        await using var world = await GatewayWorld.StartAsync(
            options => options with { Certificate = certificate },
            paths: HttpPath.Open("/v2", http => http.Response.WriteAsync(http.Request.Scheme))
        );
        using var client = new HttpClient(certificate.Trusting());

        (
            await client.GetStringAsync(
                $"https://localhost:{world.EndPoints[0].Port}/v2",
                TestContext.Current.CancellationToken
            )
        ).ShouldBe("https");
    }

    [Fact]
    public async Task A_client_that_does_not_know_the_certificate_says_no()
    {
        using var certificate = _files.Load();
        await using var world = await GatewayWorld.StartAsync(options => options with { Certificate = certificate });

        var refused = await Should.ThrowAsync<HttpRequestException>(() =>
            world.Http.GetStringAsync(
                $"https://localhost:{world.EndPoints[0].Port}/",
                TestContext.Current.CancellationToken
            )
        );

        refused.HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);
    }

    [Fact]
    public async Task Nothing_is_answered_in_the_clear()
    {
        using var certificate = _files.Load();
        await using var world = await GatewayWorld.StartAsync(options => options with { Certificate = certificate });

        await Should.ThrowAsync<HttpRequestException>(() =>
            world.Http.GetStringAsync(world.Address, TestContext.Current.CancellationToken)
        );
    }

    public void Dispose() => _files.Dispose();
}
