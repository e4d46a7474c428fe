using Estiba.Ecs.Services.Deployments;

namespace Estiba.Ecs.Services;

/// <summary>
/// How long a service waits before it starts another task of a deployment, or of a task set, after some of its tasks
/// have failed to start. What fails of one delays no other.
/// </summary>
/// <remarks>
/// "Amazon ECS service throttle logic", developer guide: the time grows with each failure, up to 27 minutes. ECS
/// throttles only tasks that fail to start. Tasks that run and end by themselves soon after are throttled here as well,
/// from the second on: an agent nearby starts the next one within a fraction of a second.
/// </remarks>
internal static class StartBackOff
{
    /// <summary>From this failure on, the service says that it cannot start tasks consistently.</summary>
    internal const int ReportedFailures = 5;

    /// <summary>A task that ran for less than this and ended by itself has exited early: it may have failed.</summary>
    internal static readonly TimeSpan EarlyExit = TimeSpan.FromSeconds(10);

    /// <summary>After so long without one the early exits before no longer count.</summary>
    internal static readonly TimeSpan Expiry = TimeSpan.FromMinutes(40);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(27);

    /// <summary>Until when a service must wait before it starts a task of a deployment; null when it may now.</summary>
    /// <remarks>
    /// No delay is longer than the longest: one that is was written down before the clock was set back.
    /// </remarks>
    internal static DateTimeOffset? Until(DeploymentRecord deployment, DateTimeOffset now) =>
        deployment.NextStartAt is { } next && next > now && next - now <= Longest ? next : null;

    /// <summary>The delay after this many failures in a row, from 1.</summary>
    internal static TimeSpan After(int failures) =>
        failures > 20 ? Longest : TimeSpan.FromTicks(Math.Min(First.Ticks << (failures - 1), Longest.Ticks));
}
