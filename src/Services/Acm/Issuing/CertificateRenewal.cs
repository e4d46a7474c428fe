using Estiba.Acm.Certificates;
using Estiba.Hosting.Certificates;
using Estiba.State;

namespace Estiba.Acm.Issuing;

/// <summary>
/// Renews requested certificates before they expire: those that something uses, as on AWS ("Managed certificate
/// renewal", user guide). Beyond AWS also those that have expired meanwhile: a platform may have been off for long.
/// </summary>
internal sealed class CertificateRenewal(
    Store store,
    CertificateAuthority authority,
    PrivateKeySeal seal,
    ServerCertificates certificates,
    TimeProvider time
)
{
    /// <summary>How often it is looked whether one is due.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How long before its end a certificate is renewed.</summary>
    internal static readonly TimeSpan Ahead = TimeSpan.FromDays(45);

    /// <summary>Renews all that are due.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        var view = store.Current;
        foreach (var account in view.Range(AcmTables.Certificates).GroupBy(record => record.Scope.AccountId).ToList())
        {
            var users = certificates.UsersIn(view, account.Key);
            foreach (var record in account.Where(record => record.IsIssued && users.Contains(record.Arn)))
            {
                if (IsDue(record))
                    await RenewAsync(record, cancellation);
            }
        }
    }

    /// <summary>Renews one, with a new key; not if it was changed or deleted meanwhile.</summary>
    internal async Task RenewAsync(CertificateRecord record, CancellationToken cancellation)
    {
        var facts = record.Material.Facts;
        var names = facts.Names.Prepend(facts.DomainName!).Distinct(StringComparer.Ordinal).ToList();
        var material = await authority.IssueAsync(record.Scope, record.Id, names, facts.KeyAlgorithm, cancellation);
        await store.CommitAsync(
            transaction =>
            {
                if (
                    transaction.Find(AcmTables.Certificates, record.Key) is { } current
                    && ReferenceEquals(current.Material, record.Material)
                )
                    transaction.Put(
                        AcmTables.Certificates,
                        current with
                        {
                            Material = material,
                            RenewedAt = time.GetUtcNow(),
                        }
                    );
            },
            cancellation
        );
    }

    private bool IsDue(CertificateRecord record) =>
        record.Material.Facts.NotAfter - time.GetUtcNow() < Ahead
        || seal.Open(record.Material.PrivateKey, record.Key) is null;
}
