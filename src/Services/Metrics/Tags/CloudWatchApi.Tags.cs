using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Dashboards;
using Estiba.Metrics.Tags;
using Estiba.State;

namespace Estiba.Metrics;

/// <content>Tags. Metrics have none; what has any is listed in <see cref="Kinds"/>.</content>
public sealed partial class CloudWatchApi
{
    /// <summary>What can have tags, by its type in ARNs: whether there is such a resource.</summary>
    private static readonly Dictionary<string, Func<View, Arn, bool>> Kinds = new(StringComparer.Ordinal)
    {
        ["alarm"] = (view, arn) =>
            view.Find(MetricsTables.Alarms, new Scope(arn.AccountId, arn.Region).Key(arn.ResourceName)) is not null,
        ["dashboard"] = (view, arn) =>
            arn.Region.Length == 0
            && view.Find(MetricsTables.Dashboards, DashboardRecord.KeyOf(arn.AccountId, arn.ResourceName)) is not null,
    };

    /// <inheritdoc/>
    public Task<ListTagsForResourceOutput> ListTagsForResourceAsync(
        ListTagsForResourceInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var arn = Require(view, Scope.Of(context), request.ResourceARN!);
        return Task.FromResult(new ListTagsForResourceOutput { Tags = ResourceTags.Of(view, arn) });
    }

    /// <inheritdoc/>
    public async Task<TagResourceOutput> TagResourceAsync(
        TagResourceInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
                ResourceTags.Put(
                    transaction,
                    Require(transaction, Scope.Of(context), request.ResourceARN!),
                    request.Tags
                ),
            cancellation
        );
        return new TagResourceOutput();
    }

    /// <inheritdoc/>
    public async Task<UntagResourceOutput> UntagResourceAsync(
        UntagResourceInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            transaction =>
                ResourceTags.Remove(
                    transaction,
                    Require(transaction, Scope.Of(context), request.ResourceARN!),
                    request.TagKeys!
                ),
            cancellation
        );
        return new UntagResourceOutput();
    }

    private static string Require(View view, Scope scope, string text)
    {
        if (!Arn.TryParse(text, out var arn) || arn.Service != "cloudwatch")
            throw CloudWatchErrors.InvalidParameterValueException($"Invalid parameter ResourceARN: {text}");
        // Dashboards are of no region.
        if (arn.AccountId != scope.AccountId || (arn.Region.Length > 0 && arn.Region != scope.Region))
            throw NoResource(text);
        return Kinds.TryGetValue(arn.ResourceType, out var exists) && exists(view, arn) ? text : throw NoResource(text);
    }

    private static AwsException NoResource(string arn) =>
        CloudWatchErrors.ResourceNotFoundException($"Resource not found: {arn}");
}
