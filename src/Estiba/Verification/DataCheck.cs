using System.Security.Cryptography;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Files;
using Estiba.Hosting;
using Estiba.Identity.Credentials;
using Estiba.Platforms;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Verification;

/// <summary>Checks a whole data directory, part by part, and changes nothing. A platform may run with it.</summary>
internal static class DataCheck
{
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;
    private const int MostOpenFiles = 5;

    /// <summary>Checks everything.</summary>
    /// <param name="layout">The data directory.</param>
    /// <param name="findings">Gets what is found.</param>
    /// <param name="progress">Gets the path of each file that is about to be read.</param>
    /// <param name="cancellation">Gives up.</param>
    internal static async Task RunAsync(
        DataLayout layout,
        Action<Finding> findings,
        Action<string> progress,
        CancellationToken cancellation
    )
    {
        if (DataDirectory.UnfinishedRestoreOf(layout) is { } unfinished)
            findings(new Finding(unfinished));
        var identity = ReadIdentity(layout, findings);
        LookForMissing(layout, DataDirectory.MissingFrom(layout, identity), findings);
        LookForOpenFiles(layout, findings);

        progress(layout.State);
        var state = await StateCheck.RunAsync(layout.State, Modules.Tables, findings, cancellation);
        CompareIdentity(layout, identity, state, findings);
        CheckCredentials(layout, findings);
        CheckSettings(layout, findings);
        foreach (var key in DataDirectory.OtherKeys(layout, identity))
            findings(
                new Finding(
                    $"{key} in {layout.Root} is damaged, or another one than it was. Restore a backup (estiba restore)."
                )
            );
        foreach (var files in Modules.Files.Where(files => identity is null || Exists(layout, files)))
            await CheckAsync(
                files,
                new FilesCheck(
                    Path.Combine(layout.Root, files.Folder),
                    state,
                    () => StateCheck.RunAsync(layout.State, Modules.Tables, static _ => { }, cancellation),
                    findings,
                    progress,
                    cancellation
                )
            );
    }

    private static bool Exists(DataLayout layout, ModuleFiles files) =>
        Directory.Exists(Path.Combine(layout.Root, files.Folder));

    /// <summary>A disk that cannot be read is a finding, and the other files are checked all the same.</summary>
    private static async Task CheckAsync(ModuleFiles files, FilesCheck check)
    {
        try
        {
            if (files.CheckAsync is { } run)
                await run(check);
        }
        catch (IOException fault)
        {
            check.Findings(
                new Finding(
                    $"{check.Directory} cannot be checked to its end: {fault.Message} Look at its disk, and restore a "
                        + "backup (estiba restore)."
                )
            );
        }
    }

    /// <summary>Says what is missing, but for the state, whose check says it, and for what is in a folder that
    /// is.</summary>
    private static void LookForMissing(DataLayout layout, IReadOnlyList<string> missing, Action<Finding> findings)
    {
        foreach (var name in missing)
        {
            if (name == "state.db" || missing.Contains(Path.GetDirectoryName(name)))
                continue;
            var isCatalog = Modules.Files.Any(files => name == $"{files.Folder}/{files.Catalog}");
            findings(
                new Finding(
                    isCatalog
                        ? $"{name} is missing from {layout.Root}: which files its folder must have is not known. "
                            + "Restore a backup (estiba restore), or start with --accept-loss to have it made anew."
                        : $"{name} is missing from {layout.Root}. Restore a backup (estiba restore)."
                )
            );
        }
    }

    private static void CheckSettings(DataLayout layout, Action<Finding> findings)
    {
        try
        {
            _ = PlatformSettings.Read(layout);
        }
        catch (CommandException damaged)
        {
            findings(new Finding(damaged.Message));
        }
    }

    private static PlatformIdentity? ReadIdentity(DataLayout layout, Action<Finding> findings)
    {
        try
        {
            return PlatformIdentity.Read(layout.Root);
        }
        catch (InvalidDataException damaged)
        {
            findings(new Finding(damaged.Message));
            return null;
        }
    }

    private static void CompareIdentity(
        DataLayout layout,
        PlatformIdentity? identity,
        View? state,
        Action<Finding> findings
    )
    {
        if (state is null)
            return;
        var known = state.Find(PlatformRecord.Table, PlatformRecord.Key);
        if (identity is null && known is { IsComplete: true })
            findings(
                new Finding(
                    $"{PlatformIdentity.FileName} is missing from {layout.Root}. Restore a backup (estiba "
                        + "restore), or, if this is the original and no copy of it, start with --take-over."
                )
            );
        else if (identity is null)
            findings(
                new Finding(
                    $"{layout.Root} is of an earlier version of Estiba; the next start gives it an identity.",
                    IsNote: true
                )
            );
        else if (known?.Id != identity.Id)
            findings(
                new Finding(
                    $"{layout.State} is of another platform than {layout.Root}. Restore a backup (estiba restore)."
                )
            );
    }

    private static void LookForOpenFiles(DataLayout layout, Action<Finding> findings)
    {
        var all = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.None,
            IgnoreInaccessible = true,
        };
        var open = new DirectoryInfo(layout.Root)
            .EnumerateFileSystemInfos("*", all)
            .Prepend(new DirectoryInfo(layout.Root))
            .Where(entry =>
                entry.LinkTarget is null && entry.Exists && (entry.UnixFileMode & Others) != UnixFileMode.None
            )
            .Select(entry => entry.FullName)
            .ToList();
        if (open.Count > 0)
            findings(
                new Finding(
                    $"{open.Count} files and directories may be seen by others, "
                        + $"{string.Join(", ", open.Take(MostOpenFiles))} among them; the next start makes "
                        + "them private.",
                    IsNote: true
                )
            );
    }

    private static void CheckCredentials(DataLayout layout, Action<Finding> findings)
    {
        if (!File.Exists(layout.Credentials))
            return;
        try
        {
            _ = RootCredentials.LoadOrCreate(
                layout.Root,
                accountId: null,
                new UniqueIds(RandomNumberGenerator.Create())
            );
        }
        catch (InvalidDataException damaged)
        {
            findings(new Finding(damaged.Message));
        }
    }
}
