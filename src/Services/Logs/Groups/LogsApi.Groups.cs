using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.Groups;
using Estiba.Logs.Retention;
using Estiba.Logs.Tags;
using Estiba.State;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    private const int MaxGroups = 1_000_000;
    private const int DefaultPage = 50;
    private const int StreamsPerCommit = 1000;

    /// <inheritdoc />
    public async Task<CreateLogGroupResponse> CreateLogGroupAsync(
        CreateLogGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckKey(request.KmsKeyId);
        if (request.LogGroupName!.StartsWith("aws/", StringComparison.OrdinalIgnoreCase))
            throw LogsErrors.InvalidParameterException("Log groups starting with AWS/ are reserved for AWS.");

        GroupTags.CheckKeys(request.Tags);
        await _store.CommitAsync(
            transaction =>
            {
                var prefix = Scope.Of(context).Prefix;
                if (transaction.Find(LogsTables.Groups, prefix + request.LogGroupName) is not null)
                    throw LogsErrors.ResourceAlreadyExistsException("The specified log group already exists");
                if (transaction.Count(LogsTables.Groups, prefix) >= MaxGroups)
                    throw LogsErrors.LimitExceededException("Resource limit exceeded.");

                transaction.Put(
                    LogsTables.Groups,
                    new LogGroupRecord
                    {
                        AccountId = context.AccountId,
                        Region = context.Region,
                        Name = request.LogGroupName,
                        Id = _ids.Next(transaction, LogsTables.Groups, LogsTables.GroupById),
                        CreationTime = Now(),
                        LogGroupClass = request.LogGroupClass ?? LogGroupClass.Standard,
                        KmsKeyId = request.KmsKeyId,
                        DeletionProtectionEnabled = request.DeletionProtectionEnabled ?? false,
                        Tags = request.Tags ?? new Dictionary<string, string>(),
                    }
                );
            },
            cancellation
        );
        return new CreateLogGroupResponse();
    }

    /// <inheritdoc />
    public async Task<DeleteLogGroupResponse> DeleteLogGroupAsync(
        DeleteLogGroupRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var id = await _store.CommitAsync(
            transaction =>
            {
                var group = GroupNamed(transaction, context, request.LogGroupName!);
                if (group.DeletionProtectionEnabled)
                    throw LogsErrors.ValidationException(
                        "The log group has deletion protection enabled. Disable deletion protection before deleting it."
                    );
                DeleteMetricFilters(transaction, group);
                if (PolicyOf(transaction, context, name: null, group.Arn.ToString()) is { } policy)
                    transaction.Delete(LogsTables.ResourcePolicies, policy.Key);
                transaction.Delete(LogsTables.Groups, group.Key);
                transaction.Put(LogsTables.DeletedGroups, new DeletedGroupRecord { Id = group.Id, DeletedAt = Now() });
                return group.Id;
            },
            cancellation
        );

        // From here on nobody finds the streams any more; were this to be interrupted, the clean-up removes the rest.
        _events.DeleteGroup(id);
        await DeleteStreamsAsync(_store, id, cancellation);
        return new DeleteLogGroupResponse();
    }

    /// <inheritdoc />
    public Task<DescribeLogGroupsResponse> DescribeLogGroupsAsync(
        DescribeLogGroupsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request is { LogGroupNamePrefix: not null, LogGroupNamePattern: not null })
            throw LogsErrors.InvalidParameterException(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
            );
        if (
            request.LogGroupIdentifiers is not null
            && (request.LogGroupNamePrefix ?? request.LogGroupNamePattern) is not null
        )
            throw LogsErrors.InvalidParameterException(
                "logGroupIdentifiers cannot be used with a log group name prefix or pattern."
            );

        if (IsOfOthers(request.AccountIdentifiers, request.IncludeLinkedAccounts, context))
            return Task.FromResult(new DescribeLogGroupsResponse { LogGroups = [] });

        var view = _store.Current;
        var prefix = Scope.Of(context).Prefix;
        var found = request.LogGroupIdentifiers is { } identifiers
            ? identifiers
                .Select(identifier => GroupIdentifiedBy(view, context, identifier))
                .OrderBy(group => group.Name, StringComparer.Ordinal)
            : view.Range(
                LogsTables.Groups,
                prefix + request.LogGroupNamePrefix,
                PageToken.Decode(request.NextToken, request, context)
            );

        var limit = request.Limit ?? DefaultPage;
        var page = found
            .Where(group =>
                request.LogGroupNamePattern is not { } pattern || group.Name.Contains(pattern, StringComparison.Ordinal)
            )
            .Where(group => request.LogGroupClass is not { } logGroupClass || group.LogGroupClass == logGroupClass)
            .Take(limit + 1)
            .ToList();
        var more = page.Count > limit && request.LogGroupIdentifiers is null;
        return Task.FromResult(
            new DescribeLogGroupsResponse
            {
                LogGroups = [.. page.Take(limit).Select(Describe)],
                NextToken = more ? PageToken.Encode(page[limit - 1].Key, request, context) : null,
            }
        );
    }

    /// <inheritdoc />
    public async Task<PutLogGroupDeletionProtectionResponse> PutLogGroupDeletionProtectionAsync(
        PutLogGroupDeletionProtectionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeAsync(
            view => GroupIdentifiedBy(view, context, request.LogGroupIdentifier!),
            group => group with { DeletionProtectionEnabled = request.DeletionProtectionEnabled!.Value },
            cancellation
        );
        return new PutLogGroupDeletionProtectionResponse();
    }

    /// <summary>Deletes the streams of a group that is gone, some at a time: there may be millions.</summary>
    internal static async Task DeleteStreamsAsync(Store store, long group, CancellationToken cancellation)
    {
        var prefix = LogsTables.StreamPrefix(group);
        int deleted;
        do
        {
            deleted = await store.CommitAsync(
                transaction =>
                {
                    var some = transaction.Range(LogsTables.Streams, prefix).Take(StreamsPerCommit).ToList();
                    foreach (var stream in some)
                        transaction.Delete(LogsTables.Streams, prefix + stream.Name);
                    return some.Count;
                },
                cancellation
            );
        } while (deleted == StreamsPerCommit);
    }

    private LogGroup Describe(LogGroupRecord group) =>
        new()
        {
            LogGroupName = group.Name,
            CreationTime = group.CreationTime,
            RetentionInDays = group.RetentionInDays,
            MetricFilterCount = CountMetricFilters(_store.Current, group),
            KmsKeyId = group.KmsKeyId,
            Arn = group.Arn + ":*",
            LogGroupArn = group.Arn.ToString(),
            StoredBytes = _events.StoredBytes(group.Id),
            LogGroupClass = group.LogGroupClass,
            DeletionProtectionEnabled = group.DeletionProtectionEnabled,
        };
}
