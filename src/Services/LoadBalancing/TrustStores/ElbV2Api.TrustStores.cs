using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Names;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing;

/// <content>Trust stores, of which there are none: nobody can make one here.</content>
public sealed partial class ElbV2Api
{
    /// <inheritdoc/>
    public Task<DescribeTrustStoresOutput> DescribeTrustStoresAsync(
        DescribeTrustStoresInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.TrustStoreArns is [var arn, ..])
            throw TrustStoreNotFoundException($"Trust store '{arn}' not found");
        if (request.Names is { Count: > 0 })
            throw TrustStoreNotFoundException("One or more trust stores not found");
        var (page, next) = Page.Of(
            Array.Empty<TrustStore>(),
            store => store.Name!,
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(new DescribeTrustStoresOutput { TrustStores = page, NextMarker = next });
    }
}
