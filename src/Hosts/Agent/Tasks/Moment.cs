namespace Estiba.Agent.Tasks;

/// <summary>A moment as two clocks tell it.</summary>
/// <remarks>
/// What happened is written down by the wall clock. How long something is waited for is measured by the steady one:
/// the other may be set anew at any time.
/// </remarks>
/// <param name="At">By the wall clock, which somebody may set.</param>
/// <param name="Steady">By a clock that only goes forward, from some beginning of its own.</param>
internal readonly record struct Moment(DateTimeOffset At, TimeSpan Steady);

/// <summary>Reads both clocks.</summary>
internal static class SteadyTime
{
    /// <summary>Now, by both.</summary>
    public static Moment GetMoment(this TimeProvider time) => new(time.GetUtcNow(), time.GetSteady());

    /// <summary>Now, by the steady clock.</summary>
    public static TimeSpan GetSteady(this TimeProvider time) =>
        new((long)((Int128)time.GetTimestamp() * TimeSpan.TicksPerSecond / time.TimestampFrequency));
}
