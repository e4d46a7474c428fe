using System.Security.Cryptography;
using System.Text.Json;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Ecr;
using Estiba.Files;
using Estiba.Identity.Credentials;
using Estiba.Logs;
using Estiba.Metrics;
using Estiba.Platforms;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Verification;

/// <summary>Checks a whole data directory, room by room, and changes nothing. A platform may run with it.</summary>
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
        var identity = ReadIdentity(layout, findings);
        foreach (
            var missing in DataDirectory
                .MissingFrom(layout, identity)
                .Where(name => name is not ("logs" or "registry" or "logs/catalog" or "metrics" or "metrics/catalog"))
        )
            if (missing != "state.db")
                findings(new Finding($"{missing} is missing from {layout.Root}. Restore a backup (estiba restore)."));
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
        CheckAgents(layout, findings, progress);
        LookForCatalog(layout, identity, "logs", "log files", findings);
        LogsCheck.Run(layout.Logs, state, findings, progress, cancellation);
        LookForCatalog(layout, identity, "metrics", "files of metrics", findings);
        if (Directory.Exists(layout.Metrics) || identity?.Contents.Contains("metrics") == true)
            MetricsFiles.Check(layout.Metrics, findings, progress, cancellation);
        await RegistryCheck.RunAsync(
            Path.Combine(layout.Root, "registry"),
            state,
            () => StateCheck.RunAsync(layout.State, Modules.Tables, static _ => { }, cancellation),
            findings,
            progress,
            cancellation
        );
    }

    private static void LookForCatalog(
        DataLayout layout,
        PlatformIdentity? identity,
        string folder,
        string files,
        Action<Finding> findings
    )
    {
        if (
            identity?.Contents.Contains($"{folder}/catalog") == true
            && Directory.Exists(Path.Combine(layout.Root, folder))
            && !File.Exists(Path.Combine(layout.Root, folder, "catalog"))
        )
            findings(
                new Finding(
                    $"{folder}/catalog is missing from {layout.Root}: which {files} there must be is not known. "
                        + "Restore a backup (estiba restore), or start with --accept-loss to have it made anew."
                )
            );
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

    private static void CheckAgents(DataLayout layout, Action<Finding> findings, Action<string> progress)
    {
        if (!Directory.Exists(layout.Agents))
            return;
        foreach (var path in Directory.EnumerateFiles(layout.Agents, "*.json", SearchOption.AllDirectories))
        {
            progress(path);
            try
            {
                using var content = JsonDocument.Parse(File.ReadAllBytes(path));
            }
            catch (JsonException damaged)
            {
                findings(
                    new Finding(
                        $"{path} is damaged ({damaged.Message}): the agent has forgotten what it says. Restore a "
                            + "backup (estiba restore)."
                    )
                );
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
                // The platform runs, and the task has ended, or the instance.
            }
        }
    }
}
