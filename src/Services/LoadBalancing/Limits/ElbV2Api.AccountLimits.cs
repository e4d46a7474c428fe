using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.Names;

namespace Estiba.LoadBalancing;

/// <content>Quotas.</content>
public sealed partial class ElbV2Api
{
    /// <inheritdoc/>
    public Task<DescribeAccountLimitsOutput> DescribeAccountLimitsAsync(
        DescribeAccountLimitsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (page, next) = Page.Of(
            AccountLimits.All,
            limit => limit.Name,
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(
            new DescribeAccountLimitsOutput
            {
                Limits =
                [
                    .. page.Select(limit => new Limit
                    {
                        Name = limit.Name,
                        Max = limit.Max.ToString(CultureInfo.InvariantCulture),
                    }),
                ],
                NextMarker = next,
            }
        );
    }
}
