using System.Globalization;
using Estiba.Files;

namespace Estiba.Metrics.Storage;

/// <summary>Puts together what an earlier process, or somebody who restored a backup, has left.</summary>
/// <remarks>
/// A block that is in another one, merged or coarser, is deleted. A journal of which a merged or a coarser block is
/// made is in blocks altogether, since nothing is merged before the journal is gone; so it is deleted. Blocks of one
/// journal that is still there may be unfinished: they are deleted, and made once more.
/// </remarks>
internal static class Recovery
{
    /// <summary>The journals that are there, oldest first.</summary>
    internal static IReadOnlyList<(long Number, string Path)> Journals(StorageOptions options) =>
        [
            .. Directory
                .EnumerateFiles(options.JournalDirectory, "*.journal")
                .Select(path =>
                    (
                        Ok: long.TryParse(
                            Path.GetFileNameWithoutExtension(path),
                            NumberStyles.None,
                            CultureInfo.InvariantCulture,
                            out var number
                        ),
                        Number: number,
                        Path: path
                    )
                )
                .Where(file => file.Ok)
                .Select(file => (file.Number, file.Path))
                .OrderBy(file => file.Number),
        ];

    /// <summary>The blocks that are there.</summary>
    internal static IReadOnlyList<BlockName> Blocks(StorageOptions options) =>
        Directory.Exists(options.BlockDirectory)
            ?
            [
                .. Directory
                    .EnumerateFiles(options.BlockDirectory, "*" + BlockName.Extension, SearchOption.AllDirectories)
                    .Select(path => BlockName.TryParse(path, out var name) ? name : null)
                    .OfType<BlockName>(),
            ]
            : [];

    /// <summary>What counts of what is there.</summary>
    internal static (IReadOnlyList<BlockName> Blocks, IReadOnlyList<(long Number, string Path)> Journals) Select(
        IReadOnlyList<BlockName> blocks,
        IReadOnlyList<(long Number, string Path)> journals
    )
    {
        var left = journals.Where(journal => !blocks.Any(block => block.ProvesFlushed(journal.Number))).ToList();
        var numbers = left.Select(journal => journal.Number).ToHashSet();
        var whole = blocks.Where(block => block.First != block.Last || !numbers.Contains(block.First)).ToList();
        return ([.. whole.Where(block => !whole.Any(other => other.Replaces(block)))], left);
    }

    /// <summary>
    /// Reads what is there, and deletes what is there twice. The heads are in the order of their journals; the last is
    /// written on.
    /// </summary>
    /// <returns>A number above those of all journals that there ever were.</returns>
    internal static long Run(StorageState state)
    {
        var options = state.Options;
        var (allBlocks, allJournals) = (Blocks(options), Journals(options));
        foreach (var folder in Tier.All.Select(tier => Path.Combine(options.BlockDirectory, tier.Name)))
        {
            if (Directory.Exists(folder))
                DurableFile.RemoveUnfinished(folder);
        }

        var (blocks, journals) = Select(allBlocks, allJournals);
        foreach (var name in allBlocks.Except(blocks))
        {
            state.Catalog.Remove(name.Path);
            File.Delete(Path.Combine(options.Directory, name.Path));
        }

        foreach (var (_, path) in allJournals.Except(journals))
        {
            state.Catalog.Remove(state.Catalog.NameOf(path));
            File.Delete(path);
        }

        DurableDirectory.Sync(options.JournalDirectory);
        SeriesList.Read(options, state.Series, state.Damage);
        Open(state, blocks);
        Replay(state, journals);
        return 1
            + allBlocks.Select(block => block.Last).Concat(allJournals.Select(it => it.Number)).DefaultIfEmpty(0).Max();
    }

    private static void Open(StorageState state, IReadOnlyList<BlockName> names)
    {
        var files = new List<BlockFile>();
        foreach (var name in names)
        {
            var path = Path.Combine(state.Options.Directory, name.Path);
            var file = OpenOrSalvage(state, path, name);
            state.Catalog.Add(name.Path);
            state.Series.Reserve(file.LastSeries);
            files.Add(file);
        }

        state.Change(current => current with { Blocks = current.Blocks.With(files, []) });
    }

    private static BlockFile OpenOrSalvage(StorageState state, string path, BlockName name)
    {
        try
        {
            return OpenAndNote(state, path, name);
        }
        catch (InvalidDataException)
        {
            var (aside, saved) = BlockFile.Salvage(path);
            state.Damage.Report(
                path,
                $"What leads to the values in {path} was damaged: those of {saved} series were saved, and others may "
                    + $"be missing. It is kept as {aside}."
            );
            return OpenAndNote(state, path, name);
        }
    }

    private static BlockFile OpenAndNote(StorageState state, string path, BlockName name)
    {
        var file = BlockFile.Open(path, name);
        try
        {
            // Of older ones it is known that there were values, which is enough for what is asked of them.
            if (name.Tier == Tier.Minutes)
            {
                foreach (var entry in file.Entries())
                    state.Series.Find(entry.Series)?.Note(entry.LastTime);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void Replay(StorageState state, IReadOnlyList<(long Number, string Path)> journals)
    {
        foreach (var (number, path) in journals)
        {
            var head = new Head();
            var log = FrameLog.Open(
                path,
                frame =>
                {
                    try
                    {
                        Frame.Read(
                            frame,
                            series =>
                            {
                                state.Series.Add(series);
                                head.NewSeries.Add(series);
                            },
                            (uint series, long time, bool isHighResolution, in Series.Summary values) =>
                            {
                                state.Series.Reserve(series);
                                state.Series.Find(series)?.Note(time);
                                head.Add(series, time, isHighResolution, values);
                            }
                        );
                    }
                    catch (InvalidDataException damaged)
                    {
                        state.Report(path, damaged);
                    }
                },
                state.Damage
            );
            state.Catalog.Add(state.Catalog.NameOf(path));
            state.Change(current =>
                current with
                {
                    Heads = [.. current.Heads, new JournalHead(number, log, head, state.Time.GetUtcNow())],
                }
            );
        }
    }
}
