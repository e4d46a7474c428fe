using System.Globalization;

namespace Estiba.State;

/// <summary>Holds a file's lock as long as it lives, so that a second process does not open it. The kernel frees it when the process ends.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream held;
    private readonly string pidFile;

    private FileLock(FileStream held, string pidPath)
    {
        this.held = held;
        pidFile = pidPath;
    }

    /// <exception cref="JournalException">Another process holds it.</exception>
    internal static FileLock Take(string path)
    {
        SqliteFile.CreateDirectory(path);

        // Two files, because nobody can read the one that is locked.
        var pidPath = path + ".pid";
        FileStream file;
        try
        {
            file = SqliteFile.OpenOwned(path + ".lock", FileShare.None);
        }
        catch (IOException fault) when (IsHeld(fault))
        {
            throw new JournalException(
                $"{path} is in use by {Name(pidPath)}. Stop that one first, or choose another data directory.", fault);
        }

        using (var writer = new StreamWriter(SqliteFile.OpenOwned(pidPath, FileShare.ReadWrite)))
        {
            writer.BaseStream.SetLength(0);
            writer.Write(Environment.ProcessId);
        }

        return new FileLock(file, pidPath);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(pidFile);
        }
        catch (IOException)
        {
            // It only names us to others; the lock is what counts.
        }

        held.Dispose();
    }

    // What .NET gives for a lock that another has: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.
    private static bool IsHeld(IOException fault) => fault.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static string Name(string pidPath)
    {
        try
        {
            return int.TryParse(File.ReadAllText(pidPath), CultureInfo.InvariantCulture, out var pid) ? $"process {pid}" : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
