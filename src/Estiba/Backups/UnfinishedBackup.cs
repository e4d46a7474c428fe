using Estiba.Files;

namespace Estiba.Backups;

/// <summary>
/// The files of a backup that is being made, beside the one that it becomes. As long as it is made it is locked; so the
/// next backup in the same directory knows what one that was killed has left, and removes it.
/// </summary>
internal sealed class UnfinishedBackup : IDisposable
{
    private const string Ending = ".estiba-partial";
    private const string StateEnding = "-state";

    /// <summary>What SQLite keeps beside that copy while it writes it.</summary>
    private const string JournalEnding = "-journal";
    private const int BufferSize = 1 << 20;

    private readonly string _target;
    private readonly string _path;

    private UnfinishedBackup(string target)
    {
        _target = target;
        _path = target + Ending;
        Content = new FileStream(
            _path,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = BufferSize,
                UnixCreateMode = PrivateFiles.FileMode,
            }
        );
    }

    /// <summary>Where the backup is written to.</summary>
    internal FileStream Content { get; }

    /// <summary>The path for a copy of the state.</summary>
    internal string State => _path + StateEnding;

    /// <exception cref="IOException">It cannot be written, or another process makes a backup of that name.</exception>
    internal static UnfinishedBackup Begin(string target)
    {
        foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(target)!, "*" + Ending))
            RemoveAbandoned(path);
        return new UnfinishedBackup(target);
    }

    /// <summary>Gives the backup its name, durably, now that it is whole and on the disk.</summary>
    internal void Finish()
    {
        Content.Flush(flushToDisk: true);
        File.Move(_path, _target);
        DurableDirectory.Sync(Path.GetDirectoryName(_target)!);
    }

    public void Dispose()
    {
        Remove(_path);
        Content.Dispose();
    }

    // The one that tells of the others is the last to go.
    private static void Remove(string path)
    {
        File.Delete(path + StateEnding + JournalEnding);
        File.Delete(path + StateEnding);
        File.Delete(path);
    }

    private static void RemoveAbandoned(string path)
    {
        try
        {
            using var locked = PrivateFiles.OpenStream(path, FileMode.Open, FileAccess.Write, FileShare.None);
            Remove(path);
        }
        catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
        {
            // Another process is making it, or it is another user's.
        }
    }
}
