using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Estiba.CommandLine;
using Estiba.Files;
using Estiba.Platforms;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Backups;

/// <summary>Writes all that a data directory keeps into one file, while its platform runs or not.</summary>
/// <remarks>
/// First the state, as it is at one moment, then the modules' files: so what the state names is there. Images and
/// segments of logs never change; a journal of logs is taken as far as it is written then, and what becomes of it
/// meanwhile is taken after it, so that the two may overlap. What is deleted meanwhile is in another file, which is
/// taken too, or is missing from an image that was deleted just then: the restored registry misses its layers, as
/// <c>estiba verify</c> says. The file has its name only when it is whole and on the disk.
/// </remarks>
internal sealed class Backup : IDisposable
{
    private const UnixFileMode FileMode = PrivateFiles.FileMode;
    private const int MostRounds = 100;

    private readonly DataLayout _layout;
    private readonly Action<string> _progress;
    private readonly TarWriter _tar;
    private readonly Dictionary<string, BackedUpFile> _files = new(StringComparer.Ordinal);
    private readonly CancellationToken _cancellation;

    private Backup(DataLayout layout, Stream output, Action<string> progress, CancellationToken cancellation)
    {
        _layout = layout;
        _tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        _progress = progress;
        _cancellation = cancellation;
    }

    /// <summary>Makes a backup.</summary>
    /// <param name="layout">The data directory.</param>
    /// <param name="target">The file; compressed where its name ends in <c>gz</c>.</param>
    /// <param name="progress">Gets the name of each file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up, and leaves nothing.</param>
    /// <returns>What is in it.</returns>
    /// <exception cref="CommandException">It cannot be made; the message says why and what to do.</exception>
    internal static BackupManifest Write(
        DataLayout layout,
        string target,
        Action<string> progress,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (File.Exists(target) || Directory.Exists(target))
            throw new CommandException($"{target} is there already: choose another name.");
        var identity = PlatformIdentity.Read(layout.Root);
        if (!File.Exists(layout.State))
            throw new CommandException(
                $"{layout.Root} has no state: no platform was started with it, or it is damaged (estiba verify)."
            );
        if (identity is null)
            throw new CommandException(
                $"{layout.Root} is of an earlier version of Estiba, or damaged (estiba verify): start this "
                    + "version's platform with it once, and repeat the backup."
            );
        if (DataDirectory.MissingFrom(layout, identity) is [var missing, ..])
            throw new CommandException(
                $"{missing} is missing from {layout.Root}: a backup would lack it too. 'estiba verify' tells more."
            );

        try
        {
            using var unfinished = UnfinishedBackup.Begin(target);
            new SqliteJournal(layout.State).BackUp(unfinished.State);
            var manifest = Write(layout, identity, unfinished, target, progress, time, cancellation);
            unfinished.Finish();
            return manifest;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JournalException)
        {
            throw new CommandException($"the backup {target} could not be made: {failure.Message}", inner: failure);
        }
    }

    public void Dispose() => _tar.Dispose();

    private static BackupManifest Write(
        DataLayout layout,
        PlatformIdentity identity,
        UnfinishedBackup unfinished,
        string target,
        Action<string> progress,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        using var compressed = target.EndsWith("gz", StringComparison.Ordinal)
            ? new GZipStream(unfinished.Content, CompressionLevel.Fastest, leaveOpen: true)
            : null;
        using var backup = new Backup(layout, compressed ?? (Stream)unfinished.Content, progress, cancellation);
        backup.WriteAll(unfinished.State);
        return backup.Finish(identity, time.GetUtcNow());
    }

    private void WriteAll(string state)
    {
        Add(state, "state.db");
        foreach (var path in Modules.Files.SelectMany(files => files.PathsInBackup))
            AddAll(path);
        AddFile(RegistryKey.EarlierFile); // where an earlier version has left it, and this one has not started yet
        foreach (var path in Directory.GetFiles(_layout.Root).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(path) is var name && !IsOfTheMoment(name))
                AddFile(name);
        }
    }

    /// <summary>Locks, sockets and the like, and the state, of which there is a copy already.</summary>
    private static bool IsOfTheMoment(string name) =>
        name.StartsWith("state.db", StringComparison.Ordinal)
        || name == "endpoint"
        || name.EndsWith(DurableFile.Unfinished, StringComparison.Ordinal)
        || name.EndsWith(".new", StringComparison.Ordinal) // the same, of an earlier version
        || name.EndsWith(".lock", StringComparison.Ordinal)
        || name.EndsWith(".pid", StringComparison.Ordinal)
        || name.EndsWith(".sock", StringComparison.Ordinal);

    private void AddAll(string name)
    {
        if (File.Exists(Path.Combine(_layout.Root, name)))
            AddFile(name);
        else
            AddTree(name);
    }

    /// <summary>
    /// Takes all files below a directory. It is looked at until it has nothing new: what is merged meanwhile is in
    /// another file then.
    /// </summary>
    private void AddTree(string name)
    {
        var root = Path.Combine(_layout.Root, name);
        if (!Directory.Exists(root))
            return;
        _tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, name + "/") { Mode = PrivateFiles.DirectoryMode });
        for (var round = 0; ; round++)
        {
            var isQuiet = true;
            foreach (
                var path in Directory
                    .EnumerateFiles(root, "*", SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal)
                    .ToList()
            )
            {
                var file = Path.GetRelativePath(_layout.Root, path);
                if (_files.ContainsKey(file) || IsPassing(path))
                    continue;
                AddFile(file);
                isQuiet = false;
            }

            if (isQuiet)
                return;
            if (round == MostRounds)
                throw new IOException(
                    $"{root} changes faster than it can be copied. Repeat the backup when there is less to do."
                );
        }
    }

    /// <summary>What is gone when whoever makes it has done with it.</summary>
    private static bool IsPassing(string path) =>
        path.EndsWith(DurableFile.Unfinished, StringComparison.Ordinal) || Path.GetFileName(path) == ProbeFile.Name;

    private void AddFile(string name)
    {
        try
        {
            Add(Path.Combine(_layout.Root, name), name);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // It was deleted, or merged into another file, since the directory was read.
        }
    }

    private void Add(string path, string name)
    {
        _cancellation.ThrowIfCancellationRequested();
        var source = new FileStream(
            path,
            System.IO.FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete
        );
        using var content = new MeasuredStream(source, source.Length);
        _progress(name);
        _tar.WriteEntry(
            new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                Mode = FileMode,
                ModificationTime = new DateTimeOffset(File.GetLastWriteTimeUtc(path)),
                DataStream = content,
            }
        );
        _files[name] = new BackedUpFile(name, content.Length, content.Sha256());
    }

    private BackupManifest Finish(PlatformIdentity identity, DateTimeOffset now)
    {
        var manifest = new BackupManifest
        {
            Format = BackupManifest.CurrentFormat,
            Version = CommandLine.Version.Text,
            PlatformId = identity.Id,
            CreatedAt = now,
            Files = [.. _files.Values],
        };
        using var content = new MemoryStream(
            JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest)
        );
        _tar.WriteEntry(
            new PaxTarEntry(TarEntryType.RegularFile, BackupManifest.Name)
            {
                Mode = FileMode,
                ModificationTime = now,
                DataStream = content,
            }
        );
        _tar.Dispose();
        return manifest;
    }
}
