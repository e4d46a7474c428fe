using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Estiba.Gateway.Doors;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Tests;

/// <summary>A gateway with a certificate, made for the test.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("estiba-tls-").FullName;

    [Fact]
    public async Task Whoever_knows_the_certificate_is_answered_over_tls()
    {
        using var certificate = Certificate();
        await using var world = await GatewayWorld.StartAsync(
            options => options with { Certificate = certificate }, doors: Door.Open("/v2", http => http.Response.WriteAsync(http.Request.Scheme)));
        using var client = new HttpClient(Trusting(certificate.Certificate));

        (await client.GetStringAsync($"https://localhost:{world.EndPoints[0].Port}/v2", TestContext.Current.CancellationToken)).ShouldBe("https");
    }

    [Fact]
    public async Task A_client_that_does_not_know_the_certificate_says_no()
    {
        using var certificate = Certificate();
        await using var world = await GatewayWorld.StartAsync(options => options with { Certificate = certificate });

        var refused = await Should.ThrowAsync<HttpRequestException>(() => world.Http.GetStringAsync($"https://localhost:{world.EndPoints[0].Port}/", TestContext.Current.CancellationToken));

        refused.HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);
    }

    [Fact]
    public void A_key_that_may_not_be_read_is_named_with_the_user_who_may_not()
    {
        var (path, _) = Write("one");
        var key = Directory.CreateDirectory(Path.Combine(_directory, "key")).FullName; // root may read every file, but nobody reads a directory as one

        var refused = Should.Throw<InvalidDataException>(() => ServerCertificate.Load(path, key));

        refused.Message.ShouldContain(key);
        refused.Message.ShouldContain(Environment.UserName);
    }

    [Fact]
    public async Task Nothing_is_answered_in_the_clear()
    {
        using var certificate = Certificate();
        await using var world = await GatewayWorld.StartAsync(options => options with { Certificate = certificate });

        await Should.ThrowAsync<HttpRequestException>(() => world.Http.GetStringAsync(world.Address, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_key_of_another_certificate_is_told()
    {
        var (path, _) = Write("one");
        var (_, otherKey) = Write("two");

        Should.Throw<InvalidDataException>(() => ServerCertificate.Load(path, otherKey)).Message.ShouldContain(otherKey);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private ServerCertificate Certificate()
    {
        var (certificate, key) = Write("server");
        return ServerCertificate.Load(certificate, key);
    }

    private (string Certificate, string Key) Write(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var paths = (Path.Combine(_directory, name + ".pem"), Path.Combine(_directory, name + ".key"));
        File.WriteAllText(paths.Item1, certificate.ExportCertificatePem());
        File.WriteAllText(paths.Item2, key.ExportPkcs8PrivateKeyPem());
        return paths;
    }

    private static SocketsHttpHandler Trusting(X509Certificate2 certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(certificate);
        return new SocketsHttpHandler { UseProxy = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
    }
}
