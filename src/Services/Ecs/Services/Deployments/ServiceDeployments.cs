using Estiba.Contracts.Ecs;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.Services.Alarms;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.Ecs.TaskDefinitions;
using Estiba.State;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>
/// The steps of a service deployment's life, each of which changes the service, its deployments and the history
/// together.
/// </summary>
internal static class ServiceDeployments
{
    private const string NoCandidate = "No rollback candidate was found to run the rollback.";
    private const string RequestedReason = "Service deployment rolled back because of a StopServiceDeployment request.";
    private const string Superseded = "Service deployment was stopped because a newer deployment was started.";

    /// <summary>
    /// Makes a revision of the service's settings and a deployment of it the primary one; one that goes on is stopped.
    /// </summary>
    internal static void Begin(ServiceEdit edit, TaskDefinitionRecord definition)
    {
        // Of this one nothing is left to do but to wait for old tasks, and there is no other to go back to.
        if (TrafficShift.IsPastReturn(edit.Rollout))
            Complete(edit);
        var (service, rollout) = (edit.Service, edit.Rollout);
        if (rollout.Deployments is [{ IsInProgress: true } unfinished, ..])
        {
            // What a rollback was on its way to stays what can be gone back to, and what has all of the traffic serves
            // when nothing runs any more of what did.
            if (
                Find(edit.Transaction, service, unfinished)?.Rollback is not null
                || TrafficShift.HasTakenOver(edit.Transaction, service, rollout)
            )
                rollout = rollout with { LastCompleted = unfinished };
            Finish(edit, unfinished, ServiceDeploymentStatus.Stopped, Superseded);
        }

        // What serves goes on serving from its target groups, until the traffic is shifted to the others.
        var serving = rollout.LastCompleted;
        var isShifted = TrafficShift.IsUsedBy(service.Settings.DeploymentConfiguration);
        var shifts = isShifted && serving is not null;
        var current = serving ?? (rollout.Deployments is [var first, ..] ? first : null);
        var usesAlternate = shifts != (current?.UsesAlternate ?? false);
        if (shifts && TrafficRoutes.WouldMeet(edit.Transaction, service, serving!, usesAlternate))
            usesAlternate = !usesAlternate;
        var revision = ServiceRevisions.Of(service, definition, edit.Ids.ServiceRevision(), usesAlternate, edit.Now);
        var deployment = new DeploymentRecord
        {
            Id = edit.Ids.Deployment(),
            Family = definition.Family,
            Revision = definition.Revision,
            ServiceRevision = revision.Id,
            ServiceDeployment = edit.Ids.ServiceDeployment(),
            CreatedAt = edit.Now,
            UpdatedAt = edit.Now,
            RolloutState = DeploymentRolloutState.InProgress,
            RolloutStateReason = "",
            UsesAlternate = usesAlternate,
        };
        deployment = deployment with { RolloutStateReason = $"ECS deployment {deployment.Id} in progress." };

        edit.Transaction.Put(EcsTables.ServiceRevisions, revision);
        edit.Transaction.Put(
            EcsTables.ServiceDeployments,
            new ServiceDeploymentRecord
            {
                ServiceKey = service.Key,
                Id = deployment.ServiceDeployment,
                Deployment = deployment.Id,
                Status = ServiceDeploymentStatus.Pending,
                Target = revision.Id,
                Sources =
                [
                    .. rollout.Deployments.Select(source => new DeployedRevision(
                        source.ServiceRevision,
                        service.DesiredCount
                    )),
                ],
                DesiredCount = service.DesiredCount,
                Configuration = service.Settings.DeploymentConfiguration,
                CreatedAt = edit.Now,
                UpdatedAt = edit.Now,
            }
        );
        edit.Transaction.Delete(EcsTables.PlacementFailures, service.Key);
        edit.Rollout = rollout with
        {
            Deployments = [deployment, .. rollout.Deployments],
            Shift =
                shifts ? TrafficShift.Begin(edit.Now)
                : isShifted && service.Settings.LoadBalancers is { Count: > 0 } ? TrafficShift.First(edit.Now)
                : null,
            Shares = isShifted ? null : rollout.Shares,
            IsSteady = false,
        };
    }

