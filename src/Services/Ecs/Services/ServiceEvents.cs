using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Services;

/// <summary>
/// Writes a service's history in ECS's words ("Amazon ECS service event messages", developer guide); the newest hundred
/// are kept.
/// </summary>
internal static class ServiceEvents
{
    internal const int Kept = 100;

    /// <summary>Adds an event to the history of a service.</summary>
    internal static void Add(
        Transaction transaction,
        ServiceRecord service,
        EcsIds ids,
        DateTimeOffset now,
        string message,
        string? taskSet = null
    )
    {
        var about = taskSet is null ? $"(service {service.Name})" : $"(service {service.Name}, taskSet {taskSet})";
        var log = LogOf(transaction, service.Key);
        var number = log.LastEvent + 1;
        transaction.Put(
            EcsTables.ServiceEvents,
            new ServiceEventRecord
            {
                ServiceKey = service.Key,
                Number = number,
                Id = ids.Unique(),
                CreatedAt = now,
                Message = $"{about} {message}",
            }
        );
        if (number > Kept)
            transaction.Delete(EcsTables.ServiceEvents, ServiceEventRecord.KeyOf(service.Key, number - Kept));
        transaction.Put(EcsTables.ServiceEventLogs, log with { LastEvent = number });
    }

    /// <summary>
    /// Adds an event when the deployment configuration comes to block the deployment that is in progress.
    /// </summary>
    internal static void ReportBlocked(ServiceEdit edit, bool isBlocked)
    {
        var log = LogOf(edit.Transaction, edit.Service.Key);
        if (log.ReportsBlockedDeployment == isBlocked)
            return;
        edit.Transaction.Put(EcsTables.ServiceEventLogs, log with { ReportsBlockedDeployment = isBlocked });
        if (isBlocked)
            edit.AddEvent(Blocked);
    }

    /// <summary>Removes the history of a service that is gone.</summary>
    internal static void Clear(Transaction transaction, string serviceKey)
    {
        foreach (var happened in transaction.Range(EcsTables.ServiceEvents, serviceKey + "/").ToList())
            transaction.Delete(EcsTables.ServiceEvents, happened.Key);
        transaction.Delete(EcsTables.ServiceEventLogs, serviceKey);
    }

    private static ServiceEventLogRecord LogOf(View view, string serviceKey) =>
        view.Find(EcsTables.ServiceEventLogs, serviceKey) ?? new ServiceEventLogRecord { ServiceKey = serviceKey };

    internal static string Started(IReadOnlyList<TaskRecord> tasks) =>
        $"has started {tasks.Count} tasks: {Names(tasks)}.";

    internal static string StartedToBalance(string zone, IReadOnlyList<TaskRecord> tasks) =>
        $"has started {tasks.Count} tasks in {zone} to AZ Rebalance: {Names(tasks)}.";

    internal static string StoppedToBalance(string zone, IReadOnlyList<TaskRecord> tasks) =>
        $"has stopped {tasks.Count} running tasks in {zone} due to AZ rebalancing: {Names(tasks)}.";

    internal static string Stopped(IReadOnlyList<TaskRecord> tasks) =>
        $"has stopped {tasks.Count} running tasks: {Names(tasks)}.";

    internal static string StoppedPending(int tasks) => $"stopped {tasks} pending tasks.";

    internal const string SteadyState = "has reached a steady state.";

    internal static string NotBalanced(string zones) => $"is not AZ balanced with {zones}. AZ Rebalancing in progress.";

    internal static string UnableToPlaceIn(string zone) =>
        $"is unable to place a task in {zone} because no container instance met all of its requirements.";

    internal static string Balanced(string zones) => $"is AZ balanced with {zones}.";

    internal const string FailingToStart =
        "is unable to consistently start tasks successfully. For more information, see the Troubleshooting "
        + "section of the Amazon ECS Developer Guide.";

    internal static string DeploymentCompleted(string deployment) => $"(deployment {deployment}) deployment completed.";

    internal static string DeploymentFailed(string deployment, string reason) =>
        $"(deployment {deployment}) deployment failed: {reason}";

    internal static string RollingBack(string deployment) => $"rolling back to deployment {deployment}.";

    internal static string FailedHealthChecks(TaskRecord task) =>
        task.UnhealthyTarget is { } target
            ? $"(instance {target.Id}) (port {target.Port}) is unhealthy in (target-group {target.TargetGroupArn}) due "
                + $"to (reason {target.Reason})"
            : $"(task {task.Id}) failed container health checks{WhatTheySaid(task)}.";

    /// <summary>Why a task that fails health checks is stopped, as the task itself says it.</summary>
    internal static string WhyUnhealthy(TaskRecord task) =>
        task.UnhealthyTarget is { } target
            ? $"Task failed ELB health checks in (target-group {target.TargetGroupArn}): {target.Reason}"
            : "Task failed container health checks" + WhatTheySaid(task);

    // Estiba's own addition: AWS tells nobody what a check has said.
    private static string WhatTheySaid(TaskRecord task) =>
        task.Containers.FirstOrDefault(container =>
            container is { HealthStatus: Contracts.Ecs.HealthStatus.Unhealthy, Reason.Length: > 0 }
        )
            is { } unhealthy
            ? $" (container {unhealthy.Name}: {unhealthy.Reason})"
            : "";

    internal static string Registered(int targets, string targetGroup) =>
        $"registered {targets} targets in (target-group {targetGroup})";

    internal static string Deregistered(int targets, string targetGroup) =>
        $"deregistered {targets} targets in (target-group {targetGroup})";

    internal static string Draining(int tasks) => $"has begun draining connections on {tasks} tasks.";

    internal static string FailedToRegister(string targetGroup, string error) =>
        $"failed to register targets in (target-group {targetGroup}) with (error {error})";

    internal static string RegisteredInstances(int instances, string registry) =>
        $"registered {instances} instances in (service-registry {registry})";

    internal static string DeregisteredInstances(int instances, string registry) =>
        $"deregistered {instances} instances in (service-registry {registry})";

    internal static string RegistryFailed(string what, string registry, string error) =>
        $"failed to {what} instances in (service-registry {registry}) with (error {error})";

    internal static string FailedToLaunch(string reason) => $"failed to launch a task with (error {reason}).";

    internal static string UnableToPlace(string reason) =>
        $"was unable to place a task because no container instance met all of its requirements. {reason} For more "
        + "information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

    private const string Blocked =
        "was unable to stop or start tasks during a deployment because of the service deployment configuration. "
        + "Update the minimumHealthyPercent or maximumPercent value and try again.";

    private static string Names(IReadOnlyList<TaskRecord> tasks) =>
        string.Join(' ', tasks.Select(task => $"(task {task.Id})"));
}
