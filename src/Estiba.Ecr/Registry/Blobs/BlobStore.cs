using Microsoft.Win32.SafeHandles;

namespace Estiba.Ecr.Registry.Blobs;

/// <summary>A blob on the disk, and when it was last put there.</summary>
internal readonly record struct StoredBlob(Digest Digest, DateTimeOffset StoredAt);

/// <summary>
/// The contents of every repository of every account, each stored once, under the name of its digest:
/// <c>blobs/sha256/6c/6c3c…</c>. Knows nothing about who may see which.
/// </summary>
/// <remarks>
/// A file appears in its place by a rename, whole and durable, or not at all. Whoever links a blob to a repository, and
/// whoever removes one that nothing links to, holds <see cref="LockAsync"/> from looking until the change is committed.
/// </remarks>
internal sealed class BlobStore : IDisposable
{
    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    public BlobStore(string directory, TimeProvider time)
    {
        _directory = directory;
        _time = time;
        Directory.CreateDirectory(directory);
    }

    /// <summary>Opens a blob to be read. It stays readable through the handle even if it is removed meanwhile.</summary>
    /// <returns>Null if there is no such blob.</returns>
    public SafeFileHandle? OpenRead(Digest digest)
    {
        try
        {
            return File.OpenHandle(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (IOException exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reads a whole, small blob.</summary>
    /// <returns>Null if there is no such blob.</returns>
    public async Task<byte[]?> ReadAsync(Digest digest, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(PathOf(digest), cancellation);
        }
        catch (IOException exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public bool Contains(Digest digest) => File.Exists(PathOf(digest));

    /// <summary>Waits until nobody else links or removes this blob.</summary>
    public async Task<IDisposable> LockAsync(Digest digest, CancellationToken cancellation)
    {
        var gate = _locks[Convert.ToInt32(digest.Hex[..2], 16) % _locks.Length];
        await gate.WaitAsync(cancellation);
        return new Release(gate);
    }

    /// <summary>Moves a finished, durable file into its place. The caller holds the lock of the digest and has verified it.</summary>
    /// <remarks>What is there already has the same content; replacing it makes it new, and mends it should it be damaged.</remarks>
    public void Adopt(string file, Digest digest)
    {
        var path = PathOf(digest);
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder)) CreateFolder(folder);
        File.Move(file, path, overwrite: true);
        Durability.SyncDirectory(folder);
    }

    /// <summary>Makes a stored blob young again, so that the sweep leaves it alone until a link to it is committed.</summary>
    public void Touch(Digest digest) => File.SetLastWriteTimeUtc(PathOf(digest), _time.GetUtcNow().UtcDateTime);

    /// <summary>Removes a blob. The caller holds the lock of the digest and has seen that nothing links to it.</summary>
    public void Remove(Digest digest) => File.Delete(PathOf(digest));

    /// <summary>All blobs, in no order. Blobs stored or removed meanwhile may or may not be among them.</summary>
    public IEnumerable<StoredBlob> All()
    {
        foreach (var algorithm in new DirectoryInfo(_directory).EnumerateDirectories())
        {
            foreach (var file in algorithm.EnumerateFiles("*", SearchOption.AllDirectories))
            {
                if (Digest.TryParse($"{algorithm.Name}:{file.Name}", out var digest))
                    yield return new StoredBlob(digest, new DateTimeOffset(file.LastWriteTimeUtc));
            }
        }
    }

    public void Dispose()
    {
        foreach (var gate in _locks) gate.Dispose();
    }

    private string PathOf(Digest digest) => Path.Combine(_directory, digest.Algorithm, digest.Hex[..2], digest.Hex);

    private void CreateFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        Durability.SyncDirectory(Path.GetDirectoryName(folder)!);
        Durability.SyncDirectory(_directory);
    }

    private sealed class Release(SemaphoreSlim gate) : IDisposable
    {
        private SemaphoreSlim? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Release();
    }
}
