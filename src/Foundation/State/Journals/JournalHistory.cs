namespace Estiba.State.Journals;

/// <summary>
/// How much a journal keeps of what changed when. A follower that was away for longer starts anew from the whole state.
/// </summary>
/// <param name="Changes">So many changed or deleted rows, of the newest.</param>
/// <param name="Age">And none that changed longer ago.</param>
public sealed record JournalHistory(long Changes, TimeSpan Age)
{
    /// <summary>
    /// Half a million changes of the last day: a megabyte, or some fifty where all of them are deletions.
    /// </summary>
    public static JournalHistory Default { get; } = new(500_000, TimeSpan.FromDays(1));
}
