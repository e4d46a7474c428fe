using Estiba.Ecr.Registry.Blobs;
using Estiba.State;

namespace Estiba.Ecr.GarbageCollection;

/// <summary>That the last link to a blob was taken away: only such blobs are ever deleted.</summary>
/// <remarks>
/// A blob that nothing links to for another reason is kept. The state may be older than the blob, as after a backup of
/// it was restored.
/// </remarks>
internal sealed record UnlinkedBlobRecord
{
    public required string Digest { get; init; }

    public required DateTimeOffset UnlinkedAt { get; init; }
}

/// <summary>
/// Keeps the record of unlinked blobs right. Every transaction that takes a link away calls <see cref="Note"/> after
/// it.
/// </summary>
internal static class UnlinkedBlobs
{
    /// <summary>Notes that nothing links to a blob any more, if that is so.</summary>
    public static void Note(Transaction transaction, string digest, DateTimeOffset now)
    {
        if (!IsLinked(transaction, digest))
            transaction.Put(EcrTables.UnlinkedBlobs, new UnlinkedBlobRecord { Digest = digest, UnlinkedAt = now });
    }

    public static bool IsLinked(View view, string digest) =>
        view.Count(EcrTables.Layers, EcrTables.LayersByDigest, digest) > 0
        || view.Count(EcrTables.Images, EcrTables.ImagesByDigest, digest) > 0;

    /// <summary>Notes that a blob was stored and its link was not kept.</summary>
    public static async Task AbandonAsync(Store store, Digest digest, DateTimeOffset now)
    {
        try
        {
            await store.CommitAsync(transaction => Note(transaction, digest.ToString(), now), CancellationToken.None);
        }
        catch (JournalException)
        {
            // The blob stays on the disk; a later push finds it there.
        }
    }
}
