using Estiba.Console.Texts;

namespace Estiba.Console.Pages.Services;

/// <summary>In a sentence, how far a service is from what is wanted of it.</summary>
internal static class ServiceStanding
{
    /// <summary>Whether it has what is wanted of it, and nothing is under way.</summary>
    internal static bool IsStable(Ecs.Service service) =>
        service.Status == "ACTIVE" && service.RunningCount == service.DesiredCount && !IsRollingOut(service);

    internal static string Of(Ecs.Service service, Language words) =>
        service switch
        {
            { Status: "INACTIVE" } => words["It is deleted."],
            { Status: "DRAINING" } => words["It is being deleted."],
            { RunningCount: var running, DesiredCount: var desired } when running < desired => words.Format(
                "It waits for {0} of {1} tasks to start.",
                desired - running,
                desired
            ),
            { RunningCount: var running, DesiredCount: var desired } when running > desired => words.Format(
                "It waits for {0} tasks to stop.",
                running - desired
            ),
            _ when IsRollingOut(service) => words["It waits for a deployment to complete."],
            _ => words["It is at its desired count."],
        };

    /// <summary>
    /// What ECS said last of a service that lacks tasks, unless it was that it made some; null where nothing is in the
    /// way.
    /// </summary>
    internal static string? Obstacle(Ecs.Service service) =>
        !IsStable(service) && service.Status == "ACTIVE"
            ? service
                .Events?.TakeWhile(it => !IsSteady(it.Message))
                .FirstOrDefault(it => IsTrouble(it.Message))
                ?.Message
            : null;

    private static bool IsSteady(string? message) =>
        message?.Contains("has reached a steady state", StringComparison.Ordinal) == true;

    private static bool IsTrouble(string? message) =>
        message is not null
        && (
            message.Contains("unable to", StringComparison.Ordinal)
            || message.Contains("unhealthy", StringComparison.Ordinal)
            || message.Contains("failed", StringComparison.Ordinal)
        );

    private static bool IsRollingOut(Ecs.Service service) =>
        service.Deployments?.Any(deployment => deployment.RolloutState == "IN_PROGRESS") == true;
}
