namespace Estiba.Hosting.Controllers;

/// <summary>Something that is done from time to time, whatever changes.</summary>
/// <remarks>One that fails is logged and done again at its next time.</remarks>
/// <param name="Name">What logs call it: <c>ecs.retention</c>.</param>
/// <param name="Interval">The time from one beginning to the next; one that takes longer is not begun twice.</param>
/// <param name="RunAsync">Does it once.</param>
public sealed record Chore(string Name, TimeSpan Interval, Func<CancellationToken, Task> RunAsync)
{
    /// <summary>On which servers it is done.</summary>
    public WorkScope Scope { get; init; } = WorkScope.Leader;

    /// <summary>Whether it is done at the start too, and not after the first interval only.</summary>
    public bool AtStart { get; init; }
}
