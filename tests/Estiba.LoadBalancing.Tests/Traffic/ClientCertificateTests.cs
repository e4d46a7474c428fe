using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Headers;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.TrustStores;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.Traffic;

public sealed class ClientCertificateTests
{
    [Fact]
    public async Task Who_verifies_lets_in_clients_of_its_authorities_alone()
    {
        await using var world = new TrafficWorld();
        using var authority = new TestAuthority("ours");
        using var stranger = new TestAuthority("theirs");
        using var good = authority.Issue("client");
        using var other = stranger.Issue("client");
        using var expired = authority.Issue("client", daysLeft: -1);
        using var revoked = authority.Issue("client");
        var list = RevocationList.Read(Encoding.UTF8.GetBytes(authority.Revoke(revoked)));
        await ListenAsync(world, Verifying(authority, list.Names));

        (await AskAsync(world, good)).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(world, other)).ShouldBeNull();
        (await AskAsync(world, expired)).ShouldBeNull();
        (await AskAsync(world, revoked)).ShouldBeNull();
        (await AskAsync(world, certificate: null)).ShouldBeNull();

        await ListenAsync(world, Verifying(authority, static _ => false, ignoresExpiry: true));
        (await AskAsync(world, expired)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_passes_through_lets_in_everybody()
    {
        await using var world = new TrafficWorld();
        using var stranger = new TestAuthority("theirs");
        using var client = stranger.Issue("client");
        await ListenAsync(world, new ClientAuthentication(authorities: null, ignoresExpiry: true, static _ => false));

        (await AskAsync(world, client)).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(world, certificate: null)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_target_believes_the_load_balancer_and_not_the_client()
    {
        await using var world = new TrafficWorld();
        using var authority = new TestAuthority("ours");
        using var client = authority.Issue("client");
        await using var target = await StandInTarget.StartAsync(http =>
            http.Response.WriteAsync(
                $"{http.Request.Headers["X-Amzn-Mtls-Clientcert-Subject"]} {http.Request.Headers["X-Amzn-Mtls-Other"]}",
                http.RequestAborted
            )
        );
        await world.ApplyAsync(
            world.Forwarding(target.Configuration) with
            {
                Certificates = _ => world.Certificate,
                ClientAuthentication = Verifying(authority, static _ => false),
            }
        );

        (await BodyAsync(world, client)).ShouldBe("CN=client ");
    }

    [Fact]
    public void Targets_are_told_of_the_certificate()
    {
        using var authority = new TestAuthority("ours");
        using var client = authority.Issue("client");

        var verified = ClientCertificateHeaders.Of(client, isVerified: true).ToDictionary();
        var passed = ClientCertificateHeaders.Of(client, isVerified: false).ToDictionary();

        verified["X-Amzn-Mtls-Clientcert-Serial-Number"].ShouldBe(client.SerialNumber);
        verified["X-Amzn-Mtls-Clientcert-Subject"].ShouldBe("CN=client");
        verified["X-Amzn-Mtls-Clientcert-Issuer"].ShouldBe("CN=ours");
        var leaf = Uri.UnescapeDataString(verified["X-Amzn-Mtls-Clientcert-Leaf"]);
        leaf.Trim().ShouldBe(client.ExportCertificatePem());
        passed.Keys.ShouldBe(["X-Amzn-Mtls-Clientcert"]);
        ClientCertificateHeaders.IsOne("x-amzn-mtls-clientcert-subject").ShouldBeTrue();
    }

    private static ClientAuthentication Verifying(
        TestAuthority authority,
        Predicate<X509Certificate2> isRevoked,
        bool ignoresExpiry = false
    ) => new([X509Certificate2.CreateFromPem(authority.Pem)], ignoresExpiry, isRevoked);

    private static Task ListenAsync(TrafficWorld world, ClientAuthentication authentication) =>
        world.ApplyAsync(
            world.Listener(new RuleConfiguration { Action = new FixedResponseAction(200, null, null) }) with
            {
                Certificates = _ => world.Certificate,
                ClientAuthentication = authentication,
            }
        );

    private static async Task<HttpStatusCode?> AskAsync(TrafficWorld world, X509Certificate2? certificate)
    {
        try
        {
            using var answer = await SendAsync(world, certificate);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<string> BodyAsync(TrafficWorld world, X509Certificate2 certificate)
    {
        using var answer = await SendAsync(world, certificate);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> SendAsync(TrafficWorld world, X509Certificate2? certificate)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
#pragma warning disable CA5359 // What is looked at here is the certificate of the client.
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        handler.SslOptions.TargetHost = "www.example.com";
        if (certificate is not null)
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(
                certificate,
                additionalCertificates: null,
                offline: true
            );
        using var client = new HttpClient(handler) { Timeout = TrafficWorld.Patience };
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri($"https://{world.Address}:{TrafficWorld.Port}/")
        );
        request.Headers.Add("X-Amzn-Mtls-Clientcert-Subject", "CN=admin");
        request.Headers.Add("X-Amzn-Mtls-Other", "other");
        return await client.SendAsync(request);
    }
}
