namespace Estiba.Files.Tests;

/// <summary>A directory on a disk of which a part of each file cannot be read.</summary>
internal sealed class FailingDisk(string root) : IFileStore
{
    private readonly FileDirectory _files = new(root);

    /// <summary>From which byte to before which one.</summary>
    internal (long From, long Before) Unreadable { get; set; }

    public IStoredFile? OpenRead(string name) => _files.OpenRead(name) is { } file ? new FailingFile(this, file) : null;

    public void Put(string name, ReadOnlySpan<byte> content) => _files.Put(name, content);

    public IWritableFile Create(string name) => _files.Create(name);

    public IWritableFile OpenToWrite(string name) => _files.OpenToWrite(name);

    public void Move(string name, string to) => _files.Move(name, to);

    public StoredFileInfo? Find(string name) => _files.Find(name);

    public IEnumerable<StoredFileInfo> List(string folder) => _files.List(folder);

    public void Touch(string name, DateTimeOffset time) => _files.Touch(name, time);

    public void Delete(string name) => _files.Delete(name);

    public void DeleteFolder(string folder) => _files.DeleteFolder(folder);

    public string? PutAside(string name) => _files.PutAside(name);

    public string Locate(string name) => _files.Locate(name);

    private int Read(Func<int> read, long from, long before) =>
        from < before && from < Unreadable.Before && before > Unreadable.From
            ? throw new IOException("Input/output error", 5)
            : read();

    private sealed class FailingFile(FailingDisk disk, IStoredFile file) : IStoredFile
    {
        public long Length => file.Length;

        public DateTimeOffset WrittenAt => file.WrittenAt;

        public int Read(Span<byte> target, long offset)
        {
            var buffer = new byte[target.Length];
            var read = disk.Read(
                () => file.Read(buffer, offset),
                offset,
                Math.Min(offset + target.Length, file.Length)
            );
            buffer.AsSpan(0, read).CopyTo(target);
            return read;
        }

        public ValueTask<int> ReadAsync(Memory<byte> target, long offset, CancellationToken cancellation) =>
            ValueTask.FromResult(Read(target.Span, offset));

        public void Dispose() => file.Dispose();
    }
}
