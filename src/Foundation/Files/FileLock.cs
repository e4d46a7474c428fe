using System.Globalization;

namespace Estiba.Files;

/// <summary>
/// Holds a file's lock as long as it lives, so that a second process does not use what it stands for. The kernel frees
/// it however the process ends.
/// </summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream _held;
    private readonly string? _pidFile;

    private FileLock(FileStream held, string? pidFile = null)
    {
        _held = held;
        _pidFile = pidFile;
    }

    /// <summary>Locks a directory by a file in it that has no other purpose.</summary>
    /// <param name="directory">The directory; it is there.</param>
    /// <param name="subject">What is in it, as the beginning of a sentence: "The log events".</param>
    /// <exception cref="FileInUseException">Another process holds it.</exception>
    public static FileLock TakeDirectory(string directory, string subject)
    {
        try
        {
            return new FileLock(Open(Path.Combine(directory, "lock"), FileShare.None));
        }
        catch (IOException fault) when (IsHeld(fault))
        {
            throw new FileInUseException(
                $"{subject} in '{directory}' are in use by another process: {fault.Message}",
                fault
            );
        }
    }

    /// <summary>
    /// Locks a file by two others beside it, <c>.lock</c> and <c>.pid</c>, and makes its directory where it is missing.
    /// </summary>
    /// <exception cref="FileInUseException">Another process holds it; the message names it.</exception>
    public static FileLock Take(string path)
    {
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(path)!);

        // Two files, because nobody can read the one that is locked.
        var pidPath = path + ".pid";
        FileStream file;
        try
        {
            file = Open(path + ".lock", FileShare.None);
        }
        catch (IOException fault) when (IsHeld(fault))
        {
            throw new FileInUseException(
                $"{path} is in use by {Name(pidPath)}. Stop that one first, or choose another data directory.",
                fault
            );
        }

        try
        {
            using var writer = new StreamWriter(Open(pidPath, FileShare.ReadWrite));
            writer.BaseStream.SetLength(0);
            writer.Write(Environment.ProcessId);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new FileLock(file, pidPath);
    }

    /// <summary>
    /// The process that has the file, as far as can be seen without asking for the lock; null where none has.
    /// </summary>
    public static int? HolderOf(string path)
    {
        var pidPath = path + ".pid";
        try
        {
            return
                File.Exists(pidPath)
                && int.TryParse(File.ReadAllText(pidPath), CultureInfo.InvariantCulture, out var pid)
                && Directory.Exists($"/proc/{pid}")
                ? pid
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Lets go.</summary>
    public void Dispose()
    {
        try
        {
            if (_pidFile is not null)
                File.Delete(_pidFile);
        }
        catch (IOException)
        {
            // It only names us to others; the lock is what counts.
        }

        _held.Dispose();
    }

    private static FileStream Open(string path, FileShare share) =>
        PrivateFiles.OpenStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share);

    // What .NET gives for a lock that another has: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of
    // Windows.
    private static bool IsHeld(IOException fault) => fault.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static string Name(string pidPath)
    {
        try
        {
            return int.TryParse(File.ReadAllText(pidPath), CultureInfo.InvariantCulture, out var pid)
                ? $"process {pid}"
                : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}

/// <summary>Another process uses the file, or what the file stands for.</summary>
/// <param name="message">Which file, and by whom as far as that is known.</param>
/// <param name="inner">The cause.</param>
public sealed class FileInUseException(string message, Exception? inner = null) : IOException(message, inner);
