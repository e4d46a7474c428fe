using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Estiba.Ecr.Registry.Blobs;

/// <summary>
/// The uploads under way. Each is a file <c>uploads/{id}.{owner}</c>, where the owner stands for the repository that it was
/// started in, so an upload is found again after a restart, and only from its own repository.
/// </summary>
internal sealed class BlobUploads : IDisposable
{
    private const string WholeFile = ".whole";

    private readonly string _directory;
    private readonly int _limit;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<Guid, BlobUpload> _live = new();

    /// <param name="directory">Where the files are; on the same file system as the blobs.</param>
    /// <param name="limit">How many uploads may be under way.</param>
    /// <param name="patience">How long a client may send nothing in the middle of a part.</param>
    /// <param name="time">The clock by which uploads are abandoned.</param>
    public BlobUploads(string directory, int limit, TimeSpan patience, TimeProvider time)
    {
        _directory = directory;
        _limit = limit;
        _patience = patience;
        _time = time;
        Directory.CreateDirectory(directory);
    }

    /// <summary>Starts an upload into a repository.</summary>
    /// <returns>Null if too many are under way.</returns>
    /// <exception cref="IOException">The disk is full (<see cref="Durability.IsDiskFull"/>) or cannot be written.</exception>
    public BlobUpload? Start(string repository)
    {
        if (_live.Count >= _limit) return null;

        var id = Guid.NewGuid();
        var file = FileOf(repository, id);
        File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write).Dispose();
        File.SetLastWriteTimeUtc(file, _time.GetUtcNow().UtcDateTime);
        return _live[id] = new BlobUpload(id, file, _patience, _time);
    }

    /// <summary>The upload with this id, if it was started in this repository and is not over.</summary>
    public BlobUpload? Find(string repository, Guid id)
    {
        var file = FileOf(repository, id);
        return Open(id, file) is { } upload && upload.FilePath == file ? upload : null;
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
        foreach (var file in new DirectoryInfo(_directory).EnumerateFiles())
        {
            if (!IsIdle(file, idle)) continue;
            if (!Guid.TryParse(Path.GetFileNameWithoutExtension(file.Name), out var id) || file.Extension == WholeFile)
            {
                file.Delete();
                ended++;
            }
            else if (Open(id, file.FullName) is { } upload && upload.TryEnter() is { } lease)
            {
                using var entered = lease;
                file.Refresh();
                if (upload.IsOver || !IsIdle(file, idle)) continue;
                End(upload);
                ended++;
            }
        }
        return ended;
    }

    /// <summary>A name for a file that is written in one go and then becomes a blob; left over, it is swept like an upload.</summary>
    public string NewFile() => Path.Combine(_directory, Guid.NewGuid() + WholeFile);

    public void Dispose()
    {
        foreach (var upload in _live.Values) upload.Dispose();
    }

    // Whoever works on an upload, the sweep too, shares the one object that has its gate.
    private BlobUpload? Open(Guid id, string file)
    {
        if (_live.TryGetValue(id, out var upload)) return upload;
        try
        {
            upload = new BlobUpload(id, file, _patience, _time);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        var winner = _live.GetOrAdd(id, upload);
        if (winner != upload) upload.Dispose();
        return winner;
    }

    private bool IsIdle(FileInfo file, TimeSpan idle) => file.Exists && _time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc >= idle;

    private string FileOf(string repository, Guid id) =>
        Path.Combine(_directory, $"{id}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(repository)).AsSpan(0, 16))}");
}
