using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Estiba.Contracts;
using Estiba.Hosting.Certificates;
using Estiba.Hosting.Controllers;
using Estiba.Listeners;
using Estiba.State;

namespace Estiba.LoadBalancing.Tests;

/// <summary>Knows some ARNs, all of one certificate, which never changes.</summary>
internal sealed class StandInCertificates : ICertificateKeeper, IDisposable
{
    private readonly ServerCertificate _certificate = SelfSigned();

    public ServerCertificate? Find(View view, string arn, Scope scope) =>
        arn is LoadBalancingWorld.FirstCertificate or LoadBalancingWorld.OtherCertificate || arn.Contains("/many-")
            ? _certificate
            : null;

    public Trigger Changes(string key) => Trigger.On(LoadBalancingTables.LoadBalancers, static _ => null);

    public void Dispose() => _certificate.Dispose();

    private static ServerCertificate SelfSigned()
    {
        using var key = ECDsa.Create();
        var request = new CertificateRequest("CN=example.com", key, HashAlgorithmName.SHA256);
        return new ServerCertificate(
            request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100)),
            []
        );
    }
}
