using Estiba.Acm.Certificates;
using Estiba.Acm.Issuing;
using Estiba.Acm.Tagging;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using Estiba.State;
using static Estiba.Contracts.Acm.AcmErrors;

namespace Estiba.Acm;

/// <content>Requesting and renewing certificates.</content>
public sealed partial class AcmApi
{
    private static readonly string[] RequestableKeys =
    [
        KeyAlgorithm.Rsa2048,
        KeyAlgorithm.ECPrime256v1,
        KeyAlgorithm.ECSecp384r1,
    ];

    /// <inheritdoc/>
    public async Task<RequestCertificateResponse> RequestCertificateAsync(
        RequestCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        CheckRequest(request);
        var scope = Scope.Of(context);
        var names = (request.SubjectAlternativeNames ?? [])
            .Prepend(request.DomainName!)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToList();
        if (names.Count > Quotas.DomainNames)
            throw LimitExceededException("Certificate has too many domains.");
        var validations = DomainValidations.Of(
            scope,
            names,
            request.ValidationMethod ?? ValidationMethod.Email,
            request.DomainValidationOptions
        );
        var tags = Tags.Merge([], request.Tags);
        if (RequestedWith(_store.Current, scope, request.IdempotencyToken) is { } known)
            return new RequestCertificateResponse { CertificateArn = known.Arn };

        var id = NewId();
        var record = new CertificateRecord
        {
            Scope = scope,
            Id = id,
            Type = CertificateType.AmazonIssued,
            Material = await _authority.IssueAsync(
                scope,
                id,
                names,
                request.KeyAlgorithm ?? KeyAlgorithm.Rsa2048,
                cancellation
            ),
            CreatedAt = Now,
            IdempotencyToken = request.IdempotencyToken,
            Validations = validations,
            TransparencyLogging = request.Options?.CertificateTransparencyLoggingPreference
                ?? CertificateTransparencyLoggingPreference.Enabled,
            Tags = tags,
        };
        return await _store.CommitAsync(
            transaction =>
            {
                if (RequestedWith(transaction, scope, request.IdempotencyToken) is { } meanwhile)
                    return new RequestCertificateResponse { CertificateArn = meanwhile.Arn };
                if (CountOf(transaction, scope, CertificateType.AmazonIssued) >= Quotas.Certificates)
                    throw LimitExceededException(
                        "Cannot request more certificates in this account. Contact Customer Service for details."
                    );
                transaction.Put(AcmTables.Certificates, record);
                return new RequestCertificateResponse { CertificateArn = record.Arn };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public async Task<RenewCertificateResponse> RenewCertificateAsync(
        RenewCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = CertificateNames.Require(_store.Current, Scope.Of(context), request.CertificateArn!);
        if (!record.IsIssued)
            throw ValidationException($"Certificate {record.Arn} is not eligible for renewal: it was imported.");
        await _renewal.RenewAsync(record, cancellation);
        return new RenewCertificateResponse();
    }

    /// <inheritdoc/>
    public Task<ResendValidationEmailResponse> ResendValidationEmailAsync(
        ResendValidationEmailRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = CertificateNames.Require(_store.Current, Scope.Of(context), request.CertificateArn!);
        DomainValidations.Check(
            request.Domain!,
            request.ValidationDomain!,
            [.. record.Validations.Select(validation => validation.DomainName!)]
        );
        throw InvalidStateException($"Certificate {record.Arn} is not pending validation: there is no mail to send.");
    }

    private static void CheckRequest(RequestCertificateRequest request)
    {
        if (request.DomainName!.Length > Quotas.LongestFirstName)
            throw InvalidDomainValidationOptionsException(
                $"The first domain name can be no longer than {Quotas.LongestFirstName} characters."
            );
        if (request.CertificateAuthorityArn is not null)
            throw InvalidParameterException(
                "Estiba does not support AWS Private CA yet. Leave CertificateAuthorityArn out: then the platform's "
                    + "own authority issues the certificate."
            );
        if (request.ManagedBy is not null || request.ValidationMethod == ValidationMethod.Http)
            throw InvalidParameterException(
                "Estiba does not support certificates that Amazon CloudFront manages, and their validation by HTTP, "
                    + "yet."
            );
        if (
            request.Options?.ValidationMethod is { } method
            && method != (request.ValidationMethod ?? ValidationMethod.Email)
        )
            throw ValidationException(
                "The validation method in Options is another one than ValidationMethod. Leave it out of Options."
            );
        if (request.Options?.Export == CertificateExport.Enabled)
            throw InvalidParameterException("Estiba does not support exporting certificates: keys never leave it.");
        if (request.KeyAlgorithm is { } algorithm && !RequestableKeys.Contains(algorithm))
            throw ValidationException(
                $"Key algorithm {algorithm} is not supported for a requested certificate. It can be one of "
                    + $"{string.Join(", ", RequestableKeys)}."
            );
    }

    private CertificateRecord? RequestedWith(View view, Scope scope, string? token) =>
        token is null
            ? null
            : view.Where(AcmTables.Certificates, AcmTables.CertificatesByToken, scope.Key(token))
                .FirstOrDefault(record => Now - record.CreatedAt < Quotas.TokenLife);
}
