using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.Groups;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    /// <inheritdoc />
    /// <remarks>No log group has a data source or a field index.</remarks>
    public Task<ListLogGroupsResponse> ListLogGroupsAsync(
        ListLogGroupsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var limit = request.Limit ?? DefaultPage;
        var isNone =
            request.DataSources is { Count: > 0 }
            || request.FieldIndexNames is { Count: > 0 }
            || IsOfOthers(request.AccountIdentifiers, request.IncludeLinkedAccounts, context);
        var after = PageToken.Decode(request.NextToken, request, context);
        var page = (isNone ? [] : _store.Current.Range(LogsTables.Groups, Scope.Of(context).Prefix, after))
            .Where(group => IsNamed(group, request.LogGroupNamePattern))
            .Where(group => request.LogGroupClass is null || group.LogGroupClass == request.LogGroupClass)
            .Where(group => request.LogGroupTags is not { } tags || tags.All(tag => IsTagged(group, tag)))
            .Take(limit + 1)
            .ToList();
        return Task.FromResult(
            new ListLogGroupsResponse
            {
                LogGroups =
                [
                    .. page.Take(limit)
                        .Select(group => new LogGroupSummary
                        {
                            LogGroupName = group.Name,
                            LogGroupArn = group.Arn.ToString(),
                            LogGroupClass = group.LogGroupClass,
                        }),
                ],
                NextToken = page.Count > limit ? PageToken.Encode(page[limit - 1].Key, request, context) : null,
            }
        );
    }

    /// <inheritdoc />
    /// <remarks>Log groups are counted by their data sources, and none has one.</remarks>
    public Task<ListAggregateLogGroupSummariesResponse> ListAggregateLogGroupSummariesAsync(
        ListAggregateLogGroupSummariesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _ = IsOfOthers(request.AccountIdentifiers, request.IncludeLinkedAccounts, context);
        return Task.FromResult(new ListAggregateLogGroupSummariesResponse { AggregateLogGroupSummaries = [] });
    }

    /// <summary>
    /// Whether only other accounts are asked for. None is linked to this one, so that all of their groups are none.
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: accounts are named without asking for linked
    /// ones.</exception>
    private static bool IsOfOthers(IReadOnlyList<string>? accounts, bool? includeLinked, CallContext context)
    {
        if (accounts is not { Count: > 0 })
            return false;
        if (includeLinked != true)
            throw LogsErrors.InvalidParameterException(
                "accountIdentifiers can only be specified when includeLinkedAccounts is true."
            );
        return !accounts.Contains(context.AccountId);
    }

    // "The pattern ... ^ matches the beginning, | separates alternatives": "ListLogGroups", API reference.
    private static bool IsNamed(LogGroupRecord group, string? pattern) =>
        pattern is null
        || pattern
            .Split('|')
            .Any(part =>
                part.StartsWith('^')
                    ? group.Name.StartsWith(part[1..], StringComparison.Ordinal)
                    : group.Name.Contains(part, StringComparison.Ordinal)
            );

    // A value may begin with ! for "not", and have * at its ends.
    private static bool IsTagged(LogGroupRecord group, TagFilter filter) =>
        group.Tags.TryGetValue(filter.Key!, out var value)
        && (filter.Values is not { Count: > 0 } values || values.Any(pattern => IsValue(value, pattern)));

    private static bool IsValue(string value, string pattern)
    {
        if (pattern.StartsWith('!'))
            return !IsValue(value, pattern[1..]);
        return (pattern.StartsWith('*'), pattern.EndsWith('*'), pattern.Trim('*')) switch
        {
            (true, true, var part) => value.Contains(part, StringComparison.Ordinal),
            (true, false, var part) => value.EndsWith(part, StringComparison.Ordinal),
            (false, true, var part) => value.StartsWith(part, StringComparison.Ordinal),
            (_, _, var whole) => value == whole,
        };
    }
}
