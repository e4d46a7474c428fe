using Estiba.AutoScaling.Activities;
using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.Launching;
using Estiba.AutoScaling.LifecycleHooks;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.State;
using Tag = Estiba.Contracts.Ec2.Tag;

namespace Estiba.AutoScaling.Reconciling;

/// <summary>
/// Does with others what the state of a group's instances asks for: launches, registers, takes off, terminates. What
/// is done twice does no more than what is done once.
/// </summary>
internal sealed class GroupEffects(
    Store store,
    IEc2Api ec2,
    IElbV2Api balancers,
    HookTargets hookTargets,
    UniqueIds ids,
    TimeProvider time
)
{
    /// <summary>Does it.</summary>
    /// <param name="group">The group.</param>
    /// <param name="instance">The instance, as it was just decided on.</param>
    /// <param name="seen">What the others said before.</param>
    /// <param name="cancellation">The platform stops.</param>
    internal async Task RunAsync(
        GroupRecord group,
        GroupInstanceRecord instance,
        Observation seen,
        CancellationToken cancellation
    )
    {
        if (instance.Launch is not null)
        {
            await LaunchAsync(group, instance, cancellation);
            return;
        }

        if (instance.Actions.Any(action => !action.IsTold))
            await hookTargets.TellAsync(group, instance, cancellation);
        var described = seen.Find(instance.InstanceId);
        switch (instance.State)
        {
            case Lifecycle.PendingProceed or Lifecycle.InService:
                if (described is { IsGone: false } && described.Group != group.Name)
                    await TagAsync(group, instance, cancellation);
                await RegisterAsync(group, instance, seen, cancellation);
                break;
            case Lifecycle.Terminating or Lifecycle.EnteringStandby or Lifecycle.Standby:
                await DeregisterAsync(group, instance, seen, _ => true, cancellation);
                break;
            case Lifecycle.Detaching:
                await DeregisterAsync(group, instance, seen, _ => true, cancellation);
                if (described?.Group == group.Name)
                    await UntagAsync(group, instance, cancellation);
                break;
            case Lifecycle.TerminatingProceed when described is { IsGone: false }:
                await ec2.TerminateInstancesAsync(
                    new TerminateInstancesRequest { InstanceIds = [instance.InstanceId!] },
                    ContextOf(group),
                    cancellation
                );
                break;
        }
    }

    private async Task LaunchAsync(GroupRecord group, GroupInstanceRecord instance, CancellationToken cancellation)
    {
        try
        {
            var launched = await ec2.RunInstancesAsync(instance.Launch!, ContextOf(group), cancellation);
            var made = launched.Instances![0];
            await store.CommitAsync(transaction => Launched(transaction, instance, made), cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            await store.CommitAsync(
                transaction =>
                {
                    transaction.Delete(AutoScalingTables.Instances, instance.Key);
                    GroupStep.FailLaunch(transaction, group, instance.ActivityKey, refused.Message, time.GetUtcNow());
                },
                cancellation
            );
        }
    }

    private static void Launched(Transaction transaction, GroupInstanceRecord instance, Contracts.Ec2.Instance made)
    {
        if (transaction.Find(AutoScalingTables.Instances, instance.Key) is not { } now)
            return;
        ActivityLog.Change(transaction, now.ActivityKey, activity =>
            activity with
            {
                Description = $"{ActivityRecord.Launching}: {made.InstanceId}",
                Status = ScalingActivityStatusCode.PreInService,
                Progress = 30,
            }
        );
        transaction.Put(
            AutoScalingTables.Instances,
            now with
            {
                InstanceId = made.InstanceId,
                InstanceType = made.InstanceType,
                ImageId = made.ImageId,
                Launch = null,
            }
        );
    }

    private async Task RegisterAsync(
        GroupRecord group,
        GroupInstanceRecord instance,
        Observation seen,
        CancellationToken cancellation
    )
    {
        await DeregisterAsync(group, instance, seen, link => !link.IsWanted, cancellation);
        if (!group.Runs(ScalingProcess.AddToLoadBalancer) || instance.Unhealthy is not null)
            return;
        foreach (var link in group.TargetGroups.Where(link => link.IsWanted))
        {
            if (
                seen.Targets.ContainsKey(link.Arn)
                && seen.TargetOf(link.Arn, instance.InstanceId) is null or Observation.Draining
            )
                await balancers.RegisterTargetsAsync(
                    new RegisterTargetsInput
                    {
                        TargetGroupArn = link.Arn,
                        Targets = [new TargetDescription { Id = instance.InstanceId }],
                    },
                    ContextOf(group),
                    cancellation
                );
        }
    }

    private async Task DeregisterAsync(
        GroupRecord group,
        GroupInstanceRecord instance,
        Observation seen,
        Func<TargetGroupLink, bool> from,
        CancellationToken cancellation
    )
    {
        foreach (var link in group.TargetGroups.Where(from))
        {
            if (seen.TargetOf(link.Arn, instance.InstanceId) is not (null or Observation.Draining))
                await balancers.DeregisterTargetsAsync(
                    new DeregisterTargetsInput
                    {
                        TargetGroupArn = link.Arn,
                        Targets = [new TargetDescription { Id = instance.InstanceId }],
                    },
                    ContextOf(group),
                    cancellation
                );
        }
    }

    private Task TagAsync(GroupRecord group, GroupInstanceRecord instance, CancellationToken cancellation) =>
        ec2.CreateTagsAsync(
            new CreateTagsRequest
            {
                Resources = [instance.InstanceId!],
                Tags = [new Tag { Key = LaunchSource.GroupTagKey, Value = group.Name }],
            },
            ContextOf(group),
            cancellation
        );

    private Task UntagAsync(GroupRecord group, GroupInstanceRecord instance, CancellationToken cancellation) =>
        ec2.DeleteTagsAsync(
            new DeleteTagsRequest
            {
                Resources = [instance.InstanceId!],
                Tags = [new Tag { Key = LaunchSource.GroupTagKey }],
            },
            ContextOf(group),
            cancellation
        );

    private CallContext ContextOf(GroupRecord group) => ServiceIdentity.ContextOf(group.Scope, ids);
}
