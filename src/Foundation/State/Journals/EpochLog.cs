namespace Estiba.State.Journals;

/// <summary>An epoch of a journal, and the revision at which it began.</summary>
internal readonly record struct EpochStart(long Epoch, long Revision);

/// <summary>Tells from a journal's epochs, in their order, whether a position is one of its own past.</summary>
internal static class EpochLog
{
    /// <summary>A journal remembers so many; a follower that has missed more starts anew.</summary>
    internal const int Kept = 1_000;

    /// <summary>Whether a journal that is at <paramref name="revision"/> has been at a position.</summary>
    internal static bool Contains(IReadOnlyList<EpochStart> epochs, long revision, JournalPosition position)
    {
        if (position.Revision > revision)
            return false;
        for (var i = 0; i < epochs.Count; i++)
        {
            if (epochs[i].Epoch == position.Epoch)
                return epochs[i].Revision <= position.Revision
                    && (i + 1 == epochs.Count || position.Revision <= epochs[i + 1].Revision);
        }

        return false;
    }

    /// <summary>Refuses a position that is none of the journal's past.</summary>
    /// <exception cref="RevisionTrimmedException">It is not.</exception>
    internal static void Check(IReadOnlyList<EpochStart> epochs, long revision, JournalPosition position)
    {
        if (!Contains(epochs, revision, position))
            throw new RevisionTrimmedException(position, "the leader's state never was there, or has forgotten it.");
    }
}
