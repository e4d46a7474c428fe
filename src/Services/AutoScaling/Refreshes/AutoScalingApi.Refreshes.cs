using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Reconciling;
using Estiba.AutoScaling.Refreshes;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling;

/// <content>Instance refreshes.</content>
public sealed partial class AutoScalingApi
{
    private const int DefaultLeast = 90;
    private const int DefaultMost = 100;

    /// <inheritdoc/>
    public async Task<StartInstanceRefreshAnswer> StartInstanceRefreshAsync(
        StartInstanceRefreshType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        var seen = Require(_store.Current, scope, request.AutoScalingGroupName!);
        CheckSupported(request);
        var desired = request.DesiredConfiguration?.LaunchTemplate is { } template
            ? await _templates.RequireAsync(template, seen.Subnets[0].Id, context, cancellation)
            : null;
        var id = await _store.CommitAsync(
            transaction =>
            {
                var group = Require(transaction, scope, request.AutoScalingGroupName!);
                if (GroupStep.RefreshOf(transaction, group) is { } running)
                    throw AutoScalingErrors.InstanceRefreshInProgressFault(
                        $"An Instance Refresh is already in progress and blocks the execution of this Instance Refresh: "
                            + running.Id
                    );
                var refresh = new RefreshRecord
                {
                    Scope = scope,
                    Group = group.Name,
                    Id = _ids.Next(),
                    StartedAt = Now,
                    Status = InstanceRefreshStatus.Pending,
                    Preferences = Filled(group, request.Preferences),
                    Desired = desired,
                    Before = group.LaunchTemplate,
                };
                transaction.Put(AutoScalingTables.Refreshes, refresh);
                return refresh.Id;
            },
            cancellation
        );
        return new StartInstanceRefreshAnswer { InstanceRefreshId = id };
    }

    /// <inheritdoc/>
    public Task<DescribeInstanceRefreshesAnswer> DescribeInstanceRefreshesAsync(
        DescribeInstanceRefreshesType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        var ids = request.InstanceRefreshIds ?? [];
        var group = Require(_store.Current, Scope.Of(context), request.AutoScalingGroupName!, ofDeleting: true);
        var refreshes = _store
            .Current.Range(AutoScalingTables.Refreshes, group.Prefix, after)
            .Where(refresh => ids.Count == 0 || ids.Contains(refresh.Id));
        var (page, next) = PagingToken.Cut(refreshes, size, refresh => refresh.Key, request, context);
        return Task.FromResult(
            new DescribeInstanceRefreshesAnswer { InstanceRefreshes = [.. page.Select(Describe)], NextToken = next }
        );
    }

    /// <inheritdoc/>
    public async Task<CancelInstanceRefreshAnswer> CancelInstanceRefreshAsync(
        CancelInstanceRefreshType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var id = await ChangeRefreshAsync(
            request.AutoScalingGroupName!,
            context,
            (_, refresh) =>
                refresh with
                {
                    Status =
                        request.WaitForTransitioningInstances == false
                            ? InstanceRefreshStatus.Cancelled
                            : InstanceRefreshStatus.Cancelling,
                    EndedAt = request.WaitForTransitioningInstances == false ? Now : null,
                    Reason = "Cancelled due to user request.",
                },
            cancellation
        );
        return new CancelInstanceRefreshAnswer { InstanceRefreshId = id };
    }

    /// <inheritdoc/>
    public async Task<RollbackInstanceRefreshAnswer> RollbackInstanceRefreshAsync(
        RollbackInstanceRefreshType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var id = await ChangeRefreshAsync(request.AutoScalingGroupName!, context, RollBack, cancellation);
        return new RollbackInstanceRefreshAnswer { InstanceRefreshId = id };
    }