    /// <summary>Whether <see cref="Advance"/> would do anything for a deployment that is on its way.</summary>
    internal static bool HasWork(View view, ServiceRecord service, ServiceRolloutRecord rollout) =>
        CircuitBreaker.IsTripped(service, rollout)
        || rollout.Primary.Obstacle is not null
        || (
            Find(view, service, rollout.Primary) is { } deployment
            && (
                deployment.Status is ServiceDeploymentStatus.Pending or ServiceDeploymentStatus.RollbackRequested
                || AlarmMonitoring.HaveFailed(deployment)
            )
        );

    /// <summary>
    /// Takes up what was asked for: a deployment that waits begins, one that is to be rolled back or that fails is.
    /// </summary>
    internal static void Advance(ServiceEdit edit)
    {
        var primary = edit.Rollout.Primary;
        if (!primary.IsInProgress || TrafficShift.IsPastReturn(edit.Rollout))
            return;

        var history = Find(edit.Transaction, edit.Service, primary);
        switch (history?.Status)
        {
            case ServiceDeploymentStatus.Pending:
                edit.Transaction.Put(
                    EcsTables.ServiceDeployments,
                    history with
                    {
                        Status = ServiceDeploymentStatus.InProgress,
                        StartedAt = edit.Now,
                        UpdatedAt = edit.Now,
                    }
                );
                break;
            case ServiceDeploymentStatus.RollbackRequested:
                var stopped = new FailureReason(edit.Rollout.LastCompleted is null ? NoCandidate : RequestedReason);
                RollBack(edit, Fail(edit, stopped), stopped with { Rollback = RequestedReason });
                return;
        }

        if (primary.Obstacle is { } obstacle)
            End(edit, history, new FailureReason(obstacle), RollsBackByItself(edit));
        else if (AlarmMonitoring.HaveFailed(history))
            End(edit, history, AlarmMonitoring.Failure(history!), history!.Configuration!.Alarms!.Rollback == true);
        else if (CircuitBreaker.IsTripped(edit.Service, edit.Rollout))
            End(edit, history, CircuitBreaker.Failure, RollsBackByItself(edit));
    }

    private static bool RollsBackByItself(ServiceEdit edit) =>
        edit.Service.Settings.DeploymentConfiguration!.DeploymentCircuitBreaker is { Enable: true, Rollback: true };

    /// <summary>Ends a deployment that has failed: rolls it back where the service is to do that.</summary>
    private static void End(ServiceEdit edit, ServiceDeploymentRecord? history, FailureReason reason, bool rollsBack)
    {
        var failed = Fail(edit, reason);
        if (history?.Rollback is not null)
            Finish(edit, failed, ServiceDeploymentStatus.RollbackFailed, reason.State);
        else if (rollsBack)
            RollBack(edit, failed, reason);
        else
            Finish(edit, failed, ServiceDeploymentStatus.Stopped, reason.State);
    }

    /// <summary>The primary deployment has reached what it was to reach.</summary>
    internal static void Complete(ServiceEdit edit)
    {
        var primary = edit.Rollout.Primary;
        edit.Change(primary.Id, deployment =>
            deployment with
            {
                RolloutState = DeploymentRolloutState.Completed,
                RolloutStateReason = $"ECS deployment {primary.Id} completed.",
                FailedTasks = 0,
            }
        );
        edit.Rollout = edit.Rollout with { LastCompleted = edit.Rollout.Primary, Shift = null };
        edit.AddEvent(ServiceEvents.DeploymentCompleted(primary.Id));

        var history = Find(edit.Transaction, edit.Service, primary);
        Finish(
            edit,
            primary,
            history?.Rollback is null ? ServiceDeploymentStatus.Successful : ServiceDeploymentStatus.RollbackSuccessful,
            history?.Rollback?.Reason
        );
    }

    /// <summary>
    /// The service deployment that a deployment belongs to; null for one from before there was a history.
    /// </summary>
    internal static ServiceDeploymentRecord? Find(View view, ServiceRecord service, DeploymentRecord deployment) =>
        view.Find(
            EcsTables.ServiceDeployments,
            ServiceDeploymentRecord.KeyOf(service.Key, deployment.ServiceDeployment)
        );

