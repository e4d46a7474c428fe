using System.Globalization;
using Estiba.Acm.Certificates;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using static Estiba.Contracts.Acm.AcmErrors;

namespace Estiba.Acm;

/// <content>Showing, changing and deleting certificates.</content>
public sealed partial class AcmApi
{
    private const int UsualPage = 100;

    // Whoever asks for no key types gets these, as on AWS.
    private static readonly string[] UsualKeys = [KeyAlgorithm.Rsa1024, KeyAlgorithm.Rsa2048];

    /// <inheritdoc/>
    public Task<DescribeCertificateResponse> DescribeCertificateAsync(
        DescribeCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var record = CertificateNames.Require(view, Scope.Of(context), request.CertificateArn!);
        var users = _certificates.UsersIn(view, context.AccountId)[record.Arn].ToList();
        return Task.FromResult(
            new DescribeCertificateResponse { Certificate = CertificateDescription.Detail(record, users, Now) }
        );
    }

    /// <inheritdoc/>
    public Task<GetCertificateResponse> GetCertificateAsync(
        GetCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = CertificateNames.Require(_store.Current, Scope.Of(context), request.CertificateArn!);
        return Task.FromResult(
            new GetCertificateResponse { Certificate = record.Material.Body, CertificateChain = record.Material.Chain }
        );
    }

    /// <inheritdoc/>
    public Task<ListCertificatesResponse> ListCertificatesAsync(
        ListCertificatesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.SortBy is null != request.SortOrder is null)
            throw ValidationException("SortBy and SortOrder must be specified together.");
        var after = request.NextToken is { } token
            ? PagingToken.Read(token, request, context) ?? throw InvalidArgsException("The NextToken is not valid.")
            : null;
        var view = _store.Current;
        var all = view.Range(AcmTables.Certificates, Scope.Of(context).Prefix)
            .Where(record => IsListed(record, request))
            .Select(record => (Key: request.SortBy is null ? record.Id : ByAge(record), Record: record));
        var descending = request.SortOrder == SortOrder.Descending;
        var ordered = descending
            ? all.OrderByDescending(each => each.Key, StringComparer.Ordinal)
            : all.OrderBy(each => each.Key, StringComparer.Ordinal);
        var (page, next) = PagingToken.Cut(
            ordered.Where(each =>
                after is null
                || (string.CompareOrdinal(each.Key, after) is var order && descending ? order < 0 : order > 0)
            ),
            request.MaxItems ?? UsualPage,
            each => each.Key,
            request,
            context
        );
        var users = _certificates.UsersIn(view, context.AccountId);
        return Task.FromResult(
            new ListCertificatesResponse
            {
                CertificateSummaryList =
                [
                    .. page.Select(each =>
                        CertificateDescription.Summary(each.Record, users.Contains(each.Record.Arn), Now)
                    ),
                ],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<DeleteCertificateResponse> DeleteCertificateAsync(
        DeleteCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var record = CertificateNames.Require(transaction, Scope.Of(context), request.CertificateArn!);
                if (_certificates.UsersIn(transaction, context.AccountId).Contains(record.Arn))
                    throw ResourceInUseException($"Certificate {record.Arn} in account {context.AccountId} is in use.");
                transaction.Delete(AcmTables.Certificates, record.Key);
            },
            cancellation
        );
        return new DeleteCertificateResponse();
    }

    /// <inheritdoc/>
    public async Task<UpdateCertificateOptionsResponse> UpdateCertificateOptionsAsync(
        UpdateCertificateOptionsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.CertificateArn!,
            context,
            before =>
            {
                if (!before.IsIssued)
                    throw InvalidStateException(
                        "The UpdateCertificateOptions command is not permitted for imported certificates"
                    );
                if (request.Options!.Export == CertificateExport.Enabled)
                    throw InvalidStateException("The export option of a certificate cannot be updated.");
                if (
                    request.Options.ValidationMethod is { } method
                    && before.Validations.Any(validation => validation.ValidationMethod != method)
                )
                    throw InvalidStateException("The validation method of a certificate cannot be updated.");
                return before with
                {
                    TransparencyLogging = request.Options.CertificateTransparencyLoggingPreference
                        ?? before.TransparencyLogging,
                };
            },
            cancellation
        );
        return new UpdateCertificateOptionsResponse();
    }

    /// <inheritdoc/>
    public Task<ExportCertificateResponse> ExportCertificateAsync(
        ExportCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = CertificateNames.Require(_store.Current, Scope.Of(context), request.CertificateArn!);
        throw ValidationException($"Certificate {record.Arn} is neither private nor exportable.");
    }

    /// <inheritdoc/>
    public Task<RevokeCertificateResponse> RevokeCertificateAsync(
        RevokeCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var record = CertificateNames.Require(_store.Current, Scope.Of(context), request.CertificateArn!);
        throw ValidationException(
            $"Certificate {record.Arn} cannot be revoked: only certificates that were exported can."
        );
    }

    private bool IsListed(CertificateRecord record, ListCertificatesRequest request)
    {
        var (facts, filters) = (record.Material.Facts, request.Includes);
        if (filters?.KeyTypes is { Count: > 0 } keyTypes)
        {
            if (!keyTypes.Contains(facts.KeyAlgorithm))
                return false;
        }
        else if (!UsualKeys.Contains(facts.KeyAlgorithm) || facts.DomainName is null)
        {
            return false;
        }

        return Has(request.CertificateStatuses, [CertificateDescription.StatusOf(record, Now)])
            && Has(request.CertificateKeyPairOrigins, [CertificateDescription.OriginOf(record)])
            && Has(filters?.KeyUsage, CertificateDescription.UsagesOf(facts))
            && Has(filters?.ExtendedKeyUsage, CertificateDescription.ExtendedUsagesOf(facts))
            && filters?.ExportOption is null or CertificateExport.Disabled
            && filters?.ManagedBy is null;
    }

    private static bool Has(IReadOnlyList<string>? wanted, IReadOnlyList<string> values) =>
        wanted is null or { Count: 0 } || wanted.Any(values.Contains);

    private static string ByAge(CertificateRecord record) =>
        record.CreatedAt.UtcTicks.ToString("D19", CultureInfo.InvariantCulture) + record.Id;
}
