using System.Globalization;

namespace Estiba.State.Journals;

/// <summary>
/// A follower is at a position from which the journal does not lead on: it is older than what is kept of deletions, or
/// the leader's history is another. It must start anew, from <see cref="JournalPosition.None"/>.
/// </summary>
/// <param name="position">Where the follower is.</param>
/// <param name="reason">Why that is no longer good.</param>
public sealed class RevisionTrimmedException(JournalPosition position, string reason)
    : Exception(
        string.Create(
            CultureInfo.InvariantCulture,
            $"The state at revision {position.Revision} of epoch {position.Epoch} cannot be followed from: {reason} "
                + $"Start anew from the whole state."
        )
    )
{
    /// <summary>Where the follower is.</summary>
    public JournalPosition Position { get; } = position;
}
