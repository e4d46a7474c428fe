using System.Globalization;
using System.Text.Json.Nodes;
using Estiba.AutoScaling.Activities;
using Estiba.AutoScaling.Groups;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling.Notifications;

/// <summary>
/// What topics are told, in AWS's form ("Amazon SNS notification options for Amazon EC2 Auto Scaling", user guide).
/// </summary>
internal static class Notices
{
    /// <summary>An activity has ended: the topics that are to know it will be told.</summary>
    internal static void Write(Transaction transaction, ActivityRecord activity)
    {
        if (TypeOf(activity) is not { } type)
            return;
        foreach (
            var notification in transaction
                .Range(AutoScalingTables.Notifications, GroupRecord.PrefixOf(activity.Scope, activity.Group))
                .Where(each => each.Types.Contains(type))
                .ToList()
        )
            transaction.Put(AutoScalingTables.Notices, Of(activity, type, notification.Topic));
    }

    /// <summary>That a topic will be told of a group.</summary>
    internal static NoticeRecord Test(GroupRecord group, string topic, string id, DateTimeOffset now)
    {
        var message = MessageOf(group.Scope, group.Name, group.Arn, NotificationRecord.Test, id, now);
        return new NoticeRecord(
            group.Scope,
            id,
            topic,
            $"Auto Scaling: test notification for group \"{group.Name}\"",
            message.ToJsonString()
        );
    }

    private static string? TypeOf(ActivityRecord activity) =>
        (activity.IsLaunch, activity.Status) switch
        {
            (true, ScalingActivityStatusCode.Successful) => NotificationRecord.Launch,
            (true, ScalingActivityStatusCode.Failed) => NotificationRecord.LaunchError,
            (false, ScalingActivityStatusCode.Successful) when activity.IsTermination => NotificationRecord.Terminate,
            (false, ScalingActivityStatusCode.Failed) when activity.IsTermination => NotificationRecord.TerminateError,
            _ => null,
        };

    private static NoticeRecord Of(ActivityRecord activity, string type, string topic)
    {
        var what = type switch
        {
            NotificationRecord.Launch => "launch",
            NotificationRecord.LaunchError => "failed launch",
            NotificationRecord.Terminate => "termination",
            _ => "failed termination",
        };
        var message = MessageOf(
            activity.Scope,
            activity.Group,
            activity.GroupArn,
            type,
            activity.Id,
            activity.EndedAt!.Value
        );
        message["ActivityId"] = activity.Id;
        message["Description"] = activity.Description;
        message["Cause"] = activity.Cause;
        message["StartTime"] = Text(activity.StartedAt);
        message["EndTime"] = Text(activity.EndedAt.Value);
        message["StatusCode"] = activity.Status;
        message["StatusMessage"] = activity.Message ?? "";
        message["Progress"] = activity.Progress;
        message["EC2InstanceId"] = activity.InstanceId ?? "";
        message["Details"] = new JsonObject
        {
            ["Subnet ID"] = activity.SubnetId,
            ["Availability Zone"] = activity.Zone,
        };
        return new NoticeRecord(
            activity.Scope,
            $"{activity.Id} {topic}",
            topic,
            $"Auto Scaling: {what} for group \"{activity.Group}\"",
            message.ToJsonString()
        );
    }

    private static JsonObject MessageOf(
        Scope scope,
        string group,
        string groupArn,
        string type,
        string id,
        DateTimeOffset time
    ) =>
        new()
        {
            ["AccountId"] = scope.AccountId,
            ["RequestId"] = id,
            ["AutoScalingGroupARN"] = groupArn,
            ["AutoScalingGroupName"] = group,
            ["Service"] = "AWS Auto Scaling",
            ["Event"] = type,
            ["Time"] = Text(time),
        };

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
