using Estiba.Files;

namespace Estiba.Ecr.Registry.Blobs;

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
    /// <summary>The folder of all blobs.</summary>
    public const string Folder = "blobs";

    private readonly IFileStore _files;
    private readonly BlobVerification _verification;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    public BlobStore(IFileStore files, Damage damage, TimeProvider time)
    {
        _files = files;
        _verification = new BlobVerification(damage);
        _time = time;
    }

    /// <summary>Which blobs were compared with their digests.</summary>
    public BlobVerification Verification => _verification;

    /// <summary>
    /// Opens a blob to be read. It stays readable even if it is removed meanwhile.
    /// </summary>
    /// <returns>Null if there is no such blob.</returns>
    public IStoredFile? OpenRead(Digest digest)
    {
        var file = _files.OpenRead(NameOf(digest));
        if (file is null)
            _verification.Missing(PathOf(digest), digest);
        return file;
    }

    /// <summary>Reads a whole, small blob. One that is damaged is put aside.</summary>
    /// <returns>Null if there is no such blob, or it is damaged.</returns>
    public async Task<byte[]?> ReadAsync(Digest digest, CancellationToken cancellation)
    {
        using var file = OpenRead(digest);
        if (file is null)
            return null;
        var content = await file.ReadAllAsync(cancellation);
        if (Digest.Of(content, digest) == digest)
            return content;
        PutAside(digest);
        return null;
    }

    public bool Contains(Digest digest) => _files.Find(NameOf(digest)) is not null;

    /// <summary>
    /// Whether the blob is there, with as many bytes as it must have. One that has another size is damaged and put
    /// aside.
    /// </summary>
    public bool Contains(Digest digest, long size)
    {
        if (_files.Find(NameOf(digest)) is not { } found)
            return false;
        if (found.Length == size)
            return true;
        PutAside(digest);
        return false;
    }

    /// <summary>Renames a damaged blob, so that a push brings it anew. It is never deleted.</summary>
    public void PutAside(Digest digest)
    {
        // Where it is not there any more, somebody else has put it aside, or it was replaced.
        if (_files.PutAside(NameOf(digest)) is { } aside)
            _verification.Failed(PathOf(digest), digest, aside);
    }

    /// <summary>Waits until nobody else links or removes this blob.</summary>
    public async Task<IDisposable> LockAsync(Digest digest, CancellationToken cancellation)
    {
        var gate = _locks[Convert.ToInt32(digest.Hex[..2], 16) % _locks.Length];
        await gate.WaitAsync(cancellation);
        return new Release(gate);
    }

    /// <summary>
    /// Moves a finished, durable file into its place. The caller holds the lock of the digest and has verified it.
    /// </summary>
    /// <remarks>
    /// What is there already has the same content; replacing it makes it new, and mends it should it be damaged.
    /// </remarks>
    /// <param name="upload">The file's name.</param>
    /// <param name="digest">What it is.</param>
    public void Adopt(string upload, Digest digest)
    {
        _files.Move(upload, NameOf(digest));
        if (_files.Find(NameOf(digest)) is { } stored)
            _verification.Stored(digest, stored);
    }

    /// <summary>
    /// Makes a stored blob young again, so that the sweep leaves it alone until a link to it is committed.
    /// </summary>
    public void Touch(Digest digest) => _files.Touch(NameOf(digest), _time.GetUtcNow());

    /// <summary>
    /// Removes a blob. The caller holds the lock of the digest and has seen that nothing links to it.
    /// </summary>
    public void Remove(Digest digest) => _files.Delete(NameOf(digest));

    /// <summary>When a blob was stored, or touched last; null if it is not there.</summary>
    public DateTimeOffset? StoredAt(Digest digest) => _files.Find(NameOf(digest))?.WrittenAt;

    public void Dispose()
    {
        foreach (var gate in _locks)
            gate.Dispose();
    }

    /// <summary>The name of a blob's file.</summary>
    public static string NameOf(Digest digest) => $"{Folder}/{digest.Algorithm}/{digest.Hex[..2]}/{digest.Hex}";

    /// <summary>Where a blob is, or would be, for people.</summary>
    public string PathOf(Digest digest) => _files.Locate(NameOf(digest));

    private sealed class Release(SemaphoreSlim gate) : IDisposable
    {
        private SemaphoreSlim? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Release();
    }
}
