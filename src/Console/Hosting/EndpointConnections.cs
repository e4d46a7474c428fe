using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Estiba.Console.Live;

namespace Estiba.Console.Hosting;

/// <summary>The connections to the endpoint, which all sessions share.</summary>
internal static class EndpointConnections
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);

    internal static HttpClient Open(ConsoleSettings settings) =>
        new(
            new AnswerDigest(
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    UseProxy = !settings.Endpoint.IsLoopback,
                    MaxConnectionsPerServer = 64,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                    SslOptions = settings.Authority is { } authority
                        ? new SslClientAuthenticationOptions { CertificateChainPolicy = Trusting(authority) }
                        : new SslClientAuthenticationOptions(),
                }
            )
        )
        {
            Timeout = LongestAnswer,
        };

    private static X509ChainPolicy Trusting(string authority)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        return policy;
    }
}
