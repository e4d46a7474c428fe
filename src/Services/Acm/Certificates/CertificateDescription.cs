using Estiba.Contracts.Acm;

namespace Estiba.Acm.Certificates;

/// <summary>Certificates as ACM shows them.</summary>
internal static class CertificateDescription
{
    private const int MostNamesInList = 100;

    /// <summary>All of one.</summary>
    /// <param name="record">The certificate.</param>
    /// <param name="users">The ARNs of what uses it.</param>
    /// <param name="now">The time.</param>
    internal static CertificateDetail Detail(CertificateRecord record, IReadOnlyList<string> users, DateTimeOffset now)
    {
        var facts = record.Material.Facts;
        return new CertificateDetail
        {
            CertificateArn = record.Arn,
            DomainName = facts.DomainName,
            SubjectAlternativeNames = facts.Names,
            DomainValidationOptions = record.IsIssued ? record.Validations : null,
            Serial = facts.Serial,
            Subject = facts.Subject,
            Issuer = facts.Issuer,
            CreatedAt = record.CreatedAt,
            IssuedAt = record.IsIssued ? record.CreatedAt : null,
            ImportedAt = record.ImportedAt,
            Status = StatusOf(record, now),
            NotBefore = facts.NotBefore,
            NotAfter = facts.NotAfter,
            KeyAlgorithm = Told(facts.KeyAlgorithm),
            SignatureAlgorithm = facts.SignatureAlgorithm,
            InUseBy = users,
            Type = record.Type,
            RenewalSummary = record.RenewedAt is { } renewed
                ? new RenewalSummary
                {
                    RenewalStatus = RenewalStatus.Success,
                    DomainValidationOptions = record.Validations,
                    UpdatedAt = renewed,
                }
                : null,
            KeyUsages = [.. UsagesOf(facts).Select(usage => new KeyUsage { Name = usage })],
            ExtendedKeyUsages =
                facts.ExtendedKeyUsages.Count > 0
                    ? facts.ExtendedKeyUsages
                    : [new ExtendedKeyUsage { Name = ExtendedKeyUsageName.None }],
            RenewalEligibility = EligibilityOf(record, users.Count > 0),
            Options = new CertificateOptions
            {
                CertificateTransparencyLoggingPreference = record.TransparencyLogging,
                Export = record.IsIssued ? CertificateExport.Disabled : null,
            },
            CertificateKeyPairOrigin = OriginOf(record),
        };
    }

    /// <summary>What a list has of one.</summary>
    internal static CertificateSummary Summary(CertificateRecord record, bool isInUse, DateTimeOffset now)
    {
        var facts = record.Material.Facts;
        return new CertificateSummary
        {
            CertificateArn = record.Arn,
            DomainName = facts.DomainName,
            SubjectAlternativeNameSummaries = [.. facts.Names.Take(MostNamesInList)],
            HasAdditionalSubjectAlternativeNames = facts.Names.Count > MostNamesInList,
            Status = StatusOf(record, now),
            Type = record.Type,
            KeyAlgorithm = Told(facts.KeyAlgorithm),
            KeyUsages = UsagesOf(facts),
            ExtendedKeyUsages = ExtendedUsagesOf(facts),
            ExportOption = record.IsIssued ? CertificateExport.Disabled : null,
            InUse = isInUse,
            RenewalEligibility = EligibilityOf(record, isInUse),
            NotBefore = facts.NotBefore,
            NotAfter = facts.NotAfter,
            CreatedAt = record.CreatedAt,
            IssuedAt = record.IsIssued ? record.CreatedAt : null,
            ImportedAt = record.ImportedAt,
            CertificateKeyPairOrigin = OriginOf(record),
        };
    }

    /// <summary>Who made the key.</summary>
    internal static string OriginOf(CertificateRecord record) =>
        record.IsIssued ? CertificateKeyPairOrigin.AwsManaged : CertificateKeyPairOrigin.CustomerProvided;

    /// <summary><c>ISSUED</c> until it expires.</summary>
    internal static string StatusOf(CertificateRecord record, DateTimeOffset now) =>
        record.Material.Facts.NotAfter < now ? CertificateStatus.Expired : CertificateStatus.Issued;

    /// <summary>What a key may be used for: <c>ANY</c> where the certificate does not say.</summary>
    internal static IReadOnlyList<string> UsagesOf(CertificateFacts facts) =>
        facts.KeyUsages.Count > 0 ? facts.KeyUsages : [KeyUsageName.Any];

    /// <summary>What else it may be used for: <c>NONE</c> where the certificate does not say.</summary>
    internal static IReadOnlyList<string> ExtendedUsagesOf(CertificateFacts facts) =>
        facts.ExtendedKeyUsages.Count > 0
            ? [.. facts.ExtendedKeyUsages.Select(usage => usage.Name!)]
            : [ExtendedKeyUsageName.None];

    private static string EligibilityOf(CertificateRecord record, bool isInUse) =>
        record.IsIssued && isInUse ? RenewalEligibility.Eligible : RenewalEligibility.Ineligible;

    // ACM takes RSA_2048 and tells RSA-2048.
    private static string Told(string keyAlgorithm)
    {
        var end = keyAlgorithm.IndexOf('_', StringComparison.Ordinal);
        return $"{keyAlgorithm[..end]}-{keyAlgorithm[(end + 1)..]}";
    }
}
