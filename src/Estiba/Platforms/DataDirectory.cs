using System.Security.Cryptography;
using Estiba.CommandLine;
using Estiba.Files;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Platforms;

/// <summary>
/// The data directory of a platform that starts: it must be all there, it is private, and it says whose it is. A
/// directory that has been used and lacks something is not taken for a new one.
/// </summary>
internal sealed partial class DataDirectory
{
    /// <summary>What tells that a directory has been used.</summary>
    private static readonly string[] Used =
    [
        PlatformIdentity.FileName,
        "credentials",
        "secret.key",
        .. Modules.Files.Where(files => !files.IsPassing).Select(files => files.Folder),
    ];

    /// <summary>
    /// What must be there again once it was: all but what is only of the moment, what the platform itself takes away,
    /// and what is the operator's.
    /// </summary>
    private static readonly string[] Lasting =
    [
        "state.db",
        "state.db.revision",
        "credentials",
        "secret.key",
        .. Modules.Files.SelectMany(files => files.LastingPaths),
    ];

    /// <summary>What is made once and never changes.</summary>
    private static readonly string[] Keys = ["secret.key"];

    private readonly DataLayout _layout;
    private readonly bool _acceptsLoss;
    private readonly bool _takesOver;
    private readonly TimeProvider _time;
    private PlatformIdentity? _identity;

    private DataDirectory(DataLayout layout, bool acceptsLoss, bool takesOver, TimeProvider time)
    {
        _layout = layout;
        _acceptsLoss = acceptsLoss;
        _takesOver = takesOver;
        _time = time;
    }

    /// <summary>Who the platform is; known once the directory was opened with its state.</summary>
    internal PlatformIdentity Identity =>
        _identity ?? throw new InvalidOperationException("The state was not looked at yet.");

    /// <summary>Whether it ran elsewhere before, as far as it knows.</summary>
    internal bool IsElsewhere => Identity.IsRestored || Identity.Place != PlatformPlace.Of(_layout);

    /// <summary>Looks at what is there before anything is opened, and makes a directory that is new.</summary>
    /// <param name="configuration">Which directory, and what the operator has said of it.</param>
    /// <param name="damage">Hears of what is missing where that is accepted.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="CommandException">Something is missing.</exception>
    internal static DataDirectory Open(PlatformConfiguration configuration, Damage damage, TimeProvider time)
    {
        var layout = configuration.Data;
        var directory = new DataDirectory(layout, configuration.AcceptsLoss, configuration.TakesOver, time);
        PrivateFiles.CreateDirectory(layout.Root);
        if (UnfinishedRestoreOf(layout) is { } unfinished)
            throw new CommandException(unfinished);
        if (layout.Has(DataLayout.Restoring))
            Directory.Delete(layout.In(DataLayout.Restoring)); // it was killed when all else was done
        directory._identity = PlatformIdentity.Read(layout.Root);
        foreach (var missing in directory.Missing())
        {
            if (!directory._acceptsLoss)
                throw Refusal(layout, $"{missing} is missing from {layout.Root}, which has been used.");
            damage.Report(
                Path.Combine(layout.Root, missing),
                $"{missing} is missing from {layout.Root}, and the platform starts without it."
            );
        }

        foreach (var key in OtherKeys(layout, directory._identity))
        {
            if (!directory._acceptsLoss)
                throw Refusal(layout, $"{key} in {layout.Root} is damaged, or another one than it was.");
            damage.Report(
                Path.Combine(layout.Root, key),
                $"{key} in {layout.Root} is damaged, or another one than it was, and the platform starts with it."
            );
        }

        return directory;
    }

    /// <summary>
    /// What to do where a restore was killed while it moved files into place: its directory goes last. Null where none
    /// was, or all of them have arrived, the identity last.
    /// </summary>
    internal static string? UnfinishedRestoreOf(DataLayout layout)
    {
        var restoring = layout.In(DataLayout.Restoring);
        return
            !Directory.Exists(restoring)
            || (Exists(layout, PlatformIdentity.FileName) && !Directory.EnumerateFileSystemEntries(restoring).Any())
            ? null
            : $"A restore into {layout.Root} was killed before it had ended, and part of the backup is missing. Delete "
                + $"all that is in the directory, {DataLayout.Restoring} too, and repeat 'estiba restore'.";
    }

    /// <summary>What is missing of a directory that has been used, the weightiest first.</summary>
    internal static IReadOnlyList<string> MissingFrom(DataLayout layout, PlatformIdentity? identity)
    {
        if (identity is not null)
            return
            [
                .. Lasting.Where(name =>
                    (name == "state.db" || identity.Contents.Contains(name)) && !Exists(layout, name)
                ),
            ];
        return !Exists(layout, "state.db") && Used.Any(name => Exists(layout, name)) ? ["state.db"] : [];
    }

    /// <summary>The keys in a directory that are not what they were.</summary>
    internal static IReadOnlyList<string> OtherKeys(DataLayout layout, PlatformIdentity? identity) =>
        [
            .. (identity?.Sums ?? new Dictionary<string, string>(StringComparer.Ordinal))
                .Where(key => Exists(layout, key.Key) && SumOf(layout, key.Key) != key.Value)
                .Select(key => key.Key),
        ];

