using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.Names;
using Estiba.LoadBalancing.Tagging;
using Estiba.LoadBalancing.TrustStores;
using Estiba.State;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing;

/// <content>Trust stores: what listeners compare clients' certificates with.</content>
public sealed partial class ElbV2Api
{
    /// <inheritdoc/>
    public async Task<CreateTrustStoreOutput> CreateTrustStoreAsync(
        CreateTrustStoreInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (bundle, count) = await BundleAsync(
            request.CaCertificatesBundleS3Bucket!,
            request.CaCertificatesBundleS3Key!,
            request.CaCertificatesBundleS3ObjectVersion,
            context,
            cancellation
        );
        var made = new TrustStoreRecord
        {
            Scope = Scope.Of(context),
            Name = request.Name!,
            Id = _ids.Resource(),
            Bundle = bundle,
            Certificates = count,
            Tags = Tags.Merge([], request.Tags),
        };
        await _store.CommitAsync(
            it =>
            {
                var others = it.Range(LoadBalancingTables.TrustStores, made.Scope.Prefix).ToList();
                if (others.Exists(other => other.Name == made.Name))
                    throw DuplicateTrustStoreNameException($"A trust store with the name '{made.Name}' already exists");
                if (others.Count >= AccountLimits.TrustStores)
                    throw TooManyTrustStoresException(
                        $"The maximum number of trust stores per account '{AccountLimits.TrustStores}' has been reached"
                    );
                it.Put(LoadBalancingTables.TrustStores, made);
            },
            cancellation
        );
        return new CreateTrustStoreOutput { TrustStores = [Describe(made)] };
    }

    /// <inheritdoc/>
    public async Task<ModifyTrustStoreOutput> ModifyTrustStoreAsync(
        ModifyTrustStoreInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        TrustStoreNames.Require(_store.Current, scope, request.TrustStoreArn!);
        var (bundle, count) = await BundleAsync(
            request.CaCertificatesBundleS3Bucket!,
            request.CaCertificatesBundleS3Key!,
            request.CaCertificatesBundleS3ObjectVersion,
            context,
            cancellation
        );
        var after = await ChangeTrustStoreAsync(
            scope,
            request.TrustStoreArn!,
            before => before with { Bundle = bundle, Certificates = count },
            cancellation
        );
        return new ModifyTrustStoreOutput { TrustStores = [Describe(after)] };
    }

