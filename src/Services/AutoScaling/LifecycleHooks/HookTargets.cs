using System.Globalization;
using System.Text.Json.Nodes;
using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Contracts.Sqs;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.AutoScaling.LifecycleHooks;

/// <summary>Tells the queues and topics of lifecycle hooks what has begun ("Amazon EC2 Auto Scaling lifecycle hooks",
/// user guide). One may be told twice, where the platform ends before it has written down that it was.</summary>
internal sealed partial class HookTargets(Store store, ISqsApi queues, ISnsApi topics, UniqueIds ids, ILogger logger)
{
    /// <summary>Tells those of an instance's actions of which nobody knows yet.</summary>
    internal async Task TellAsync(GroupRecord group, GroupInstanceRecord instance, CancellationToken cancellation)
    {
        foreach (var action in instance.Actions.Where(action => !action.IsTold))
        {
            if (
                store.Current.Find(AutoScalingTables.Hooks, HookRecord.KeyOf(group.Scope, group.Name, action.Hook)) is
                { Target: not null } hook
            )
                await TryTellAsync(hook, instance, action, cancellation);
            await store.CommitAsync(transaction => Told(transaction, instance.Key, action.Token), cancellation);
        }
    }

    /// <summary>Tells a target that it will be told.</summary>
    /// <exception cref="AwsException">It cannot be.</exception>
    internal Task TestAsync(HookRecord hook, GroupRecord group, DateTimeOffset now, CancellationToken cancellation) =>
        SendAsync(
            hook,
            "Auto Scaling: test notification for group \"" + group.Name + "\"",
            new JsonObject
            {
                ["AccountId"] = hook.Scope.AccountId,
                ["RequestId"] = ids.Next(),
                ["AutoScalingGroupARN"] = group.Arn,
                ["AutoScalingGroupName"] = group.Name,
                ["Service"] = "AWS Auto Scaling",
                ["Event"] = "autoscaling:TEST_NOTIFICATION",
                ["Time"] = Text(now),
            },
            cancellation
        );

    private async Task TryTellAsync(
        HookRecord hook,
        GroupInstanceRecord instance,
        LifecycleAction action,
        CancellationToken cancellation
    )
    {
        var isLaunch = hook.Transition == HookRecord.Launching;
        var message = new JsonObject
        {
            ["Origin"] = isLaunch ? "EC2" : "AutoScalingGroup",
            ["Destination"] = isLaunch ? "AutoScalingGroup" : "EC2",
            ["LifecycleHookName"] = hook.Name,
            ["AccountId"] = hook.Scope.AccountId,
            ["RequestId"] = ids.Next(),
            ["LifecycleTransition"] = hook.Transition,
            ["AutoScalingGroupName"] = hook.Group,
            ["Service"] = "AWS Auto Scaling",
            ["Time"] = Text(action.StartedAt),
            ["EC2InstanceId"] = instance.InstanceId,
            ["LifecycleActionToken"] = action.Token,
        };
        if (hook.Metadata is { } metadata)
            message["NotificationMetadata"] = metadata;
        try
        {
            await SendAsync(
                hook,
                $"Auto Scaling:  Lifecycle action '{(isLaunch ? "LAUNCHING" : "TERMINATING")}' for instance "
                    + $"{instance.InstanceId} in progress.",
                message,
                cancellation
            );
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            // The action goes on: somebody may complete it who was not told, or it times out.
            Log.NotTold(logger, hook.Target!, hook.Name, refused);
        }
    }

    private Task SendAsync(HookRecord hook, string subject, JsonObject message, CancellationToken cancellation)
    {
        var context = ServiceIdentity.ContextOf(hook.Scope, ids);
        return Arn.TryParse(hook.Target!, out var target) && target.Service == "sns"
            ? topics.PublishAsync(
                new PublishInput
                {
                    TopicArn = hook.Target,
                    Subject = subject,
                    Message = message.ToJsonString(),
                },
                context,
                cancellation
            )
            : SendAsync(target, message, context, cancellation);
    }

    private async Task SendAsync(Arn target, JsonObject message, CallContext context, CancellationToken cancellation)
    {
        var queue = await queues.GetQueueUrlAsync(
            new GetQueueUrlRequest { QueueName = target.Resource, QueueOwnerAWSAccountId = target.AccountId },
            context,
            cancellation
        );
        await queues.SendMessageAsync(
            new SendMessageRequest { QueueUrl = queue.QueueUrl, MessageBody = message.ToJsonString() },
            context,
            cancellation
        );
    }

    private static void Told(Transaction transaction, string key, string token)
    {
        if (transaction.Find(AutoScalingTables.Instances, key) is { } instance)
            transaction.Put(
                AutoScalingTables.Instances,
                instance with
                {
                    Actions =
                    [
                        .. instance.Actions.Select(action =>
                            action.Token == token ? action with { IsTold = true } : action
                        ),
                    ],
                }
            );
    }

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Target} could not be told of an action of the lifecycle hook {Hook}")]
        internal static partial void NotTold(ILogger logger, string target, string hook, Exception refused);
    }
}
