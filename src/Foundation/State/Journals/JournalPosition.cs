namespace Estiba.State.Journals;

/// <summary>
/// How far a state has come. Two states at the same position are the same: a revision alone does not say that, because
/// a leader that lost its end, or was restored, writes other revisions of the same numbers in a later epoch.
/// </summary>
/// <param name="Revision">The revision of the last commit.</param>
/// <param name="Epoch">The newest epoch that was known at that revision.</param>
public sealed record JournalPosition(long Revision, long Epoch)
{
    /// <summary>A state that holds nothing.</summary>
    public static JournalPosition None { get; } = new(0, 0);
}