    /// <summary>
    /// Takes everybody else's rights away, compares the state's identity with the directory's, and makes both where the
    /// directory is new or of an earlier version.
    /// </summary>
    /// <param name="store">The state; nobody else has the directory open then.</param>
    /// <param name="logger">Hears of files that others could read.</param>
    /// <exception cref="CommandException">The two do not go together.</exception>
    internal async Task ConfirmAsync(Store store, ILogger logger)
    {
        MakePrivate(logger);
        var known = store.Current.Find(PlatformRecord.Table, PlatformRecord.Key);
        if (_identity is null && known is { IsComplete: true } && !_takesOver && !_acceptsLoss)
        {
            throw new CommandException(
                $"{PlatformIdentity.FileName} is missing from {_layout.Root}, which has been used. "
                    + "Restore a backup (estiba restore), or, if this is the original and no copy of it, start "
                    + "with --take-over."
            );
        }

        if (_identity is not null && known?.Id != _identity.Id && !_acceptsLoss)
        {
            throw Refusal(
                _layout,
                known is null
                    ? $"{_layout.State} is empty or of an earlier version, and the platform of {_layout.Root} has "
                        + "had another."
                    : $"{_layout.State} is of another platform ({known.Id}) than {_layout.Root} ({_identity.Id})."
            );
        }

        _identity ??= (
            known is null
                ? PlatformIdentity.New(_time.GetUtcNow())
                : new PlatformIdentity { Id = known.Id, CreatedAt = _time.GetUtcNow() }
        ) with
        {
            Place = PlatformPlace.Of(_layout),
        };
        if (known?.Id != _identity.Id)
            await PutAsync(store, isComplete: false);
        _identity.Write(_layout.Root);
        if (known is not { IsComplete: true } || known.Id != _identity.Id)
            await PutAsync(store, isComplete: true);
    }

    /// <summary>Notes what is there, and that it is here.</summary>
    internal void NoteContents()
    {
        _identity = Identity with
        {
            Place = PlatformPlace.Of(_layout),
            IsRestored = false,
            Contents = [.. Lasting.Where(name => Exists(_layout, name))],
            Sums = Keys.Where(name => Exists(_layout, name))
                .ToDictionary(name => name, name => SumOf(_layout, name), StringComparer.Ordinal),
        };
        _identity.Write(_layout.Root);
    }

    private IReadOnlyList<string> Missing() => MissingFrom(_layout, _identity);

    private Task PutAsync(Store store, bool isComplete) =>
        store.CommitAsync(transaction =>
            transaction.Put(PlatformRecord.Table, new PlatformRecord { Id = Identity.Id, IsComplete = isComplete })
        );

    private static string SumOf(DataLayout layout, string name) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(layout.Root, name))));

    /// <summary>An empty state file holds nothing: it is as good as none.</summary>
    private static bool Exists(DataLayout layout, string name)
    {
        var path = Path.Combine(layout.Root, name);
        return Directory.Exists(path)
            || (name == "state.db" ? new FileInfo(path) is { Exists: true, Length: > 0 } : File.Exists(path));
    }

    private void MakePrivate(ILogger logger)
    {
        if (!IsShared(new DirectoryInfo(_layout.Root)))
        {
            if (PrivateFiles.Restrict(_layout.Root) is > 0 and var count)
                Log.MadePrivate(logger, count, _layout.Root);
            return;
        }

        var ours = new DirectoryInfo(_layout.Root)
            .EnumerateFileSystemInfos()
            .Where(entry => IsOurs(entry.Name))
            .Sum(entry => PrivateFiles.Restrict(entry.FullName));
        if (ours > 0)
            Log.MadePrivate(logger, ours, _layout.Root);
    }

    /// <summary>
    /// A directory in which other things are too is not closed to others: somebody's home, or that of temporary files.
    /// </summary>
    private static bool IsShared(DirectoryInfo root) =>
        root.UnixFileMode.HasFlag(UnixFileMode.StickyBit)
        || root.EnumerateFileSystemInfos().Any(entry => !IsOurs(entry.Name));

    private static bool IsOurs(string name) =>
        Lasting.Contains(name)
        || name.StartsWith("state.db", StringComparison.Ordinal)
        || name.EndsWith(".key", StringComparison.Ordinal)
        || name.StartsWith(PlatformIdentity.FileName, StringComparison.Ordinal)
        || name.StartsWith("credentials", StringComparison.Ordinal)
        || name.StartsWith(PlatformSettings.FileName, StringComparison.Ordinal)
        || name.StartsWith("endpoint", StringComparison.Ordinal)
        || name.StartsWith("ca.pem", StringComparison.Ordinal)
        || Modules.Files.Any(files => files.Folder == name);

    private static CommandException Refusal(DataLayout layout, string what) =>
        new(
            $"{what} Restore a backup (estiba restore), choose another directory with --data, or start without "
                + "what is missing with --accept-loss"
                + (
                    File.Exists(layout.State)
                        ? ""
                        : ": the state begins anew then, and the files of logs and images are kept and not shown"
                )
                + "."
        );

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Count} files and directories in {Directory} could be seen by others and are now private"
        )]
        internal static partial void MadePrivate(ILogger logger, int count, string directory);
    }
}
