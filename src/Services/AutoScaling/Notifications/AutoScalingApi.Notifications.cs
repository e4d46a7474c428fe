using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Notifications;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling;

/// <content>Topics that are told what becomes of instances.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public async Task<PutNotificationConfigurationResponse> PutNotificationConfigurationAsync(
        PutNotificationConfigurationType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        var group = Require(_store.Current, scope, request.AutoScalingGroupName!);
        var types = request.NotificationTypes!.Distinct().ToList();
        if (types.Find(type => !NotificationRecord.AllTypes.Contains(type)) is { } unknown)
            throw Validation.Error($"\"{unknown}\" is not a valid Notification Type.");
        if (!Arn.TryParse(request.TopicARN!, out var topic) || topic.Service != "sns")
            throw Validation.Error($"{request.TopicARN} is not a valid ARN of a topic of Amazon SNS.");
        await TestAsync(Notices.Test(group, request.TopicARN!, _ids.Next(), Now), cancellation);
        var record = new NotificationRecord
        {
            Scope = scope,
            Group = group.Name,
            Topic = request.TopicARN!,
            Types = types,
        };
        await _store.CommitAsync(
            transaction =>
            {
                Require(transaction, scope, group.Name);
                if (
                    transaction.Find(AutoScalingTables.Notifications, record.Key) is null
                    && transaction.Count(AutoScalingTables.Notifications, group.Prefix) >= Quotas.Topics
                )
                    throw AutoScalingErrors.LimitExceededFault(
                        $"An Auto Scaling group can have at most {Quotas.Topics} topics."
                    );
                transaction.Put(AutoScalingTables.Notifications, record);
            },
            cancellation
        );
        return new PutNotificationConfigurationResponse();
    }

    /// <inheritdoc/>
    public Task<DescribeNotificationConfigurationsAnswer> DescribeNotificationConfigurationsAsync(
        DescribeNotificationConfigurationsType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (scope, view) = (Scope.Of(context), _store.Current);
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        foreach (var name in request.AutoScalingGroupNames ?? [])
            Require(view, scope, name, ofDeleting: true);
        var names = request.AutoScalingGroupNames ?? [];
        var told = view.Range(AutoScalingTables.Notifications, scope.Prefix)
            .Where(each => names.Count == 0 || names.Contains(each.Group))
            .SelectMany(each => each.Types, (each, type) => (each, type, Mark: $"{each.Key} {type}"))
            .OrderBy(each => each.Mark, StringComparer.Ordinal)
            .Where(each => after is null || string.CompareOrdinal(each.Mark, after) > 0);
        var (page, next) = PagingToken.Cut(told, size, each => each.Mark, request, context);
        return Task.FromResult(
            new DescribeNotificationConfigurationsAnswer
            {
                NotificationConfigurations =
                [
                    .. page.Select(each => new NotificationConfiguration
                    {
                        AutoScalingGroupName = each.each.Group,
                        TopicARN = each.each.Topic,
                        NotificationType = each.type,
                    }),
                ],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<DeleteNotificationConfigurationResponse> DeleteNotificationConfigurationAsync(
        DeleteNotificationConfigurationType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var group = Require(transaction, Scope.Of(context), request.AutoScalingGroupName!);
                var key = NotificationRecord.KeyOf(group.Scope, group.Name, request.TopicARN!);
                if (transaction.Find(AutoScalingTables.Notifications, key) is null)
                    throw Validation.Error($"Notification Topic '{request.TopicARN}' doesn't exist for this group");
                transaction.Delete(AutoScalingTables.Notifications, key);
            },
            cancellation
        );
        return new DeleteNotificationConfigurationResponse();
    }

    private async Task TestAsync(NoticeRecord notice, CancellationToken cancellation)
    {
        try
        {
            await _noticeReconciler.TellAsync(notice, cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            throw Validation.Error($"Unable to publish test notification to topic {notice.Topic}. {refused.Message}");
        }
    }
}
