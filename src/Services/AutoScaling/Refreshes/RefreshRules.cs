using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.Launching;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Refreshes;

/// <summary>What an instance refresh does ("How an instance refresh works", user guide). Pure.</summary>
internal static class RefreshRules
{
    /// <summary>The instances that a refresh still has to replace.</summary>
    internal static IEnumerable<GroupInstanceRecord> ToReplace(
        RefreshRecord refresh,
        IReadOnlyList<GroupInstanceRecord> instances,
        LaunchSource? source
    ) =>
        refresh.Status is InstanceRefreshStatus.Cancelling
            ? []
            : instances
                .Where(each =>
                    each.Counts
                    && each.CreatedAt < Since(refresh)
                    && !(
                        each.IsProtected
                        && refresh.Preferences.ScaleInProtectedInstances == ScaleInProtectedInstances.Ignore
                    )
                    && !(refresh.Preferences.SkipMatching == true && Matches(each, source))
                )
                .OrderBy(each => each.CreatedAt);

    /// <summary>A refresh after another look at its group's instances.</summary>
    internal static RefreshRecord Next(
        RefreshRecord refresh,
        IReadOnlyList<GroupInstanceRecord> instances,
        LaunchSource? source,
        int desired,
        Func<GroupInstanceRecord, bool> isWarm,
        DateTimeOffset now
    )
    {
        if (refresh.Status == InstanceRefreshStatus.Cancelling)
            return instances.Any(each => Lifecycle.IsComing(each.State) || Lifecycle.IsEnding(each.State))
                ? refresh
                : refresh with
                {
                    Status = InstanceRefreshStatus.Cancelled,
                    EndedAt = now,
                };
        var due = ToReplace(refresh, instances, source).ToList();
        var blocked = Waits(refresh) && due.Exists(each => each.IsProtected);
        // Those that are not warm yet are no more replaced than those that have not begun.
        var coming = instances.Count(each =>
            each.CreatedAt >= Since(refresh) && Lifecycle.Counts(each.State) && !isWarm(each)
        );
        var left = Math.Max(due.Count, coming);
        var after = refresh with
        {
            Status =
                refresh.Status == InstanceRefreshStatus.Pending ? InstanceRefreshStatus.InProgress : refresh.Status,
            Total = refresh.Total ?? due.Count,
            Left = refresh.Total is { } total ? Math.Min(total, left) : due.Count,
            Reason = blocked ? "Waiting for instances that are protected from scale in." : null,
        };
        var isDone =
            left == 0
            && instances.Count(each => each.Counts) >= desired
            && !instances.Any(each => each.IsExtra || Lifecycle.IsEnding(each.State));
        if (!isDone)
            return after;
        return after with
        {
            Status =
                refresh.Status == InstanceRefreshStatus.RollbackInProgress
                    ? InstanceRefreshStatus.RollbackSuccessful
                    : InstanceRefreshStatus.Successful,
            EndedAt = now,
        };
    }

    /// <summary>Whether it waits for instances until somebody takes their protection away.</summary>
    internal static bool Waits(RefreshRecord refresh) =>
        refresh.Preferences.ScaleInProtectedInstances == ScaleInProtectedInstances.Wait;

    /// <summary>What was launched before is replaced; a roll back replaces what the refresh has launched.</summary>
    internal static DateTimeOffset Since(RefreshRecord refresh) =>
        refresh.Rollback?.RollbackStartTime ?? refresh.StartedAt;

    private static bool Matches(GroupInstanceRecord instance, LaunchSource? source) =>
        source is { Error: null }
        && (
            source.Template is { } template
                ? instance.LaunchTemplate is { } its
                    && its.LaunchTemplateId == template.LaunchTemplateId
                    && its.Version == template.Version
                : source.Configuration is { } configuration && instance.LaunchConfiguration == configuration
        );
}
