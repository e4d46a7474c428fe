using Estiba.State;

namespace Estiba.S3.Storage;

/// <summary>
/// Deletes the contents of objects that were deleted a while ago, and brings to its end what a killed platform has left
/// half done.
/// </summary>
internal sealed class Removal(Store store, ContentFiles files, S3Options options, TimeProvider time)
{
    private const int Batch = 500;

    private bool _isSwept;

    internal async Task RunAsync(CancellationToken cancellation)
    {
        if (!_isSwept)
            files.Sweep(store.Current);
        _isSwept = true;
        var old = time.GetUtcNow() - options.RemovalDelay;
        foreach (var batch in store.Current.Range(S3Tables.Removed).Where(file => file.RemovedAt <= old).Chunk(Batch))
        {
            foreach (var file in batch)
                files.Remove(file.File);
            await store.CommitAsync(
                it =>
                {
                    foreach (var file in batch)
                        it.Delete(S3Tables.Removed, file.File);
                },
                cancellation
            );
        }
    }
}
