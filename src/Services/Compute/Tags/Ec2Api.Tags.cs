using Estiba.Compute.Describing;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    private const int MostTaggedResources = 1000;

    private static readonly FilterSet<TagRecord> TagFilters = new(
        new FilterValues<TagRecord>
        {
            { "key", tag => tag.Key },
            { "resource-id", tag => tag.ResourceId },
            { "resource-type", tag => tag.ResourceType },
            { "value", tag => tag.Value },
        },
        tag => [new Tag { Key = tag.Key, Value = tag.Value }]
    );

    /// <inheritdoc />
    public async Task<CreateTagsResponse> CreateTagsAsync(
        CreateTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckResources(request.Resources);
        if (request.Tags is null or [])
            throw Ec2Requests.Missing("Tag");
        ResourceTags.Check(request.Tags, context.Service is not null);
        Ec2Requests.EndDryRun(request.DryRun);

        await _store.CommitAsync(
            transaction =>
            {
                foreach (var id in request.Resources!)
                    ResourceTags.Put(
                        transaction,
                        context,
                        id,
                        TaggedResources.TypeOf(transaction, context, _network.Range, id),
                        request.Tags
                    );
            },
            cancellation
        );
        return new CreateTagsResponse();
    }

    /// <inheritdoc />
    public async Task<DeleteTagsResponse> DeleteTagsAsync(
        DeleteTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckResources(request.Resources);
        Ec2Requests.EndDryRun(request.DryRun);
        await _store.CommitAsync(
            transaction =>
            {
                foreach (var id in request.Resources!)
                {
                    TaggedResources.TypeOf(transaction, context, _network.Range, id);
                    var present = transaction
                        .Range(ComputeTables.Tags, TagRecord.Prefix(context.AccountId, context.Region, id))
                        .ToList();
                    foreach (var tag in present.Where(tag => IsToGo(tag, request.Tags)))
                        transaction.Delete(ComputeTables.Tags, ComputeTables.KeyOf(tag));
                }
            },
            cancellation
        );
        return new DeleteTagsResponse();
    }

    /// <inheritdoc />
    public Task<DescribeTagsResult> DescribeTagsAsync(
        DescribeTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var matches = TagFilters.Compile(request.Filters);
        Page.CheckMaxResults(request.MaxResults);
        Ec2Requests.EndDryRun(request.DryRun);

        var page = Page.Of(
            _store.Current.Range(ComputeTables.Tags, Scope.Of(context).Prefix).Where(matches),
            ComputeTables.KeyOf,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeTagsResult
            {
                Tags =
                [
                    .. page.Items.Select(tag => new TagDescription
                    {
                        Key = tag.Key,
                        Value = tag.Value,
                        ResourceId = tag.ResourceId,
                        ResourceType = tag.ResourceType,
                    }),
                ],
                NextToken = page.NextToken,
            }
        );
    }

    private static void CheckResources(IReadOnlyList<string>? resources)
    {
        if (resources is null or [])
            throw Ec2Requests.Missing("resourceIdSet");
        if (resources.Count > MostTaggedResources)
            throw Ec2Requests.Invalid($"The number of resources exceeds the maximum of {MostTaggedResources}.");
    }

    /// <summary>
    /// No tags: all of them; a key without a value: the tag whatever its value; with one, even an empty one: only that
    /// value.
    /// </summary>
    private static bool IsToGo(TagRecord present, IReadOnlyList<Tag>? wanted) =>
        wanted is null or []
        || wanted.Any(tag => tag.Key == present.Key && (tag.Value is null || tag.Value == present.Value));
}
