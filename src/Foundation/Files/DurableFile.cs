using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Files;

/// <summary>
/// Writes files so that they are whole whatever is killed or full: each beside its place, and then moved there.
/// </summary>
public static class DurableFile
{
    /// <summary>The end of the name of a file that is still being written.</summary>
    public const string Unfinished = ".tmp";

    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Writes a file anew, for its owner alone: it is as before, or whole and on the disk.</summary>
    /// <exception cref="IOException">It cannot be written; what was there before is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + Unfinished;
        try
        {
            using (var stream = Begin(temporary))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            Finish(temporary, path, durably: true);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    /// <summary>Writes a file anew, for its owner alone.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="durably">Returns only when it would survive a power cut; without, when it would survive the end of
    /// the process.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written; what was there before is untouched.</exception>
    public static void Write(string path, bool durably, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var temporary = path + Unfinished;
        try
        {
            using (var stream = Begin(temporary))
            {
                write(stream);
                stream.Flush(durably);
            }

            Finish(temporary, path, durably);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    /// <summary>Removes what somebody who was killed in the middle of a write has left.</summary>
    public static void RemoveUnfinished(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "*" + Unfinished))
            File.Delete(path);
    }

    /// <summary>
    /// Asks the kernel to start writing a part of a file to the disk, and does not wait: the flush at the end is then
    /// short.
    /// </summary>
    public static void StartWriting(SafeFileHandle file, long offset, long length)
    {
        const uint Write = 2; // SYNC_FILE_RANGE_WRITE
        ArgumentNullException.ThrowIfNull(file);
        if (!OperatingSystem.IsLinux())
            return;

        // Only a hint: where it fails, the flush at the end does all of the work, and reports what is wrong.
        _ = sync_file_range((int)file.DangerousGetHandle(), offset, length, Write);
    }

    /// <summary>Whether writing failed because the disk, or the user's share of it, is full.</summary>
    public static bool IsDiskFull(IOException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.HResult is NoSpaceLeft or QuotaExceeded;
    }

    private static FileStream Begin(string temporary)
    {
        File.Delete(temporary); // what a start left that was killed may have another mode

        // Shared: a lock keeps nobody out who writes the same file, which is another one after the deletion; but who
        // copies or checks the directory meanwhile would fail by it, or take it first and let this write fail.
        return PrivateFiles.OpenStream(
            temporary,
            FileMode.Create,
            FileAccess.Write,
            FileShare.ReadWrite | FileShare.Delete
        );
    }

    /// <summary>
    /// The name of a file is durable only when its directory is, and so is that it stands for another file now.
    /// </summary>
    private static void Finish(string temporary, string path, bool durably)
    {
        File.Move(temporary, path, overwrite: true);
        if (durably)
            DurableDirectory.Sync(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sync_file_range(int descriptor, long offset, long length, uint flags);
}
