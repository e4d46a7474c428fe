using Estiba.Acm.Certificates;
using Estiba.Acm.Importing;
using Estiba.Acm.Tagging;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using Estiba.State;
using static Estiba.Contracts.Acm.AcmErrors;

namespace Estiba.Acm;

/// <content>Importing certificates.</content>
public sealed partial class AcmApi
{
    /// <inheritdoc/>
    public async Task<ImportCertificateResponse> ImportCertificateAsync(
        ImportCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var again = request.CertificateArn is { } arn ? CertificateNames.Require(_store.Current, scope, arn) : null;
        if (again is not null && request.Tags is { Count: > 0 })
            throw ValidationException("Tagging is not permitted on re-import.");
        var imported = ImportedCertificate.Read(
            request.Certificate!.Value,
            request.PrivateKey!.Value,
            request.CertificateChain,
            Now
        );
        var id = again?.Id ?? NewId();
        var material = new CertificateMaterial(
            imported.Body,
            imported.Chain,
            _seal.Seal(imported.PrivateKey, scope.Key(id)),
            imported.Facts
        );
        if (again is not null)
            return await _store.CommitAsync(it => Replace(it, again, imported, material), cancellation);
        var record = new CertificateRecord
        {
            Scope = scope,
            Id = id,
            Type = CertificateType.Imported,
            Material = material,
            CreatedAt = Now,
            ImportedAt = Now,
            TransparencyLogging = CertificateTransparencyLoggingPreference.Disabled,
            Tags = Tags.Merge([], request.Tags),
        };
        return await _store.CommitAsync(
            transaction =>
            {
                if (CountOf(transaction, scope, CertificateType.Imported) >= Quotas.Certificates)
                    throw LimitExceededException(
                        "You have reached the maximum number of certificates. Delete certificates that are not in "
                            + "use, or contact AWS Support to request an increase."
                    );
                transaction.Put(AcmTables.Certificates, record);
                return new ImportCertificateResponse { CertificateArn = record.Arn };
            },
            cancellation
        );
    }

    private ImportCertificateResponse Replace(
        Transaction transaction,
        CertificateRecord known,
        ImportedCertificate imported,
        CertificateMaterial material
    )
    {
        var before = CertificateNames.Require(transaction, known.Scope, known.Arn);
        if (before.IsIssued)
            throw ValidationException($"Certificate {before.Arn} was not imported, and cannot be re-imported.");
        imported.CheckReplaces(before.Material.Facts);
        transaction.Put(AcmTables.Certificates, before with { Material = material, ImportedAt = Now });
        return new ImportCertificateResponse { CertificateArn = before.Arn };
    }
}
