using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Attributes;
using Estiba.Ecs.Clusters;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs;

/// <content>Attributes of container instances.</content>
public sealed partial class EcsApi
{
    /// <inheritdoc/>
    public Task<PutAttributesResponse> PutAttributesAsync(
        PutAttributesRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var shown = new List<EcsAttribute>();
                foreach (
                    var (instance, attributes) in CustomAttributes.ByTarget(
                        transaction,
                        ClusterNames.Require(transaction, Scope.Of(context), request.Cluster),
                        request.Attributes!
                    )
                )
                {
                    transaction.Put(EcsTables.ContainerInstances, CustomAttributes.Put(instance, attributes));
                    shown.AddRange(attributes.Select(attribute => CustomAttributes.Shown(attribute, instance)));
                }

                return new PutAttributesResponse { Attributes = shown };
            },
            cancellation
        );

    /// <inheritdoc/>
    public Task<DeleteAttributesResponse> DeleteAttributesAsync(
        DeleteAttributesRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var shown = new List<EcsAttribute>();
                foreach (
                    var (instance, attributes) in CustomAttributes.ByTarget(
                        transaction,
                        ClusterNames.Require(transaction, Scope.Of(context), request.Cluster),
                        request.Attributes!
                    )
                )
                {
                    var changed = CustomAttributes.Delete(instance, attributes);
                    transaction.Put(EcsTables.ContainerInstances, changed);
                    shown.AddRange(
                        instance
                            .Attributes.Except(changed.Attributes)
                            .Select(attribute => CustomAttributes.Shown(attribute, instance))
                    );
                }

                return new DeleteAttributesResponse { Attributes = shown };
            },
            cancellation
        );

    /// <inheritdoc/>
    public Task<ListAttributesResponse> ListAttributesAsync(
        ListAttributesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        if (request.AttributeValue is not null && request.AttributeName is null)
            throw InvalidParameterException(
                "An attribute name must be specified when an attribute value is specified."
            );
        var cluster = ClusterNames.Require(view, Scope.Of(context), request.Cluster);
        var after = Paging.After(request.NextToken, request, context);
        var found = view.Range(EcsTables.ContainerInstances, cluster.Key + "/")
            .Where(instance => instance.DeregisteredAt is null)
            .SelectMany(instance =>
                instance
                    .Attributes.Where(attribute =>
                        request.AttributeName is null || attribute.Name == request.AttributeName
                    )
                    .Where(attribute => request.AttributeValue is null || attribute.Value == request.AttributeValue)
                    .OrderBy(attribute => attribute.Name, StringComparer.Ordinal)
                    .Select(attribute =>
                        (Key: $"{instance.Id} {attribute.Name}", Attribute: CustomAttributes.Shown(attribute, instance))
                    )
            )
            .Where(item => after is null || string.CompareOrdinal(item.Key, after) > 0);
        var (page, token) = PagingToken.Cut(found, Paging.Size(request.MaxResults), item => item.Key, request, context);
        return Task.FromResult(
            new ListAttributesResponse { Attributes = [.. page.Select(item => item.Attribute)], NextToken = token }
        );
    }
}