    private RefreshRecord RollBack(GroupRecord group, RefreshRecord refresh)
    {
        if (refresh.Desired is null || refresh.Before is null)
            throw AutoScalingErrors.IrreversibleInstanceRefreshFault(
                "The instance refresh has no desired configuration with a launch template to roll back from."
            );
        if (refresh.Before.Version is "$Latest" or "$Default")
            throw AutoScalingErrors.IrreversibleInstanceRefreshFault(
                $"The launch template version {refresh.Before.Version} of the Auto Scaling group '{group.Name}' is no "
                    + "fixed one to roll back to."
            );
        return refresh with
        {
            Status = InstanceRefreshStatus.RollbackInProgress,
            Desired = refresh.Before,
            // What has what was there before may stay.
            Preferences = refresh.Preferences with
            {
                SkipMatching = true,
            },
            Total = null,
            Rollback = new RollbackDetails
            {
                RollbackReason = "Rolled back due to user request.",
                RollbackStartTime = Now,
                PercentageCompleteOnRollback = refresh.Percent,
                InstancesToUpdateOnRollback = refresh.Left,
            },
        };
    }

    private Task<string> ChangeRefreshAsync(
        string name,
        CallContext context,
        Func<GroupRecord, RefreshRecord, RefreshRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var group = Require(transaction, Scope.Of(context), name);
                if (
                    GroupStep.RefreshOf(transaction, group)
                    is not { Status: InstanceRefreshStatus.Pending or InstanceRefreshStatus.InProgress } refresh
                )
                    throw AutoScalingErrors.ActiveInstanceRefreshNotFoundFault(
                        "No in progress or pending Instance Refresh found for Auto Scaling group " + name
                    );
                transaction.Put(AutoScalingTables.Refreshes, change(group, refresh));
                return refresh.Id;
            },
            cancellation
        );

    private static RefreshPreferences Filled(GroupRecord group, RefreshPreferences? given) =>
        new()
        {
            MinHealthyPercentage = given?.MinHealthyPercentage
                ?? group.Maintenance?.MinHealthyPercentage
                ?? DefaultLeast,
            MaxHealthyPercentage = given?.MaxHealthyPercentage
                ?? group.Maintenance?.MaxHealthyPercentage
                ?? DefaultMost,
            InstanceWarmup = given?.InstanceWarmup ?? group.DefaultWarmup ?? group.GracePeriod,
            SkipMatching = given?.SkipMatching ?? false,
            ScaleInProtectedInstances = given?.ScaleInProtectedInstances ?? ScaleInProtectedInstances.Wait,
            StandbyInstances = given?.StandbyInstances ?? StandbyInstances.Ignore,
        };

    private static void CheckSupported(StartInstanceRefreshType request)
    {
        if (request.Strategy is not (null or RefreshStrategy.Rolling))
            throw Validation.Unsupported($"the refresh strategy {request.Strategy}");
        if (request.DesiredConfiguration?.MixedInstancesPolicy is not null)
            throw Validation.Unsupported("mixed instances policies");
        if (request.Preferences is not { } preferences)
            return;
        if (preferences.CheckpointPercentages is { Count: > 0 } || preferences.CheckpointDelay is not null)
            throw Validation.Unsupported("checkpoints of instance refreshes");
        if (preferences.AutoRollback == true || preferences.AlarmSpecification is not null)
            throw Validation.Unsupported("rolling an instance refresh back by itself");
        if (preferences.BakeTime is > 0)
            throw Validation.Unsupported("the bake time of instance refreshes");
        if (preferences.StandbyInstances is not (null or StandbyInstances.Ignore))
            throw Validation.Unsupported("replacing instances in standby");
        if (preferences.MaxHealthyPercentage is not null)
            GroupChange.CheckPercentages(preferences.MinHealthyPercentage, preferences.MaxHealthyPercentage);
    }

    private static InstanceRefresh Describe(RefreshRecord refresh) =>
        new()
        {
            InstanceRefreshId = refresh.Id,
            AutoScalingGroupName = refresh.Group,
            Status = refresh.Status,
            StatusReason = refresh.Reason,
            StartTime = refresh.StartedAt,
            EndTime = refresh.EndedAt,
            PercentageComplete = refresh.Percent,
            InstancesToUpdate = refresh.Left,
            Strategy = RefreshStrategy.Rolling,
            Preferences = refresh.Preferences,
            DesiredConfiguration = refresh.Desired is { } desired
                ? new DesiredConfiguration { LaunchTemplate = desired }
                : null,
            RollbackDetails = refresh.Rollback,
        };
}
