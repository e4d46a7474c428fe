using Estiba.AutoScaling.Groups;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling;

/// <content>Tags of groups.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public async Task<CreateOrUpdateTagsResponse> CreateOrUpdateTagsAsync(
        CreateOrUpdateTagsType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeTagsAsync(request.Tags!, context, GroupTags.Merge, cancellation);
        return new CreateOrUpdateTagsResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteTagsResponse> DeleteTagsAsync(
        DeleteTagsType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeTagsAsync(
            request.Tags!,
            context,
            (existing, gone) => GroupTags.Without(existing, [.. gone]),
            cancellation
        );
        return new DeleteTagsResponse();
    }

    /// <inheritdoc/>
    public Task<TagsType> DescribeTagsAsync(
        DescribeTagsType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        var matches = GroupFilters.Compile<TagDescription>(request.Filters ?? [], name => name switch
            {
                "auto-scaling-group" => tag => [tag.ResourceId!],
                "key" => tag => [tag.Key!],
                "value" => tag => [tag.Value!],
                "propagate-at-launch" => tag => [tag.PropagateAtLaunch == true ? "true" : "false"],
                _ => null,
            });
        var tags = _store
            .Current.Range(AutoScalingTables.Groups, Scope.Of(context).Prefix)
            .SelectMany(group => group.Tags.Select(tag => GroupTags.Describe(group, tag)))
            .Where(matches)
            .OrderBy(KeyOf, StringComparer.Ordinal)
            .Where(tag => after is null || string.CompareOrdinal(KeyOf(tag), after) > 0);
        var (page, next) = PagingToken.Cut(tags, size, KeyOf, request, context);
        return Task.FromResult(new TagsType { Tags = page, NextToken = next });

        static string KeyOf(TagDescription tag) => $"{tag.ResourceId}:{tag.Key}";
    }

    private Task ChangeTagsAsync(
        IReadOnlyList<Tag> tags,
        CallContext context,
        Func<IReadOnlyList<GroupTag>, IEnumerable<Tag>, IReadOnlyList<GroupTag>> change,
        CancellationToken cancellation
    )
    {
        if (tags.FirstOrDefault(tag => tag.ResourceType is not (null or "" or GroupTags.ResourceType)) is { } other)
            throw Validation.Error(
                $"Unsupported resource type: {other.ResourceType}. Supported is {GroupTags.ResourceType}."
            );
        return _store.CommitAsync(
            transaction =>
            {
                foreach (var ofGroup in tags.GroupBy(tag => tag.ResourceId ?? "", StringComparer.Ordinal))
                {
                    var group = Require(transaction, Scope.Of(context), ofGroup.Key);
                    transaction.Put(AutoScalingTables.Groups, group with { Tags = change(group.Tags, ofGroup) });
                }
            },
            cancellation
        );
    }
}
