using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Resources;
using Estiba.ServiceDiscovery.Services;
using Estiba.ServiceDiscovery.Tagging;
using Estiba.State;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.ServiceDiscovery;

/// <content>Tags of namespaces and services.</content>
public sealed partial class ServiceDiscoveryApi
{
    /// <inheritdoc/>
    public async Task<TagResourceResponse> TagResourceAsync(
        TagResourceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeTagsAsync(request.ResourceARN!, before => Tags.Merge(before, request.Tags), context, cancellation);
        return new TagResourceResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagResourceResponse> UntagResourceAsync(
        UntagResourceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeTagsAsync(
            request.ResourceARN!,
            before => Tags.Without(before, request.TagKeys!),
            context,
            cancellation
        );
        return new UntagResourceResponse();
    }

    /// <inheritdoc/>
    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(
        ListTagsForResourceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (its, service) = Tagged(_store.Current, Scope.Of(context), request.ResourceARN!);
        return Task.FromResult(new ListTagsForResourceResponse { Tags = its?.Tags ?? service!.Tags });
    }

    private Task ChangeTagsAsync(
        string arn,
        Func<IReadOnlyList<Tag>, IReadOnlyList<Tag>> change,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var (its, service) = Tagged(transaction, Scope.Of(context), arn);
                if (its is not null)
                    transaction.Put(ServiceDiscoveryTables.Namespaces, its with { Tags = change(its.Tags) });
                else
                    transaction.Put(ServiceDiscoveryTables.Services, service! with { Tags = change(service!.Tags) });
            },
            cancellation
        );

    /// <summary>The namespace or the service with an ARN.</summary>
    /// <exception cref="AwsException"><c>ResourceNotFoundException</c></exception>
    private static (NamespaceRecord? Namespace, ServiceRecord? Service) Tagged(View view, Scope scope, string arn)
    {
        if (!Arn.IsArn(arn))
            throw InvalidInput($"{arn} is not an ARN.");
        if (NamespaceLookup.Find(view, scope, arn) is { } its)
            return (its, null);
        if (
            ResourceArns.IdOf(scope, ResourceArns.Service, arn) is { } id
            && view.Find(ServiceDiscoveryTables.Services, scope.Key(id)) is { } service
        )
            return (null, service);
        throw ResourceNotFoundException("The operation can't be completed because the resource was not found.");
    }
}
