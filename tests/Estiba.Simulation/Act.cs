namespace Estiba.Simulation;

/// <summary>Something that may happen in a history.</summary>
/// <param name="Weight">How likely it is, beside others.</param>
/// <param name="DoAsync">Makes it happen, as far as it can.</param>
internal sealed record Act(int Weight, Func<World, Task> DoAsync);
