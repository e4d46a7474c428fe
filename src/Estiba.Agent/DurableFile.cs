using System.Runtime.InteropServices;
using System.Text;

namespace Estiba.Agent;

/// <summary>Writes the files of an agent's data directory: each beside its place and then moved there, so that it is always whole, whatever is killed or full.</summary>
internal static class DurableFile
{
    private const string Unfinished = ".tmp";

    /// <summary>Writes a file that only its owner may read.</summary>
    /// <param name="path">Its place.</param>
    /// <param name="durably">Returns only when it would survive a power cut; without, when it would survive the end of the process.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written; what was there before is untouched.</exception>
    public static void Write(string path, bool durably, Action<Stream> write)
    {
        var temporary = path + Unfinished;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                write(stream);
                stream.Flush(durably);
            }

            var isNew = !File.Exists(path);
            File.Move(temporary, path, overwrite: true);
            if (durably && isNew) SyncDirectoryOf(path);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    /// <summary>Removes what somebody who was killed in the middle of a write has left.</summary>
    public static void RemoveUnfinished(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "*" + Unfinished)) File.Delete(path);
    }

    /// <summary>A name that is new is on the disk only when its directory is.</summary>
    private static void SyncDirectoryOf(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = open(Encoding.UTF8.GetBytes(Path.GetDirectoryName(path) + '\0'), 0);
        if (descriptor < 0) throw Failure(path);
        try
        {
            if (fsync(descriptor) != 0) throw Failure(path);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Failure(string path) => new($"The directory of {path} cannot be written to the disk: {Marshal.GetLastPInvokeErrorMessage()}");

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
