using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Certificates;
using Estiba.LoadBalancing.Names;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing;

/// <content>Security policies.</content>
public sealed partial class ElbV2Api
{
    /// <inheritdoc/>
    public Task<DescribeSSLPoliciesOutput> DescribeSSLPoliciesAsync(
        DescribeSSLPoliciesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.Names?.Any(name => SslPolicies.Find(name) is null) == true)
            throw SSLPolicyNotFoundException("One or more SSL policies not found");
        var (page, next) = Page.Of(
            SslPolicies.All.Where(policy =>
                (request.Names is null or [] || request.Names.Contains(policy.Name))
                && (
                    request.LoadBalancerType is null
                    || policy.SupportedLoadBalancerTypes!.Contains(request.LoadBalancerType)
                )
            ),
            policy => policy.Name!,
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(new DescribeSSLPoliciesOutput { SslPolicies = page, NextMarker = next });
    }
}
