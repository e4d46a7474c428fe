using Estiba.AutoScaling.Activities;
using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.Reconciling;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling;

/// <content>The instances of groups.</content>
public sealed partial class AutoScalingApi
{
    /// <inheritdoc/>
    public Task<AutoScalingInstancesType> DescribeAutoScalingInstancesAsync(
        DescribeAutoScalingInstancesType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        var ids = request.InstanceIds ?? [];
        var instances = _store
            .Current.Range(AutoScalingTables.Instances, Scope.Of(context).Prefix, after)
            .Where(instance => instance.InstanceId is { } id && (ids.Count == 0 || ids.Contains(id)));
        var (page, next) = PagingToken.Cut(instances, size, instance => instance.Key, request, context);
        return Task.FromResult(
            new AutoScalingInstancesType
            {
                AutoScalingInstances = [.. page.Select(GroupDescription.DetailsOf)],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<ActivityType> TerminateInstanceInAutoScalingGroupAsync(
        TerminateInstanceInAutoScalingGroupType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.InstanceIds is { Count: > 0 } || request.AutoScalingGroupName is not null)
            throw Validation.Unsupported("the termination of several instances at once (InstanceIds)");
        if (request.InstanceId is null)
            throw Validation.Error("InstanceId must be specified");
        var decrements = request.ShouldDecrementDesiredCapacity == true;
        var activity = await _store.CommitAsync(
            transaction =>
            {
                var (group, instance) = RequireInstance(transaction, Scope.Of(context), request.InstanceId);
                if (Lifecycle.IsEnding(instance.State))
                    throw AutoScalingErrors.ScalingActivityInProgressFault(
                        $"The instance {instance.InstanceId} is in state {instance.State} already."
                    );
                var cause =
                    $"At {Moments.Text(Now)} instance {instance.InstanceId} was taken out of service in response "
                    + "to a user request";
                if (decrements && instance.Counts)
                    cause += Shrink(transaction, group, 1, "Terminating instance without replacement");
                return _step.End(transaction, group, instance, cause + ".", Now);
            },
            cancellation
        );
        return new ActivityType { Activity = Describe(activity) };
    }

    /// <inheritdoc/>
    public async Task<SetInstanceHealthResponse> SetInstanceHealthAsync(
        SetInstanceHealthQuery request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.HealthStatus is not ("Healthy" or "Unhealthy"))
            throw Validation.Error("Valid instance health states are: [Healthy, Unhealthy].");
        await _store.CommitAsync(
            transaction =>
            {
                var (group, instance) = RequireInstance(transaction, Scope.Of(context), request.InstanceId!);
                var isYoung =
                    request.ShouldRespectGracePeriod != false
                    && Now < (instance.InServiceAt ?? Now).AddSeconds(group.GracePeriod);
                if (request.HealthStatus == "Healthy")
                    transaction.Put(AutoScalingTables.Instances, instance with { Unhealthy = null });
                else if (!isYoung)
                    transaction.Put(
                        AutoScalingTables.Instances,
                        instance with
                        {
                            Unhealthy = "an instance was taken out of service in response to a user health-check.",
                        }
                    );
            },
            cancellation
        );
        return new SetInstanceHealthResponse();
    }

    /// <inheritdoc/>
    public async Task<SetInstanceProtectionAnswer> SetInstanceProtectionAsync(
        SetInstanceProtectionQuery request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var group = Require(transaction, Scope.Of(context), request.AutoScalingGroupName!);
                foreach (var instance in Required(transaction, group, request.InstanceIds))
                {
                    if (Lifecycle.IsEnding(instance.State))
                        throw Validation.Error(
                            $"The instance {instance.InstanceId} is not in InService or EnteringStandby or Standby."
                        );
                    transaction.Put(
                        AutoScalingTables.Instances,
                        instance with
                        {
                            IsProtected = request.ProtectedFromScaleIn == true,
                        }
                    );
                }
            },
            cancellation
        );
        return new SetInstanceProtectionAnswer();
    }

    /// <inheritdoc/>
    public async Task<AttachInstancesResponse> AttachInstancesAsync(
        AttachInstancesQuery request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        Require(_store.Current, scope, request.AutoScalingGroupName!);
        if (request.InstanceIds is not { Count: > 0 } named)
            throw Validation.Error("At least one instance ID must be specified.");
        var found = new List<Contracts.Ec2.Instance>();
        foreach (var id in named.Distinct())
            found.Add(await _places.RequireRunningAsync(scope, id, cancellation));
        await _store.CommitAsync(
            transaction => Attach(transaction, Require(transaction, scope, request.AutoScalingGroupName!), found),
            cancellation
        );
        return new AttachInstancesResponse();
    }

    /// <inheritdoc/>
    public async Task<DetachInstancesAnswer> DetachInstancesAsync(
        DetachInstancesQuery request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        new()
        {
            Activities = await LeaveAsync(
                context,
                request.AutoScalingGroupName!,
                request.InstanceIds,
                request.ShouldDecrementDesiredCapacity == true,
                new Leaving(
                    Lifecycle.Detaching,
                    instance => instance.State is Lifecycle.InService or Lifecycle.Standby,
                    "Detaching EC2 instance",
                    "was detached in response to a user request",
                    "Detaching instance"
                ),
                cancellation
            ),
        };

    /// <inheritdoc/>
    public async Task<EnterStandbyAnswer> EnterStandbyAsync(
        EnterStandbyQuery request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        new()
        {
            Activities = await LeaveAsync(
                context,
                request.AutoScalingGroupName!,
                request.InstanceIds,
                request.ShouldDecrementDesiredCapacity == true,
                new Leaving(
                    Lifecycle.EnteringStandby,
                    instance => instance.State == Lifecycle.InService,
                    "Moving EC2 instance to Standby",
                    "was moved to standby in response to a user request",
                    "Moving instance to standby"
                ),
                cancellation
            ),
        };

    /// <inheritdoc/>
    public async Task<ExitStandbyAnswer> ExitStandbyAsync(
        ExitStandbyQuery request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var activities = await _store.CommitAsync(
            transaction =>
            {
                var group = Require(transaction, Scope.Of(context), request.AutoScalingGroupName!);
                var standby = Required(transaction, group, request.InstanceIds).ToList();
                if (standby.Find(instance => instance.State != Lifecycle.Standby) is { } other)
                    throw Validation.Error($"The instance {other.InstanceId} is not in Standby.");
                var cause = Grow(transaction, group, standby.Count, "take out of standby");
                return standby
                    .Select(instance =>
                        Begin(
                            transaction,
                            group,
                            instance with
                            {
                                State = Lifecycle.Pending,
                                IsReturning = true,
                            },
                            "Moving EC2 instance out of Standby",
                            $"was moved out of standby in response to a user request{cause}.",
                            ScalingActivityStatusCode.PreInService,
                            progress: 30
                        )
                    )
                    .ToList();
            },
            cancellation
        );
        return new ExitStandbyAnswer { Activities = [.. activities.Select(Describe)] };
    }

    private async Task<IReadOnlyList<Activity>> LeaveAsync(
        CallContext context,
        string name,
        IReadOnlyList<string>? ids,
        bool decrements,
        Leaving how,
        CancellationToken cancellation
    )
    {
        var activities = await _store.CommitAsync(
            transaction =>
            {
                var group = Require(transaction, Scope.Of(context), name);
                var leaving = Required(transaction, group, ids).ToList();
                if (leaving.Find(instance => !how.May(instance)) is { } other)
                    throw Validation.Error($"The instance {other.InstanceId} is not in InService.");
                var cause = decrements
                    ? Shrink(transaction, group, leaving.Count(instance => instance.Counts), how.Deed)
                    : "";
                return leaving
                    .Select(instance =>
                        Begin(
                            transaction,
                            group,
                            instance with
                            {
                                State = how.State,
                            },
                            how.Description,
                            $"{how.Cause}{cause}.",
                            ScalingActivityStatusCode.InProgress,
                            progress: 50
                        )
                    )
                    .ToList();
            },
            cancellation
        );
        return [.. activities.Select(Describe)];
    }

    private ActivityRecord Begin(
        Transaction transaction,
        GroupRecord group,
        GroupInstanceRecord instance,
        string description,
        string cause,
        string status,
        int progress
    )
    {
        var activity = _activities.Begin(
            transaction,
            group,
            instance,
            $"{description}: {instance.InstanceId}",
            $"At {Moments.Text(Now)} instance {instance.InstanceId} {cause}",
            Now
        ) with
        {
            Status = status,
            Progress = progress,
        };
        transaction.Put(AutoScalingTables.Activities, activity);
        transaction.Put(AutoScalingTables.Instances, instance with { ActivityKey = activity.Key });
        return activity;
    }

    private void Attach(Transaction transaction, GroupRecord group, IReadOnlyList<Contracts.Ec2.Instance> found)
    {
        foreach (var instance in found)
        {
            if (Find(transaction, group.Scope, instance.InstanceId!) is { } member)
                throw Validation.Error(
                    $"Instance {instance.InstanceId} is already part of AutoScalingGroup {member.Group}"
                );
            if (!group.Zones.Contains(instance.Placement!.AvailabilityZone))
                throw Validation.Error(
                    $"The instance {instance.InstanceId} is not in any of the availability zones of the group: "
                        + $"[{string.Join(", ", group.Zones)}]"
                );
        }

        var cause = Grow(transaction, group, found.Count, "attach");
        foreach (var instance in found)
        {
            var attached = new GroupInstanceRecord
            {
                Scope = group.Scope,
                Group = group.Name,
                Id = _ids.Next(),
                InstanceId = instance.InstanceId,
                Zone = instance.Placement!.AvailabilityZone!,
                ZoneId = instance.Placement.AvailabilityZoneId,
                SubnetId = instance.SubnetId,
                InstanceType = instance.InstanceType,
                ImageId = instance.ImageId,
                CreatedAt = Now,
                IsProtected = group.ProtectsNew,
            };
            Begin(
                transaction,
                group,
                attached,
                "Attaching an existing EC2 instance",
                $"was attached in response to a user request{cause}.",
                ScalingActivityStatusCode.PreInService,
                progress: 50
            );
        }
    }

    // What a cause says of the capacity, which is changed with it.
    private static string Shrink(Transaction transaction, GroupRecord group, int count, string deed)
    {
        if (count == 0)
            return "";
        if (group.Desired - count < group.Min)
            throw Validation.Error(
                $"Currently, desiredSize equals minSize ({group.Min}). {deed} will violate group's min size "
                    + "constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size."
            );
        transaction.Put(AutoScalingTables.Groups, group with { Desired = group.Desired - count });
        return $", shrinking the capacity from {group.Desired} to {group.Desired - count}";
    }

    private static string Grow(Transaction transaction, GroupRecord group, int count, string deed)
    {
        if (group.Desired + count > group.Max)
            throw Validation.Error(
                $"AutoScalingGroup {group.Name} has min-size={group.Min}, max-size={group.Max}, and "
                    + $"desired-size={group.Desired}. To {deed} {count} more instance, please update the "
                    + "AutoScalingGroup sizes appropriately."
            );
        transaction.Put(AutoScalingTables.Groups, group with { Desired = group.Desired + count });
        return $", increasing the capacity from {group.Desired} to {group.Desired + count}";
    }

    private static GroupInstanceRecord? Find(View view, Scope scope, string id) =>
        view.Where(AutoScalingTables.Instances, AutoScalingTables.InstancesById, scope.Key(id)).FirstOrDefault();

    private static (GroupRecord Group, GroupInstanceRecord Instance) RequireInstance(
        View view,
        Scope scope,
        string id
    ) =>
        Find(view, scope, id) is { } instance
            ? (Require(view, scope, instance.Group), instance)
            : throw Validation.Error($"Instance Id not found - No managed instance found for instance ID: {id}");

    private static IEnumerable<GroupInstanceRecord> Required(View view, GroupRecord group, IReadOnlyList<string>? ids)
    {
        if (ids is not { Count: > 0 })
            throw Validation.Error("At least one instance ID must be specified.");
        return ids.Distinct()
            .Select(id =>
                Find(view, group.Scope, id) is { } instance && instance.Group == group.Name
                    ? instance
                    : throw Validation.Error($"The instance {id} is not part of Auto Scaling group {group.Name}.")
            );
    }

    // How an instance leaves service without ending.
    private sealed record Leaving(
        string State,
        Func<GroupInstanceRecord, bool> May,
        string Description,
        string Cause,
        string Deed
    );
}
