using Estiba.Files;

namespace Estiba.Metrics.Storage;

/// <summary>Reads the files of what was measured without changing anything, and says what is wrong with them.</summary>
internal static class StorageCheck
{
    /// <summary>Checks every file.</summary>
    internal static void Run(
        StorageOptions options,
        Action<Finding> findings,
        Action<string> progress,
        CancellationToken cancellation
    )
    {
        foreach (var needed in (string[])[options.Directory, options.JournalDirectory, options.BlockDirectory])
        {
            if (Directory.Exists(needed))
                continue;
            findings(new Finding($"{needed} is missing, and values with it. Restore a backup (estiba restore)."));
            return;
        }

        LookForMissing(options, findings);
        var known = CheckLogs(options, findings, progress);
        var unknown = new HashSet<uint>();
        foreach (var name in Recovery.Blocks(options))
        {
            cancellation.ThrowIfCancellationRequested();
            var path = Path.Combine(options.Directory, name.Path);
            progress(path);
            try
            {
                Check(path, name, findings, series => _ = known.Contains(series) || unknown.Add(series));
            }
            catch (FileNotFoundException)
            {
                // The platform runs, and has merged it meanwhile.
            }
        }

        if (unknown.Count > 0)
            findings(
                new Finding(
                    $"{options.BlockDirectory} has values of {unknown.Count} series that {options.SeriesFile} does not "
                        + "list; they are kept."
                )
            );
        foreach (var path in Directory.GetFiles(options.Directory, "*", SearchOption.AllDirectories))
        {
            if (Aside.IsAside(path))
                findings(new Finding($"{path} is damaged and was put aside earlier.", IsNote: true));
        }
    }

    /// <summary>The files that should be there and are not.</summary>
    internal static IReadOnlyList<string> Missing(StorageOptions options, IEnumerable<string> names) =>
        [
            .. names
                .Where(name => !File.Exists(Path.Combine(options.Directory, name)))
                .Where(name => !IsReplaced(options, name))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>What is said of a file that is not there.</summary>
    internal static string Sentence(StorageOptions options, string name) =>
        $"{Path.Combine(options.Directory, name)} is missing: values are missing with it. Restore a backup (estiba "
        + "restore).";

    /// <summary>A block whose journal is still there is not missing: it is written once more.</summary>
    private static bool IsReplaced(StorageOptions options, string name) =>
        BlockName.TryParse(name, out var block)
        && block.First == block.Last
        && File.Exists(Maintenance.JournalPath(options, block.First));

    private static void LookForMissing(StorageOptions options, Action<Finding> findings)
    {
        if (FileCatalog.Peek(options.Directory) is not { } catalog)
            return;
        if (catalog.Broken > 0)
            findings(
                new Finding(
                    $"The catalog in {options.Directory} has {catalog.Broken} damaged lines; the next start mends it."
                )
            );
        foreach (var name in Missing(options, catalog.Names))
        {
            // Read again: the platform may have removed it since.
            if (FileCatalog.Peek(options.Directory)?.Names.Contains(name) == true)
                findings(new Finding(Sentence(options, name)));
        }
    }

    private static HashSet<uint> CheckLogs(StorageOptions options, Action<Finding> findings, Action<string> progress)
    {
        var known = new HashSet<uint>();
        var logs = Recovery.Journals(options).Select(journal => journal.Path);
        foreach (var path in logs.Append(options.SeriesFile).Where(File.Exists))
        {
            progress(path);
            try
            {
                var found = FrameLog.Check(path, frame =>
                    Frame.Read(frame, series => known.Add(series.Id), static (_, _, _, in _) => { })
                );
                foreach (var finding in found)
                    findings(finding);
            }
            catch (FileNotFoundException)
            {
                // The platform runs, and has made blocks of it meanwhile.
            }
        }

        return known;
    }

    private static void Check(string path, BlockName name, Action<Finding> findings, Action<uint> found)
    {
        BlockFile? file = null;
        try
        {
            file = BlockFile.Open(path, name);
            foreach (var entry in file.Entries())
            {
                found(entry.Series);
                try
                {
                    _ = file.Read(entry, withValues: true);
                }
                catch (InvalidDataException damaged)
                {
                    findings(new Finding($"{damaged.Message} Restore a backup (estiba restore)."));
                }
            }
        }
        catch (InvalidDataException damaged)
        {
            findings(
                new Finding(
                    $"{damaged.Message} {BlockFile.Scan(path).Count()} series can be saved, which the next start does."
                )
            );
        }
        finally
        {
            file?.Dispose();
        }
    }
}
