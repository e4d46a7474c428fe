using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Limits;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Names;
using Estiba.State;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing;

/// <content>Certificates of listeners.</content>
public sealed partial class ElbV2Api
{
    /// <inheritdoc/>
    public async Task<AddListenerCertificatesOutput> AddListenerCertificatesAsync(
        AddListenerCertificatesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        ListenerNames.Require(_store.Current, scope, request.ListenerArn!);
        var added = ArnsOf(request.Certificates!);
        return await _store.CommitAsync(
            transaction =>
            {
                var before = ListenerNames.Require(transaction, scope, request.ListenerArn!);
                RequireCertificates(transaction, scope, added);
                RequireSecure(before);
                var after = before with
                {
                    Certificates = [.. before.Certificates.Concat(added).Distinct(StringComparer.Ordinal)],
                };
                var loadBalancer = LoadBalancerNames.ByKey(transaction, before.LoadBalancerKey)!;
                // Default certificates do not count.
                var others = ListenerNames
                    .Of(transaction, loadBalancer)
                    .Where(other => other.Key != after.Key && other.IsSecure)
                    .Sum(other => other.Certificates.Count - 1);
                if (others + after.Certificates.Count - 1 > AccountLimits.CertificatesPerLoadBalancer)
                    throw TooManyCertificatesException(
                        Reached("certificates", AccountLimits.CertificatesPerLoadBalancer, loadBalancer)
                    );
                transaction.Put(LoadBalancingTables.Listeners, after);
                return new AddListenerCertificatesOutput
                {
                    Certificates = [.. added.Select(arn => Describe(after, arn))],
                };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public async Task<RemoveListenerCertificatesOutput> RemoveListenerCertificatesAsync(
        RemoveListenerCertificatesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var removed = ArnsOf(request.Certificates!);
        await _store.CommitAsync(
            transaction =>
            {
                var before = ListenerNames.Require(transaction, Scope.Of(context), request.ListenerArn!);
                RequireSecure(before);
                if (removed.Contains(before.DefaultCertificate))
                    throw OperationNotPermittedException("Default certificate cannot be removed");
                transaction.Put(
                    LoadBalancingTables.Listeners,
                    before with
                    {
                        Certificates = [.. before.Certificates.Except(removed, StringComparer.Ordinal)],
                    }
                );
            },
            cancellation
        );
        return new RemoveListenerCertificatesOutput();
    }

    /// <inheritdoc/>
    public Task<DescribeListenerCertificatesOutput> DescribeListenerCertificatesAsync(
        DescribeListenerCertificatesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var listener = ListenerNames.Require(_store.Current, Scope.Of(context), request.ListenerArn!);
        var (page, next) = Page.Of(
            listener.Certificates.Order(StringComparer.Ordinal),
            arn => arn,
            request.PageSize,
            request.Marker,
            request,
            context
        );
        return Task.FromResult(
            new DescribeListenerCertificatesOutput
            {
                Certificates = [.. page.Select(arn => Describe(listener, arn))],
                NextMarker = next,
            }
        );
    }

    private void RequireCertificates(View view, Scope scope, IEnumerable<string> arns)
    {
        if (arns.FirstOrDefault(arn => _certificates.Find(view, arn, scope) is null) is { } absent)
            throw CertificateNotFoundException($"Certificate '{absent}' not found");
    }

    private static IReadOnlyList<string> ArnsOf(IReadOnlyList<Certificate> certificates)
    {
        if (certificates.Count == 0 || certificates.Any(each => each.CertificateArn is null))
            throw ElbErrors.ValidationError("A certificate must be specified by its ARN");
        if (certificates.Any(each => each.IsDefault is not null))
            throw ElbErrors.ValidationError("IsDefault cannot be set");
        return [.. certificates.Select(each => each.CertificateArn!).Distinct(StringComparer.Ordinal)];
    }

    private static void RequireSecure(ListenerRecord listener)
    {
        if (!listener.IsSecure)
            throw InvalidConfigurationRequestException(
                $"Certificates cannot be specified for {listener.Protocol} listeners"
            );
    }

    private static Certificate Describe(ListenerRecord listener, string arn) =>
        new() { CertificateArn = arn, IsDefault = arn == listener.DefaultCertificate };
}
