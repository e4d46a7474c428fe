using Estiba.ApplicationAutoScaling.Activities;
using Estiba.ApplicationAutoScaling.Capacity;
using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.ApplicationAutoScaling.TargetTracking;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.ApplicationAutoScaling.Scaling;

/// <summary>
/// Tells ECS how many tasks were decided on, follows them until they run, and brings a service within bounds that have
/// changed; by the scalable target's key.
/// </summary>
/// <remarks>To tell ECS again what it knows changes nothing, so that the platform may end anywhere.</remarks>
internal sealed class CapacityReconciler(
    Store store,
    EcsServices services,
    ActivityLog activities,
    AlarmKeeper alarms,
    UniqueIds ids,
    TimeProvider time
) : IReconciler<string>
{
    /// <summary>How soon to look again while tasks start or stop.</summary>
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>How long ECS may take before nobody waits any more, as where there is no room for more tasks.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        var view = store.Current;
        if (view.Find(ApplicationAutoScalingTables.Targets, key) is not { } target)
            return null;
        if (target.HasNewBounds)
            return await HoldBoundsAsync(target, cancellation);
        return view.Find(ApplicationAutoScalingTables.Capacities, key) switch
        {
            { Wish: { IsTold: false } wish } => await TellAsync(target, wish, cancellation),
            { Wish: { } wish } => await FollowAsync(target, wish, cancellation),
            _ => null,
        };
    }

    // "… it changes the resource's current capacity to a value that is inside of this range" (RegisterScalableTarget,
    // API reference).
    private async Task<TimeSpan?> HoldBoundsAsync(ScalableTargetRecord target, CancellationToken cancellation)
    {
        if (await services.FindAsync(target.Scope, target.ResourceId, cancellation) is not { } service)
            return await DeregisterAsync(target, cancellation);
        await store.CommitAsync(
            transaction =>
            {
                if (
                    transaction.Find(ApplicationAutoScalingTables.Targets, target.Key) is not { HasNewBounds: true } now
                )
                    return;
                transaction.Put(ApplicationAutoScalingTables.Targets, now with { HasNewBounds = false });
                HoldBounds(transaction, now, service);
            },
            cancellation
        );
        return TimeSpan.Zero;
    }

    private void HoldBounds(Transaction transaction, ScalableTargetRecord target, ServiceState service)
    {
        var before = transaction.Find(ApplicationAutoScalingTables.Capacities, target.Key)
            ?? new CapacityRecord { Scope = target.Scope, ResourceId = target.ResourceId };
        var state = new ScalingState
        {
            Now = time.GetUtcNow(),
            Desired = before.Wish?.Count ?? service.Desired,
            Running = service.Running,
            Min = target.MinCapacity,
            Max = target.MaxCapacity,
        };
        var count = Math.Clamp(state.Desired, state.Min, state.Max);
        if (count == state.Desired)
            return;
        var cause =
            count > state.Desired
                ? $"minimum capacity was set to {state.Min}"
                : $"maximum capacity was set to {state.Max}";
        transaction.Put(
            ApplicationAutoScalingTables.Capacities,
            CapacityRequests.Replace(transaction, before, state, Verdict.To(count), cause, activities)
        );
    }

    private async Task<TimeSpan?> TellAsync(
        ScalableTargetRecord target,
        RequestedCapacity wish,
        CancellationToken cancellation
    )
    {
        try
        {
            await services.SetDesiredCountAsync(target.Scope, target.ResourceId, wish.Count, cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            await ConcludeAsync(
                target,
                wish,
                ScalingActivityStatusCode.Failed,
                $"Failed to set desired count to {wish.Count}. Reason: {refused.Message}",
                cancellation
            );
            return null;
        }

        await store.CommitAsync(
            transaction =>
            {
                if (Current(transaction, target, wish) is not { } capacity)
                    return;
                ActivityLog.Continue(
                    transaction,
                    wish.ActivityKey,
                    ScalingActivityStatusCode.InProgress,
                    $"Successfully set desired count to {wish.Count}. Waiting for change to be fulfilled by ecs.",
                    endedAt: null
                );
                transaction.Put(
                    ApplicationAutoScalingTables.Capacities,
                    capacity with
                    {
                        Wish = wish with { IsTold = true },
                    }
                );
            },
            cancellation
        );
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan?> FollowAsync(
        ScalableTargetRecord target,
        RequestedCapacity wish,
        CancellationToken cancellation
    )
    {
        if (await services.FindAsync(target.Scope, target.ResourceId, cancellation) is not { } service)
            return await DeregisterAsync(target, cancellation);
        var told = $"Successfully set desired count to {wish.Count}.";
        (string Status, string Message)? end =
            service.Desired != wish.Count
                ? (ScalingActivityStatusCode.Overridden, $"{told} Found it was later changed to {service.Desired}.")
            : service.Running == wish.Count
                ? (ScalingActivityStatusCode.Successful, $"{told} Change successfully fulfilled by ecs.")
            : time.GetUtcNow() - wish.At > Patience
                ? (
                    ScalingActivityStatusCode.Unfulfilled,
                    $"{told} Change was not fulfilled by ecs: {service.Running} tasks are running."
                )
            : null;
        if (end is null)
            return Soon;
        await ConcludeAsync(target, wish, end.Value.Status, end.Value.Message, cancellation);
        return null;
    }

    private Task ConcludeAsync(
        ScalableTargetRecord target,
        RequestedCapacity wish,
        string status,
        string message,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction =>
            {
                if (Current(transaction, target, wish) is not { } capacity)
                    return;
                var now = time.GetUtcNow();
                ActivityLog.Continue(transaction, wish.ActivityKey, status, message, now);
                var after = capacity.Settled(now);
                // What ECS has refused has changed nothing that a cooldown could be about.
                if (status == ScalingActivityStatusCode.Failed)
                    after = after with { LastOut = null, LastIn = null };
                transaction.Put(ApplicationAutoScalingTables.Capacities, after);
            },
            cancellation
        );

    // A service that is gone cannot be scaled any more, and one of its name that comes later is another.
    private async Task<TimeSpan?> DeregisterAsync(ScalableTargetRecord seen, CancellationToken cancellation)
    {
        var left = await store.CommitAsync(
            transaction =>
                transaction.Find(ApplicationAutoScalingTables.Targets, seen.Key) is { } target && target.Id == seen.Id
                    ? Deregistration.Of(transaction, target, ids, time.GetUtcNow())
                    : [],
            cancellation
        );
        await alarms.TryDeleteAsync(left, cancellation);
        return TimeSpan.Zero;
    }

    // Another decision may have come in the meantime.
    private static CapacityRecord? Current(
        Transaction transaction,
        ScalableTargetRecord target,
        RequestedCapacity wish
    ) =>
        transaction.Find(ApplicationAutoScalingTables.Capacities, target.Key) is { } capacity && capacity.Wish == wish
            ? capacity
            : null;
}
