using Estiba.Contracts;
using Estiba.Contracts.Acm;

namespace Estiba.Acm.Certificates;

/// <summary>A certificate with its key: imported, or issued by the platform's own authority.</summary>
internal sealed record CertificateRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The last part of its ARN, a UUID.</summary>
    public required string Id { get; init; }

    /// <summary><c>IMPORTED</c> or <c>AMAZON_ISSUED</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The certificate, its chain and its key.</summary>
    public required CertificateMaterial Material { get; init; }

    /// <summary>When it was requested, or imported first.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was imported last; null for one that was requested.</summary>
    public DateTimeOffset? ImportedAt { get; init; }

    /// <summary>When it was renewed last; null when it never was.</summary>
    public DateTimeOffset? RenewedAt { get; init; }

    /// <summary>What it was requested with, so that asking again makes no second one.</summary>
    public string? IdempotencyToken { get; init; }

    /// <summary>How its domains were validated; none of one that was imported.</summary>
    public IReadOnlyList<DomainValidation> Validations { get; init; } = [];

    /// <summary><c>ENABLED</c> or <c>DISABLED</c>: whether it may stand in a transparency log.</summary>
    public required string TransparencyLogging { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Id);

    /// <summary>Its ARN.</summary>
    public string Arn => CertificateNames.Arn(Scope, Id);

    /// <summary>Whether it was requested here, and is renewed.</summary>
    public bool IsIssued => Type == CertificateType.AmazonIssued;
}

/// <summary>What a certificate consists of.</summary>
/// <param name="Body">The certificate in PEM form.</param>
/// <param name="Chain">Those that signed it, in PEM form and in their order; null where nobody told.</param>
/// <param name="PrivateKey">The sealed key.</param>
/// <param name="Facts">What the certificate says.</param>
internal sealed record CertificateMaterial(string Body, string? Chain, string PrivateKey, CertificateFacts Facts);
