using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using Estiba.CommandLine;
using Estiba.Files;
using Estiba.Platforms;

namespace Estiba.Backups;

/// <summary>
/// Puts a backup back as a data directory. It is unpacked beside its place, or in it where that is an empty directory,
/// compared with its checksums, and only then moved there.
/// </summary>
internal sealed class Restore
{
    private const int GzipMagic = 0x1f;

    private readonly string _directory;
    private readonly Dictionary<string, BackedUpFile> _found = new(StringComparer.Ordinal);
    private BackupManifest? _manifest;

    private Restore(string directory) => _directory = directory;

    /// <summary>Restores a backup.</summary>
    /// <param name="source">The backup.</param>
    /// <param name="layout">Where to; it must not be there, or be empty.</param>
    /// <param name="isSamePlatform">The original is never started again: the restored one takes its containers over
    /// without being asked.</param>
    /// <param name="progress">Gets the name of each file.</param>
    /// <param name="cancellation">Gives up, and leaves nothing.</param>
    /// <returns>What was restored.</returns>
    /// <exception cref="CommandException">It cannot be restored; the message says why and what to do. Nothing was
    /// changed, unless the files could not be moved to their places: then what is there says that it is not
    /// complete.</exception>
    internal static BackupManifest Read(
        string source,
        DataLayout layout,
        bool isSamePlatform,
        Action<string> progress,
        CancellationToken cancellation
    )
    {
        // Where the directory is there, as a mount point is, it stays, and what is unpacked is moved up within it.
        var isThere = Directory.Exists(layout.Root);
        var unfinished = isThere ? Path.Combine(layout.Root, DataLayout.Restoring) : layout.Root + DataLayout.Restoring;
        var isUnpacking = false;
        try
        {
            if (isThere && Directory.EnumerateFileSystemEntries(layout.Root).Any(path => path != unfinished))
                throw new CommandException(
                    DataDirectory.UnfinishedRestoreOf(layout)
                        ?? $"{layout.Root} is not empty. Move it away, or choose another directory with --data."
                );
            if (File.Exists(layout.Root))
                throw new CommandException($"{layout.Root} is a file. Choose another directory with --data.");
            isUnpacking = true;
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
            if (isThere)
                PrivateFiles.Restrict(layout.Root);
            PrivateFiles.CreateDirectory(unfinished);
            var restore = new Restore(unfinished);
            restore.Unpack(source, progress, cancellation);
            var manifest = restore.Compare(source);
            restore.Settle(layout, isSamePlatform);

            // The directory has its name, or its identity, only when all that is in it is on the disk.
            sync();
            isUnpacking = !isThere; // what is left to be moved says that it is not complete
            if (isThere)
                MoveUp(unfinished, layout.Root);
            else
                Directory.Move(unfinished, layout.Root);
            sync();
            return manifest;
        }
        catch (Exception failure)
            when (failure
                    is IOException
                        or UnauthorizedAccessException
                        or InvalidDataException
                        or JsonException
                        or FormatException
                        or EndOfStreamException
            )
        {
            throw new CommandException($"{source} could not be restored: {failure.Message}", inner: failure);
        }
        finally
        {
            if (isUnpacking && Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    /// <summary>
    /// Moves all that is in a directory into the one above it, which is not complete as long as the directory is there.
    /// </summary>
    private static void MoveUp(string directory, string above)
    {
        foreach (var name in InOrder(directory))
            Directory.Move(Path.Combine(directory, name), Path.Combine(above, name)); // files too
        sync();
        Directory.Delete(directory);
    }

    /// <summary>The names of what is in a directory, the identity last.</summary>
    internal static IReadOnlyList<string> InOrder(string directory) =>
        [
            .. Directory
                .EnumerateFileSystemEntries(directory)
                .Select(path => Path.GetFileName(path)!)
                .OrderBy(name => name == PlatformIdentity.FileName),
        ];

    private void Unpack(string source, Action<string> progress, CancellationToken cancellation)
    {
        using var file = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read);
        var isCompressed = file.ReadByte() == GzipMagic;
        file.Position = 0;
        using Stream input = isCompressed
            ? new GZipStream(file, CompressionMode.Decompress)
            : new BufferedStream(file, 1 << 20);
        using var tar = new TarReader(input);
        while (tar.GetNextEntry() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_manifest is not null)
                throw new InvalidDataException(
                    $"it goes on after {BackupManifest.Name}, which is the end of a backup."
                );
            progress(entry.Name);
            if (entry.EntryType == TarEntryType.Directory)
                PrivateFiles.CreateDirectory(PathOf(entry.Name));
            else if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                throw new InvalidDataException($"'{entry.Name}' is no file.");
            else if (entry.Name == BackupManifest.Name)
                _manifest = JsonSerializer.Deserialize(
                    entry.DataStream ?? Stream.Null,
                    BackupJson.Default.BackupManifest
                );
            else
                Unpack(entry);
        }
    }

    private void Unpack(TarEntry entry)
    {
        var path = PathOf(entry.Name);
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var content = new MeasuredStream(entry.DataStream ?? Stream.Null, entry.Length))
        using (var target = PrivateFiles.OpenStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            content.CopyTo(target);
            _found.Add(entry.Name, new BackedUpFile(entry.Name, content.Length, content.Sha256()));
        }

        File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
    }

    /// <summary>Where an entry belongs, which is never outside of the directory.</summary>
    private string PathOf(string name)
    {
        var path = Path.GetFullPath(Path.Combine(_directory, name));
        if (
            Path.IsPathRooted(name)
            || !path.StartsWith(_directory + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        )
            throw new InvalidDataException($"'{name}' leads out of the data directory.");
        return path;
    }

    private BackupManifest Compare(string source)
    {
        if (_manifest is null)
            throw new InvalidDataException(
                "it is no backup of Estiba, or was never finished: its list of files is missing."
            );
        if (_manifest.Format > BackupManifest.CurrentFormat)
            throw new InvalidDataException($"it was made by a later version of Estiba ({_manifest.Version}).");
        foreach (var file in _manifest.Files)
        {
            if (!_found.Remove(file.Path, out var found))
                throw new InvalidDataException($"{file.Path} is missing from it.");
            if (found != file)
                throw new InvalidDataException($"{file.Path} in it is damaged. Take another backup.");
        }

        if (_found.Count > 0)
            throw new InvalidDataException($"{_found.Keys.First()} is in it and not in its list of files.");
        if (PlatformIdentity.Read(_directory)?.Id != _manifest.PlatformId)
            throw new InvalidDataException($"it is not of the platform that it says it is of ({source}).");
        return _manifest;
    }

    /// <summary>
    /// Says that the directory was restored, and where the original was, unless the operator has said that it is the
    /// same platform. What follows from the files is not in a backup: the catalogs are made of those that were
    /// just compared, and the revision that the state has reached is noted by its next start.
    /// </summary>
    private void Settle(DataLayout layout, bool isSamePlatform)
    {
        var identity = PlatformIdentity.Read(_directory)!;
        foreach (var files in Modules.Files)
        {
            var folder = Path.Combine(_directory, files.Folder);
            if (files.MakeCatalog is { } make && Directory.Exists(folder))
                make(folder);
        }

        (
            identity with
            {
                Place = isSamePlatform ? PlatformPlace.Of(layout) : identity.Place,
                IsRestored = !isSamePlatform,
                Contents = [.. identity.Contents.Where(name => name != "state.db.revision")],
            }
        ).Write(_directory);
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void sync();
}
