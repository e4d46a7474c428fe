using Estiba.Console.Texts;

namespace Estiba.Console.Pages.Tasks;

/// <summary>In a line, why a task stopped, and what to do.</summary>
internal static class TaskStory
{
    private const int Killed = 137;

    /// <summary>Why it stopped; null while nothing says that it did.</summary>
    internal static string? Why(Ecs.EcsTask task, Language words)
    {
        if (task.StoppedReason is null && task.StopCode is null)
            return null;
        var reason = task.StoppedReason ?? "";
        var containers = task.Containers ?? [];
        if (containers.FirstOrDefault(it => Says(it.Reason, "CannotPull")) is { } unpulled)
            return words.Format(
                "The image {0} of container {1} could not be pulled: see that its repository has it.",
                unpulled.Image,
                unpulled.Name
            );
        if (Says(reason, "CannotPull"))
            return words[
                "An image could not be pulled: see that it is in its repository, under the name that is used."
            ];
        if (containers.Any(it => IsAboutLogGroup(it.Reason)) || IsAboutLogGroup(reason))
            return words["The log group of a container does not exist: create it, and the task can start."];
        if (containers.FirstOrDefault(it => Says(it.Reason, "OutOfMemory")) is { } starved)
            return words.Format(
                "Container {0} needed more memory than its limit: give it more in the task definition.",
                starved.Name
            );
        if (containers.FirstOrDefault(it => Says(it.Reason, "CannotStartContainer")) is { } unstarted)
            return words.Format("Container {0} could not be started: {1}", unstarted.Name, unstarted.Reason);
        return OfCode(task, reason, containers, words);
    }

    private static string OfCode(
        Ecs.EcsTask task,
        string reason,
        IReadOnlyList<Ecs.Container> containers,
        Language words
    ) =>
        task.StopCode switch
        {
            _ when Says(reason, "ELB health checks") => words.Format(
                "The health check of its target group failed: {0}",
                reason
            ),
            _ when Says(reason, "container health checks") => words[
                "The health check of a container failed: its log says more."
            ],
            "EssentialContainerExited" => Exited(containers, words) ?? reason,
            "UserInitiated" => words.Format("It was stopped by hand. {0}", reason),
            "ServiceSchedulerInitiated" => words.Format("Its service stopped it: {0}", reason),
            "TerminationNotice" or "SpotInterruption" => words.Format("Its instance went away: {0}", reason),
            _ => reason.Length > 0 ? reason : task.StopCode ?? "",
        };

    private static string? Exited(IReadOnlyList<Ecs.Container> containers, Language words) =>
        containers.FirstOrDefault(it => it.ExitCode is not null and not 0) switch
        {
            { ExitCode: Killed } killed => words.Format(
                "Container {0} was killed (exit code 137): memory that ran out, or a stop that took too long.",
                killed.Name
            ),
            { } failed => words.Format(
                "Container {0} ended with exit code {1}: its log says why.",
                failed.Name,
                failed.ExitCode
            ),
            null when containers.FirstOrDefault(it => it.ExitCode == 0) is { } ended => words.Format(
                "Container {0} ended by itself, without an error (exit code 0).",
                ended.Name
            ),
            null => null,
        };

    private static bool IsAboutLogGroup(string? text) =>
        Says(text, "log group does not exist") || (Says(text, "awslogs") && Says(text, "ResourceNotFoundException"));

    private static bool Says(string? text, string what) =>
        text?.Contains(what, StringComparison.OrdinalIgnoreCase) == true;
}
