namespace Estiba.Console.Pages;

/// <summary>In a sentence, how far a service is from what is wanted of it.</summary>
internal static class ServiceStanding
{
    internal static string Of(Ecs.Service service) =>
        service switch
        {
            { Status: "INACTIVE" } => "It is deleted.",
            { Status: "DRAINING" } => "It is being deleted.",
            _ when service.RunningCount < service.DesiredCount => "It waits for tasks to start.",
            _ when service.RunningCount > service.DesiredCount => "It waits for tasks to stop.",
            _ when IsRollingOut(service) => "It waits for a deployment to complete.",
            _ => "It is at its desired count.",
        };

    /// <summary>
    /// What ECS said last of a service that lacks tasks, unless it was that it made some; null where nothing is in the
    /// way.
    /// </summary>
    internal static string? Obstacle(Ecs.Service service) =>
        service.Status == "ACTIVE"
        && service.RunningCount < service.DesiredCount
        && service.Events is [{ Message: { } message }, ..]
        && (
            message.Contains("was unable to", StringComparison.Ordinal)
            || message.Contains("unhealthy", StringComparison.Ordinal)
            || message.Contains("failed", StringComparison.Ordinal)
        )
            ? message
            : null;

    private static bool IsRollingOut(Ecs.Service service) =>
        service.Deployments?.Any(deployment => deployment.RolloutState == "IN_PROGRESS") == true;
}
