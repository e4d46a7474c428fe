using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Estiba.Contracts;
using Estiba.Hosting.Certificates;
using Estiba.Hosting.Controllers;
using Estiba.Listeners;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Acm.Certificates;

/// <summary>Gives listeners the certificates of ACM, with their keys.</summary>
internal sealed partial class CertificateKeeper(PrivateKeySeal seal, ILogger logger) : ICertificateKeeper
{
    // By the record, which is another one after each change, and gone when nobody needs it.
    private readonly ConditionalWeakTable<CertificateMaterial, ServerCertificate?> _loaded = [];

    /// <inheritdoc/>
    public ServerCertificate? Find(View view, string arn, Scope scope) =>
        CertificateNames.Find(view, scope, arn) is { } record
            ? _loaded.GetValue(record.Material, _ => Load(record))
            : null;

    /// <inheritdoc/>
    public Trigger Changes(string key) =>
        Trigger.On(AcmTables.Certificates, change =>
            ReferenceEquals(change.Before?.Material, change.After?.Material) ? null : key
        );

    private ServerCertificate? Load(CertificateRecord record)
    {
        var (body, chain, sealedKey, _) = record.Material;
        if (seal.Open(sealedKey, record.Key) is not { } privateKey)
        {
            Log.CannotOpen(logger, record.Arn);
            return null;
        }

        var certificate = X509Certificate2.CreateFromPem(body, privateKey);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(body);
        if (chain is not null)
            all.ImportFromPem(chain);
        return new ServerCertificate(certificate, all);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "The private key of {Certificate} was sealed with another key than this platform has: listeners "
                + "cannot use it. Import it again under its ARN; a requested one is renewed where it is in use"
        )]
        internal static partial void CannotOpen(ILogger logger, string certificate);
    }
}
