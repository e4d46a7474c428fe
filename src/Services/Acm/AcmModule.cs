using System.Security.Cryptography;
using Estiba.Acm.Certificates;
using Estiba.Acm.Issuing;
using Estiba.Contracts.Acm;
using Estiba.Hosting;
using Estiba.Hosting.Certificates;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Acm;

/// <summary>
/// AWS Certificate Manager. It keeps certificates for the listeners of others, and hears from
/// <see cref="ServerCertificates"/> who uses them. Without a <see cref="CertificateSealKey"/> its keys can be read
/// until the process ends.
/// </summary>
public sealed class AcmModule : Module
{
    /// <inheritdoc/>
    public override string Name => "acm";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => AcmTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<IAcmApi, AcmApi>("AWS Certificate Manager")];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var seal = new PrivateKeySeal(host.Find<CertificateSealKey>()?.Value ?? RandomNumberGenerator.GetBytes(32));
        var certificates = ServerCertificates.Of(host);
        certificates.Add(new CertificateKeeper(seal, host.Loggers.CreateLogger("Estiba.Acm")));
        var authority = new CertificateAuthority(host.Store, seal, host.Time);
        var renewal = new CertificateRenewal(host.Store, authority, seal, certificates, host.Time);
        var api = new AcmApi(host.Store, seal, authority, renewal, certificates, host.Random, host.Time);
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new AcmDispatcher(api)],
                Chores = [new Chore("acm.renewal", CertificateRenewal.Interval, renewal.RunAsync) { AtStart = true }],
            }
        );
    }
}

/// <summary>What private keys are sealed with, shared with the module.</summary>
/// <param name="Value">32 bytes.</param>
public sealed record CertificateSealKey(ReadOnlyMemory<byte> Value);
