using Estiba.Acm.Certificates;
using Estiba.Acm.Issuing;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using Estiba.Hosting.Certificates;
using Estiba.State;

namespace Estiba.Acm;

/// <summary>
/// The operations of AWS Certificate Manager. Follows the API reference, version 2015-12-08.
/// </summary>
public sealed partial class AcmApi : IAcmApi
{
    private readonly Store _store;
    private readonly PrivateKeySeal _seal;
    private readonly CertificateAuthority _authority;
    private readonly CertificateRenewal _renewal;
    private readonly ServerCertificates _certificates;
    private readonly Random _random;
    private readonly TimeProvider _time;

    /// <summary>Creates the service.</summary>
    /// <param name="store">Where everything is kept.</param>
    /// <param name="seal">What keys are sealed with.</param>
    /// <param name="authority">Issues certificates.</param>
    /// <param name="renewal">Renews them.</param>
    /// <param name="certificates">Knows who uses them.</param>
    /// <param name="random">Where ids come from.</param>
    /// <param name="time">The clock.</param>
    internal AcmApi(
        Store store,
        PrivateKeySeal seal,
        CertificateAuthority authority,
        CertificateRenewal renewal,
        ServerCertificates certificates,
        Random random,
        TimeProvider time
    ) =>
        (_store, _seal, _authority, _renewal, _certificates, _random, _time) = (
            store,
            seal,
            authority,
            renewal,
            certificates,
            random,
            time
        );

    private DateTimeOffset Now => _time.GetUtcNow();

    private string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_random)
            _random.NextBytes(bytes);
        // A UUID of version 4.
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    private static int CountOf(View view, Scope scope, string type) =>
        view.Range(AcmTables.Certificates, scope.Prefix).Count(record => record.Type == type);

    private Task ChangeAsync(
        string arn,
        CallContext context,
        Func<CertificateRecord, CertificateRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
                transaction.Put(
                    AcmTables.Certificates,
                    change(CertificateNames.Require(transaction, Scope.Of(context), arn))
                ),
            cancellation
        );
}
