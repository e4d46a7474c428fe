using System.Globalization;

namespace Estiba.Files.Segments;

/// <summary>
/// Reads the files of a store without changing anything, beside a process that has it open or without one, and says
/// what is wrong with them.
/// </summary>
public static class SegmentStoreCheck
{
    /// <summary>Checks every file.</summary>
    /// <param name="options">Where the files are, and what is in them.</param>
    /// <param name="findings">Gets what is found.</param>
    /// <param name="progress">Gets the path of each file that is about to be read.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False where there are no files of a store at all, which is a finding too.</returns>
    public static bool Run(
        SegmentStoreOptions options,
        Action<Finding> findings,
        Action<string> progress,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(progress);
        foreach (var needed in new[] { options.Directory, options.JournalDirectory, options.GroupsDirectory })
        {
            if (Directory.Exists(needed))
                continue;
            findings(
                new Finding(
                    $"{needed} is missing, and {options.Kind.Name} {options.Kind.Records} with it. Restore a backup "
                        + "(estiba restore)."
                )
            );
            return false;
        }

        LookForMissing(options, findings);
        foreach (var path in Directory.GetFiles(options.Directory, "*", SearchOption.AllDirectories))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Aside.IsAside(path))
                findings(new Finding($"{path} is damaged and was put aside earlier.", IsNote: true));
            else
                Check(path, options, findings, progress);
        }

        return true;
    }

    /// <summary>The groups that have files.</summary>
    public static IEnumerable<long> GroupsIn(SegmentStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return GroupsOfFolders(Directory.EnumerateDirectories(options.GroupsDirectory));
    }

    /// <summary>The groups that names of segments belong to.</summary>
    internal static IEnumerable<long> GroupsOf(IEnumerable<string> names) =>
        GroupsOfFolders(
            names
                .Where(static name => SegmentName.TryParse(name, out _))
                .Select(static name => Path.GetDirectoryName(name)!)
                .Distinct()
        );

    private static IEnumerable<long> GroupsOfFolders(IEnumerable<string> folders)
    {
        foreach (var path in folders)
        {
            var isGroup = long.TryParse(
                Path.GetFileName(path),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var group
            );
            if (isGroup)
                yield return group;
        }
    }

    private static void Check(
        string path,
        SegmentStoreOptions options,
        Action<Finding> findings,
        Action<string> progress
    )
    {
        try
        {
            var found =
                path.EndsWith(".journal", StringComparison.Ordinal) ? Journal.Check(path, options.Kind)
                : SegmentName.TryParse(path, out _)
                    ? SegmentSalvage.Check(
                        new FileDirectory(options.Directory),
                        Path.GetRelativePath(options.Directory, path).Replace('\\', '/'),
                        options.Kind
                    )
                : null;
            if (found is null)
                return;
            progress(path);
            foreach (var finding in found)
                findings(finding);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // The platform runs, and has sorted or merged it meanwhile.
        }
        catch (IOException fault) when (DiskFault.Is(fault))
        {
            findings(
                new Finding(
                    $"{path} cannot be read: {fault.Message} Look at its disk, and restore a backup (estiba restore)."
                )
            );
        }
    }

    private static void LookForMissing(SegmentStoreOptions options, Action<Finding> findings)
    {
        var directory = options.Directory;
        if (FileCatalog.Peek(directory) is not { } catalog)
        {
            findings(
                new Finding(
                    $"{directory} has no catalog: it is of an earlier version, and whether files are missing is "
                        + "not known.",
                    IsNote: true
                )
            );
            return;
        }

        if (catalog.Broken > 0)
            findings(
                new Finding($"The catalog in {directory} has {catalog.Broken} damaged lines; the next start mends it.")
            );
        foreach (
            var name in catalog
                .Names.Where(name => SegmentStore.IsMissing(directory, name))
                .Order(StringComparer.Ordinal)
        )
        {
            // Read again: the platform may have removed it since.
            if (FileCatalog.Peek(directory)?.Names.Contains(name) == true)
                findings(new Finding(MissingFile.Sentence(options, name)));
        }
    }
}
