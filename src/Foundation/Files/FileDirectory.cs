using Microsoft.Win32.SafeHandles;

namespace Estiba.Files;

/// <summary>Files with names in a directory of this machine, for their owner alone.</summary>
/// <param name="root">The directory; it is made with the first file.</param>
public sealed class FileDirectory(string root) : IFileStore
{
    private const FileShare Everybody = FileShare.ReadWrite | FileShare.Delete;

    /// <inheritdoc/>
    public void Put(string name, ReadOnlySpan<byte> content)
    {
        MakeFolderOf(name);
        DurableFile.Write(Locate(name), content);
    }

    /// <inheritdoc/>
    public IWritableFile Create(string name)
    {
        MakeFolderOf(name);
        return new OpenFile(PrivateFiles.Open(Locate(name), FileMode.CreateNew, FileAccess.ReadWrite, Everybody));
    }

    /// <inheritdoc/>
    public IWritableFile OpenToWrite(string name) =>
        new OpenFile(File.OpenHandle(Locate(name), FileMode.Open, FileAccess.ReadWrite, Everybody));

    /// <inheritdoc/>
    public IStoredFile? OpenRead(string name)
    {
        try
        {
            return new OpenFile(File.OpenHandle(Locate(name), FileMode.Open, FileAccess.Read, Everybody));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Move(string name, string to)
    {
        MakeFolderOf(to);
        File.Move(Locate(name), Locate(to), overwrite: true);
        DurableDirectory.Sync(Path.GetDirectoryName(Locate(to))!);
    }

    /// <inheritdoc/>
    public StoredFileInfo? Find(string name)
    {
        var file = new FileInfo(Locate(name));
        return file.Exists ? InfoOf(file, name) : null;
    }

    /// <inheritdoc/>
    public IEnumerable<StoredFileInfo> List(string folder)
    {
        var directory = new DirectoryInfo(Locate(folder));
        if (!directory.Exists)
            yield break;
        foreach (var file in directory.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            StoredFileInfo info;
            try
            {
                info = InfoOf(file, Path.GetRelativePath(root, file.FullName).Replace('\\', '/'));
            }
            catch (FileNotFoundException)
            {
                continue; // Deleted since it was listed.
            }

            yield return info;
        }
    }

    /// <inheritdoc/>
    public void Touch(string name, DateTimeOffset time)
    {
        try
        {
            File.SetLastWriteTimeUtc(Locate(name), time.UtcDateTime);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // There is nothing to be made new.
        }
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        try
        {
            File.Delete(Locate(name));
        }
        catch (DirectoryNotFoundException)
        {
            // It is gone with its folder.
        }
    }

    /// <inheritdoc/>
    public void DeleteFolder(string folder)
    {
        if (Directory.Exists(Locate(folder)))
            Directory.Delete(Locate(folder), recursive: true);
    }

    /// <inheritdoc/>
    public string? PutAside(string name)
    {
        try
        {
            return Aside.Move(Locate(name));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public string Locate(string name) => Path.Combine(root, name);

    private static StoredFileInfo InfoOf(FileInfo file, string name) =>
        new(name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc));

    private void MakeFolderOf(string name)
    {
        var folder = Path.GetDirectoryName(Locate(name))!;
        if (!Directory.Exists(folder))
            DurableDirectory.Create(folder);
    }

    private sealed class OpenFile(SafeFileHandle handle) : IWritableFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public DateTimeOffset WrittenAt => new(File.GetLastWriteTimeUtc(handle));

        public int Read(Span<byte> target, long offset) => RandomAccess.Read(handle, target, offset);

        public ValueTask<int> ReadAsync(Memory<byte> target, long offset, CancellationToken cancellation) =>
            RandomAccess.ReadAsync(handle, target, offset, cancellation);

        public void Write(ReadOnlySpan<byte> content, long offset) => RandomAccess.Write(handle, content, offset);

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> pieces, long offset) =>
            RandomAccess.Write(handle, pieces, offset);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> content, long offset, CancellationToken cancellation) =>
            RandomAccess.WriteAsync(handle, content, offset, cancellation);

        public void StartWriting(long offset, long length) => DurableFile.StartWriting(handle, offset, length);

        public void Flush() => RandomAccess.FlushToDisk(handle);

        public void Touch(DateTimeOffset time) => File.SetLastWriteTimeUtc(handle, time.UtcDateTime);

        public void Dispose() => handle.Dispose();
    }
}