    /// <inheritdoc/>
    public async Task<DeleteTrustStoreOutput> DeleteTrustStoreAsync(
        DeleteTrustStoreInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            it =>
            {
                var found = TrustStoreNames.Require(it, Scope.Of(context), request.TrustStoreArn!);
                if (TrustStoreNames.ListenersOf(it, found).FirstOrDefault() is { } listener)
                    throw TrustStoreInUseException(
                        $"Trust store '{found.Arn}' is currently in use by listener '{listener.Arn}'"
                    );
                it.Delete(LoadBalancingTables.TrustStores, found.Key);
            },
            cancellation
        );
        return new DeleteTrustStoreOutput();
    }

    /// <inheritdoc/>
    public Task<DescribeTrustStoresOutput> DescribeTrustStoresAsync(
        DescribeTrustStoresInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (view, scope) = (_store.Current, Scope.Of(context));
        if (request is { TrustStoreArns.Count: > 0, Names.Count: > 0 })
            throw ElbErrors.ValidationError(
                "Trust store names and trust store ARNs cannot be specified at the same time"
            );
        IEnumerable<TrustStoreRecord> chosen = view.Range(LoadBalancingTables.TrustStores, scope.Prefix);
        if (request.TrustStoreArns is { Count: > 0 } arns)
            chosen = arns.Select(arn => TrustStoreNames.Require(view, scope, arn));
        else if (request.Names is { Count: > 0 } names)
            chosen = names.Select(name =>
                view.Range(LoadBalancingTables.TrustStores, scope.Key(name) + "/").FirstOrDefault()
                ?? throw ArnKinds.TrustStore.Several()
            );
        var (page, next) = Page.Of(
            chosen.DistinctBy(each => each.Key).OrderBy(each => each.Key, StringComparer.Ordinal),
            each => each.Key,
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(
            new DescribeTrustStoresOutput { TrustStores = [.. page.Select(Describe)], NextMarker = next }
        );
    }

    /// <inheritdoc/>
    public Task<DescribeTrustStoreAssociationsOutput> DescribeTrustStoreAssociationsAsync(
        DescribeTrustStoreAssociationsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var found = TrustStoreNames.Require(_store.Current, Scope.Of(context), request.TrustStoreArn!);
        var (page, next) = Page.Of(
            TrustStoreNames.ListenersOf(_store.Current, found),
            listener => listener.Key,
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(
            new DescribeTrustStoreAssociationsOutput
            {
                TrustStoreAssociations =
                [
                    .. page.Select(listener => new TrustStoreAssociation { ResourceArn = listener.Arn }),
                ],
                NextMarker = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<GetTrustStoreCaCertificatesBundleOutput> GetTrustStoreCaCertificatesBundleAsync(
        GetTrustStoreCaCertificatesBundleInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var found = TrustStoreNames.Require(_store.Current, Scope.Of(context), request.TrustStoreArn!);
        return Task.FromResult(
            new GetTrustStoreCaCertificatesBundleOutput
            {
                Location = _trustStoreFiles.Address(found, revocation: null, context),
            }
        );
    }

    /// <inheritdoc/>
    public async Task<AddTrustStoreRevocationsOutput> AddTrustStoreRevocationsAsync(
        AddTrustStoreRevocationsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        TrustStoreNames.Require(_store.Current, scope, request.TrustStoreArn!);
        var lists = new List<RevocationRecord>();
        foreach (var content in request.RevocationContents ?? [])
            lists.Add(await RevocationAsync(content, context, cancellation));
        var added = new List<RevocationRecord>();
        var after = await ChangeTrustStoreAsync(
            scope,
            request.TrustStoreArn!,
            before =>
            {
                added = [.. lists.Select((list, place) => list with { Id = before.NextRevocation + place })];
                return before with
                {
                    Revocations = [.. before.Revocations, .. added],
                    NextRevocation = before.NextRevocation + added.Count,
                };
            },
            cancellation
        );
        return new AddTrustStoreRevocationsOutput
        {
            TrustStoreRevocations =
            [
                .. added.Select(list => new TrustStoreRevocation
                {
                    TrustStoreArn = after.Arn,
                    RevocationId = list.Id,
                    RevocationType = RevocationType.Crl,
                    NumberOfRevokedEntries = list.Entries,
                }),
            ],
        };
    }

    /// <inheritdoc/>
    public async Task<RemoveTrustStoreRevocationsOutput> RemoveTrustStoreRevocationsAsync(
        RemoveTrustStoreRevocationsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeTrustStoreAsync(
            Scope.Of(context),
            request.TrustStoreArn!,
            before =>
            {
                foreach (var id in request.RevocationIds!)
                    RequireRevocation(before, id);
                return before with
                {
                    Revocations = [.. before.Revocations.Where(list => !request.RevocationIds!.Contains(list.Id))],
                };
            },
            cancellation
        );
        return new RemoveTrustStoreRevocationsOutput();
    }

    /// <inheritdoc/>
    public Task<DescribeTrustStoreRevocationsOutput> DescribeTrustStoreRevocationsAsync(
        DescribeTrustStoreRevocationsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var found = TrustStoreNames.Require(_store.Current, Scope.Of(context), request.TrustStoreArn!);
        var chosen = request.RevocationIds is { Count: > 0 } ids
            ? ids.Select(id => RequireRevocation(found, id))
            : found.Revocations;
        var (page, next) = Page.Of(
            chosen.OrderBy(list => list.Id),
            list => $"{list.Id:D19}",
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(
            new DescribeTrustStoreRevocationsOutput
            {
                TrustStoreRevocations =
                [
                    .. page.Select(list => new DescribeTrustStoreRevocation
                    {
                        TrustStoreArn = found.Arn,
                        RevocationId = list.Id,
                        RevocationType = RevocationType.Crl,
                        NumberOfRevokedEntries = list.Entries,
                    }),
                ],
                NextMarker = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<GetTrustStoreRevocationContentOutput> GetTrustStoreRevocationContentAsync(
        GetTrustStoreRevocationContentInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var found = TrustStoreNames.Require(_store.Current, Scope.Of(context), request.TrustStoreArn!);
        var list = RequireRevocation(found, request.RevocationId!.Value);
        return Task.FromResult(
            new GetTrustStoreRevocationContentOutput { Location = _trustStoreFiles.Address(found, list.Id, context) }
        );
    }

    private Task<TrustStoreRecord> ChangeTrustStoreAsync(
        Scope scope,
        string arn,
        Func<TrustStoreRecord, TrustStoreRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            it =>
            {
                var after = change(TrustStoreNames.Require(it, scope, arn));
                if (after.RevokedEntries > AccountLimits.RevokedEntriesPerTrustStore)
                    throw TooManyTrustStoreRevocationEntriesException(
                        "The maximum number of revocation entries per trust store "
                            + $"'{AccountLimits.RevokedEntriesPerTrustStore}' has been reached"
                    );
                it.Put(LoadBalancingTables.TrustStores, after);
                return after;
            },
            cancellation
        );

    private static RevocationRecord RequireRevocation(TrustStoreRecord store, long id) =>
        store.Revocations.FirstOrDefault(list => list.Id == id)
        ?? throw RevocationIdNotFoundException($"Revocation ID '{id}' not found");

    /// <summary>The certificates that an object of S3 has, in PEM.</summary>
    private async Task<(string Bundle, int Count)> BundleAsync(
        string bucket,
        string key,
        string? version,
        CallContext context,
        CancellationToken cancellation
    )
    {
        try
        {
            var content = await _trustStoreFiles.ReadAsync(bucket, key, version, context, cancellation)
                ?? throw CaCertificatesBundleNotFoundException("The specified CA certificate bundle does not exist");
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(Encoding.UTF8.GetString(content));
            var count = certificates.Count;
            var bundle = certificates.ExportCertificatePems();
            foreach (var certificate in certificates)
                certificate.Dispose();
            return count is > 0 and <= AccountLimits.CaCertificatesPerTrustStore
                ? (bundle, count)
                : throw InvalidCaCertificatesBundleException(
                    $"The bundle must have 1 to {AccountLimits.CaCertificatesPerTrustStore} certificates"
                );
        }
        catch (Exception fault) when (fault is CryptographicException or InvalidDataException)
        {
            throw InvalidCaCertificatesBundleException("The specified CA certificate bundle is not valid");
        }
    }

    private async Task<RevocationRecord> RevocationAsync(
        RevocationContent content,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (
            content.S3Bucket is null
            || content.S3Key is null
            || content.RevocationType is not (null or RevocationType.Crl)
        )
            throw InvalidRevocationContentException("A revocation needs a bucket and a key, and must be a CRL");
        try
        {
            var found = await _trustStoreFiles.ReadAsync(
                content.S3Bucket,
                content.S3Key,
                content.S3ObjectVersion,
                context,
                cancellation
            ) ?? throw RevocationContentNotFoundException("The specified revocation file does not exist");
            var list = RevocationList.Read(found);
            return new RevocationRecord(Id: 0, Convert.ToBase64String(found), list.SerialNumbers.Count);
        }
        catch (InvalidDataException)
        {
            throw InvalidRevocationContentException("The specified revocation file is not valid");
        }
    }

    private static TrustStore Describe(TrustStoreRecord store) =>
        new()
        {
            Name = store.Name,
            TrustStoreArn = store.Arn,
            Status = TrustStoreStatus.Active,
            NumberOfCaCertificates = store.Certificates,
            TotalRevokedEntries = store.RevokedEntries,
        };
}
