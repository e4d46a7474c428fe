namespace Estiba.Files.Segments;

/// <summary>
/// Saves what is good of a segment whose directory is damaged: its good blocks become another segment, and the file is
/// kept aside.
/// </summary>
internal static class SegmentSalvage
{
    private const int BlockBytes = 64 << 10;

    /// <returns>The segment with what could be saved; null when there was nothing.</returns>
    public static string? Rescue(string file, SegmentName name, StoreFiles files)
    {
        var (store, path) = (files.Store, files.Store.Locate(file));
        var target = (name with { Revision = name.Revision + 1 }).In(file[..file.LastIndexOf('/')]);
        using var writer = new SegmentWriter(store, target, BlockBytes, files.Kind.OverheadBytes);
        var (saved, lost) = Save(store, file, writer);
        var isSaved = writer.Finish() is not null;
        if (isSaved)
            files.Catalog.Add(target);
        files.Catalog.Remove(file);
        var aside = store.PutAside(file);
        files.Damage.Report(
            path,
            isSaved
                ? $"The {files.Kind.Segment} {path} is damaged: {saved} blocks of {files.Kind.Records} were "
                    + $"saved{(lost > 0 ? $", and {lost} are missing" : "")}. It is kept as {aside}."
                : $"The {files.Kind.Segment} {path} is damaged, and its {files.Kind.Records} are missing. It is "
                    + $"kept as {aside}."
        );
        return isSaved ? target : null;
    }

    /// <summary>
    /// The blocks of a segment as far as its index, or what stands before each of them, tells where they are.
    /// </summary>
    public static BlockEntry[] Blocks(IFileStore store, string file)
    {
        try
        {
            using var reader = SegmentReader.Open(store, file);
            return reader.ReadBlocks();
        }
        catch (InvalidDataException)
        {
            return SegmentReader.FindBlocks(store, file);
        }
    }

    private static (int Saved, int Lost) Save(IFileStore store, string file, SegmentWriter target)
    {
        var lost = 0;
        var blocks = Blocks(store, file);
        using var reader = SegmentReader.OpenDamaged(store, file);
        foreach (var block in blocks)
        {
            if (reader.TryReadBlock(block) is not { } raw)
            {
                lost++;
                continue;
            }

            for (var records = new RecordBlock.Reader(raw, block.RawLength); records.MoveNext(); )
                target.Add(records.Stream, records.Position, records.IngestionTime, records.Payload);
            System.Buffers.ArrayPool<byte>.Shared.Return(raw);
        }

        return (blocks.Length - lost, lost);
    }

    /// <summary>Reads a segment without changing it.</summary>
    /// <returns>What is wrong, a sentence each.</returns>
    public static IEnumerable<Finding> Check(IFileStore store, string file, RecordKind kind)
    {
        var path = store.Locate(file);
        var isWhole = true;
        try
        {
            _ = SegmentReader.ReadContents(store, file);
            using var whole = SegmentReader.Open(store, file);
            _ = whole.ReadBlocks();
        }
        catch (InvalidDataException)
        {
            isWhole = false;
        }

        if (!isWhole)
            yield return new Finding(
                $"The directory of the {kind.Segment} {path} is damaged; when its group is read next, what is good of "
                    + "it is saved."
            );
        using var reader = SegmentReader.OpenDamaged(store, file);
        var blocks = Blocks(store, file);
        if (blocks.Length == 0)
            yield return new Finding(
                $"Nothing of the {kind.Segment} {path} can be read: its {kind.Records} are missing. Restore a "
                    + "backup (estiba restore)."
            );
        foreach (var block in blocks)
        {
            if (reader.TryReadBlock(block) is { } raw)
                System.Buffers.ArrayPool<byte>.Shared.Return(raw);
            else
                yield return new Finding(
                    $"A block of {kind.Records} at byte {block.Offset} of the {kind.Segment} {path} is damaged: "
                        + "they are missing. Restore a backup (estiba restore)."
                );
        }
    }
}
