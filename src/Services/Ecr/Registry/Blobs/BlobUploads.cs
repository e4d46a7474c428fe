using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Estiba.Files;

namespace Estiba.Ecr.Registry.Blobs;

/// <summary>
/// The uploads under way. Each is a file <c>uploads/{id}.{owner}</c>, where the owner stands for the repository that it
/// was started in, so an upload is found again after a restart, and only from its own repository.
/// </summary>
internal sealed class BlobUploads : IDisposable
{
    private const string Folder = "uploads";
    private const string WholeFile = ".whole";

    private readonly IFileStore _files;
    private readonly int _limit;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<Guid, BlobUpload> _live = new();

    /// <param name="files">Where the files are, with the blobs that they become.</param>
    /// <param name="limit">How many uploads may be under way.</param>
    /// <param name="patience">How long a client may send nothing in the middle of a part.</param>
    /// <param name="time">The clock by which uploads are abandoned.</param>
    public BlobUploads(IFileStore files, int limit, TimeSpan patience, TimeProvider time)
    {
        _files = files;
        _limit = limit;
        _patience = patience;
        _time = time;
    }

    /// <summary>Starts an upload into a repository.</summary>
    /// <returns>Null if too many are under way.</returns>
    /// <exception cref="IOException">The disk is full (<see cref="DurableFile.IsDiskFull"/>) or cannot be
    /// written.</exception>
    public BlobUpload? Start(string repository)
    {
        if (_live.Count >= _limit)
            return null;

        var id = Guid.NewGuid();
        var name = NameOf(repository, id);
        var now = _time.GetUtcNow();
        using (var file = _files.Create(name))
            file.Touch(now);
        return _live[id] = new BlobUpload(id, _files, new StoredFileInfo(name, Length: 0, now), _patience, _time);
    }

    /// <summary>The upload with this id, if it was started in this repository and is not over.</summary>
    public BlobUpload? Find(string repository, Guid id)
    {
        var name = NameOf(repository, id);
        return Open(id, name) is { } upload && upload.FileName == name ? upload : null;
    }

    /// <summary>Ends an upload that has become a blob, was cancelled or failed. The caller has entered it.</summary>
    public void End(BlobUpload upload)
    {
        upload.End();
        _live.TryRemove(upload.Id, out _);
    }

    /// <summary>Ends uploads that nobody has touched for a time.</summary>
    /// <returns>How many.</returns>
    public int EndAbandoned(TimeSpan idle)
    {
        var ended = 0;
        foreach (var file in _files.List(Folder))
        {
            if (!IsIdle(file, idle))
                continue;
            var isWhole = file.Name.EndsWith(WholeFile, StringComparison.Ordinal);
            if (isWhole || !Guid.TryParse(Path.GetFileNameWithoutExtension(file.Name), out var id))
            {
                _files.Delete(file.Name);
                ended++;
            }
            else if (Open(id, file.Name) is { } upload && upload.TryEnter() is { } lease)
            {
                using var entered = lease;
                if (upload.IsOver || !IsIdle(_files.Find(file.Name), idle))
                    continue;
                End(upload);
                ended++;
            }
        }
        return ended;
    }

    /// <summary>Ends the uploads of a repository that was deleted: none may go on in another of its name.</summary>
    public async Task EndAllAsync(string repository, CancellationToken cancellation)
    {
        var owner = OwnerOf(repository);
        foreach (
            var file in _files
                .List(Folder)
                .Where(found => found.Name.EndsWith("." + owner, StringComparison.Ordinal))
                .ToList()
        )
        {
            if (
                !Guid.TryParse(Path.GetFileNameWithoutExtension(file.Name), out var id)
                || Open(id, file.Name) is not { } upload
            )
                continue;
            using var entered = await upload.EnterAsync(cancellation);
            if (!upload.IsOver)
                End(upload);
        }
    }

    /// <summary>
    /// A name for a file that is written in one go and then becomes a blob; left over, it is swept like an upload.
    /// </summary>
    public static string NewFile() => $"{Folder}/{Guid.NewGuid()}{WholeFile}";

    public void Dispose()
    {
        foreach (var upload in _live.Values)
            upload.Dispose();
    }

    // Whoever works on an upload, the sweep too, shares the one object that has its gate.
    private BlobUpload? Open(Guid id, string name)
    {
        if (_live.TryGetValue(id, out var upload))
            return upload;
        if (_files.Find(name) is not { } file)
            return null;
        upload = new BlobUpload(id, _files, file, _patience, _time);
        var winner = _live.GetOrAdd(id, upload);
        if (winner != upload)
            upload.Dispose();
        return winner;
    }

    private bool IsIdle(StoredFileInfo? file, TimeSpan idle) =>
        file is not null && _time.GetUtcNow() - file.WrittenAt >= idle;

    private static string NameOf(string repository, Guid id) => $"{Folder}/{id}.{OwnerOf(repository)}";

    private static string OwnerOf(string repository) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(repository)).AsSpan(0, 16));
}
