using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Deployments;
using static Estiba.Contracts.Ecs.ServiceDeploymentLifecycleStage;

namespace Estiba.Ecs.Services.TrafficShifts;

/// <summary>
/// Pauses of deployments at their stages ("Pause hooks for Amazon ECS service deployments", developer guide).
/// </summary>
internal static class Pauses
{
    private const int DefaultTimeoutMinutes = 1440;

    /// <summary>Whether a pause holds the deployment at its stage; one that is due begins.</summary>
    internal static bool Hold(ServiceEdit edit, string stage)
    {
        if (
            ServiceDeployments.Find(edit.Transaction, edit.Service, edit.Rollout.Primary) is not { } history
            || history.Configuration?.LifecycleHooks is not { Count: > 0 } hooks
        )
            return false;
        var pauses = history.Pauses.ToList();
        for (var index = 0; index < hooks.Count; index++)
        {
            foreach (var due in (hooks[index].LifecycleStages ?? []).Where(its => IsAt(its, stage)))
                if (!pauses.Exists(pause => pause.Hook == index && pause.Stage == due))
                    pauses.Add(Begin(edit, hooks[index], index, due));
        }

        for (var index = 0; index < pauses.Count; index++)
        {
            // One that would last longer was written down before the clock was set back.
            var latest = edit.Now + TimeoutOf(hooks[pauses[index].Hook]);
            if (IsAwaiting(pauses[index]) && pauses[index].ExpiresAt > latest)
                pauses[index] = pauses[index] with { ExpiresAt = latest };
            if (IsAwaiting(pauses[index]) && pauses[index].ExpiresAt <= edit.Now)
                pauses[index] = pauses[index] with { Status = DeploymentLifecycleHookStatus.TimedOut };
        }

        var rollsBack = pauses.Exists(pause =>
            pause.Status == DeploymentLifecycleHookStatus.Failed
            || pause
                is {
                    Status: DeploymentLifecycleHookStatus.TimedOut,
                    TimeoutAction: DeploymentLifecycleHookAction.Rollback
                }
        );
        if (
            !pauses.SequenceEqual(history.Pauses) || (rollsBack && history.Status == ServiceDeploymentStatus.InProgress)
        )
            edit.Transaction.Put(
                EcsTables.ServiceDeployments,
                history with
                {
                    Pauses = pauses,
                    Status = rollsBack ? ServiceDeploymentStatus.RollbackRequested : history.Status,
                    UpdatedAt = edit.Now,
                }
            );
        edit.IsContinued |= rollsBack;
        return rollsBack || pauses.Exists(IsAwaiting);
    }

    /// <summary>When the first of the pauses that hold a deployment ends by itself; null when none holds it.</summary>
    internal static DateTimeOffset? EndAt(ServiceEdit edit) =>
        edit.Rollout.Shift is null
            ? null
            : ServiceDeployments
                .Find(edit.Transaction, edit.Service, edit.Rollout.Primary)
                ?.Pauses.Where(IsAwaiting)
                .Min(pause => (DateTimeOffset?)pause.ExpiresAt);

    internal static bool IsAwaiting(PauseRecord pause) => pause.Status == DeploymentLifecycleHookStatus.AwaitingAction;

    /// <summary>The hooks as <c>DescribeServiceDeployments</c> shows them; null where there are none.</summary>
    internal static IReadOnlyList<DeploymentLifecycleHookDetail>? Describe(ServiceDeploymentRecord history) =>
        history.Pauses.Count == 0
            ? null
            :
            [
                .. history.Pauses.Select(pause => new DeploymentLifecycleHookDetail
                {
                    HookId = pause.HookId,
                    TargetType = DeploymentLifecycleHookTargetType.Pause,
                    Status = pause.Status,
                    ExpiresAt = pause.ExpiresAt,
                    TimeoutAction = pause.TimeoutAction,
                }),
            ];

    private static PauseRecord Begin(ServiceEdit edit, DeploymentLifecycleHook hook, int index, string stage) =>
        new()
        {
            HookId = $"ecs-pause-{edit.Ids.ServiceDeployment()}",
            Stage = stage,
            Hook = index,
            ExpiresAt = edit.Now + TimeoutOf(hook),
            TimeoutAction = hook.TimeoutConfiguration?.Action ?? DeploymentLifecycleHookAction.Rollback,
        };

    private static TimeSpan TimeoutOf(DeploymentLifecycleHook hook) =>
        TimeSpan.FromMinutes(hook.TimeoutConfiguration?.TimeoutInMinutes ?? DefaultTimeoutMinutes);

    // What comes before the shift of production traffic has no stage of its own.
    private static bool IsAt(string hookStage, string stage) =>
        hookStage == stage
        || (hookStage == DeploymentLifecycleHookStage.PreProductionTrafficShift && stage == PostTestTrafficShift);
}