    /// <summary>
    /// Removes the history of a service that is gone ("When you delete a service, Amazon ECS deletes the corresponding
    /// service deployments").
    /// </summary>
    internal static void Clear(Transaction transaction, string serviceKey)
    {
        foreach (var deployment in transaction.Range(EcsTables.ServiceDeployments, serviceKey + "/").ToList())
            transaction.Delete(EcsTables.ServiceDeployments, deployment.Key);
        foreach (var revision in transaction.Range(EcsTables.ServiceRevisions, serviceKey + "/").ToList())
            transaction.Delete(EcsTables.ServiceRevisions, revision.Key);
    }

    /// <summary>
    /// Ends the rollout of the primary deployment, which stays primary until another takes its place.
    /// </summary>
    private static DeploymentRecord Fail(ServiceEdit edit, FailureReason reason)
    {
        var failed = edit.Rollout.Primary;
        edit.Change(failed.Id, deployment =>
            deployment with
            {
                RolloutState = DeploymentRolloutState.Failed,
                RolloutStateReason = reason.State,
            }
        );
        edit.AddEvent(ServiceEvents.DeploymentFailed(failed.Id, reason.Event));
        if (Find(edit.Transaction, edit.Service, failed) is { } history)
            edit.Transaction.Put(
                EcsTables.ServiceDeployments,
                history with
                {
                    Failures = failed.FailedTasks,
                    IsTriggered = history.IsTriggered || reason == CircuitBreaker.Failure,
                    UpdatedAt = edit.Now,
                }
            );
        return failed;
    }

    // The deployment that completed last becomes the primary one again; what still runs of it stays, and only the rest
    // is started.
    private static void RollBack(ServiceEdit edit, DeploymentRecord failed, FailureReason reason)
    {
        if (edit.Rollout.LastCompleted is not { } target)
        {
            Finish(edit, failed, ServiceDeploymentStatus.RollbackFailed, NoCandidate);
            return;
        }

        var promoted = target with
        {
            ServiceDeployment = failed.ServiceDeployment,
            RolloutState = DeploymentRolloutState.InProgress,
            RolloutStateReason = $"ECS deployment {reason.Detector}: rolling back to deploymentId {target.Id}.",
            FailedTasks = 0,
            NextStartAt = null,
            Obstacle = null,
            UpdatedAt = edit.Now,
        };
        edit.Transaction.Delete(EcsTables.PlacementFailures, edit.Service.Key);
        edit.Service = ServiceRevisions.Restore(edit.Transaction, edit.Service, target);
        if (edit.Service.ServiceConnect is { } connect)
            ServiceConnectName.Ensure(edit.Transaction, connect);
        edit.Rollout = edit.Rollout with
        {
            Deployments = [promoted, .. edit.Rollout.Deployments.Where(deployment => deployment.Id != target.Id)],
            LastCompleted = null,
            Shift = edit.Rollout.Shift is null ? null : TrafficShift.GoBack(edit.Now),
            Shares = edit.Rollout.Shift is null ? edit.Rollout.Shares : null,
            IsSteady = false,
        };
        edit.AddEvent(ServiceEvents.RollingBack(target.Id));
        if (Find(edit.Transaction, edit.Service, failed) is not { } history)
            return;
        edit.Transaction.Put(
            EcsTables.ServiceDeployments,
            history with
            {
                Status = ServiceDeploymentStatus.RollbackInProgress,
                StatusReason = reason.Rollback,
                Rollback = new RollbackRecord(reason.Rollback, edit.Now, target.ServiceRevision),
                UpdatedAt = edit.Now,
            }
        );
    }

    private static void Finish(ServiceEdit edit, DeploymentRecord deployment, string status, string? reason)
    {
        if (Find(edit.Transaction, edit.Service, deployment) is not { IsOngoing: true } history)
            return;
        edit.Transaction.Put(
            EcsTables.ServiceDeployments,
            history with
            {
                Status = status,
                StatusReason = reason ?? history.StatusReason,
                FinishedAt = edit.Now,
                StoppedAt = status == ServiceDeploymentStatus.Stopped ? edit.Now : null,
                UpdatedAt = edit.Now,
                AtTheEnd = ServiceDeploymentDescription.Deployed(edit.Transaction, edit.Service, edit.Rollout, history),
            }
        );
    }
}
