using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Ecr.Registry.Blobs;

/// <summary>What the file system must be told so that a rename outlives a power cut, and how it says that it is full.</summary>
internal static class Durability
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Makes the entries of a directory durable. A rename is only durable when its directory is.</summary>
    /// <exception cref="IOException">The directory cannot be opened or written.</exception>
    public static void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) return;

        var descriptor = open(Encoding.UTF8.GetBytes(directory + '\0'), 0);
        if (descriptor < 0) throw Failure("open", directory);
        try
        {
            if (fsync(descriptor) != 0) throw Failure("fsync", directory);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    /// <summary>Asks the kernel to start writing a part of a file to the disk, and does not wait: the flush at the end is then short.</summary>
    public static void StartWriting(SafeFileHandle file, long offset, long length)
    {
        const uint write = 2; // SYNC_FILE_RANGE_WRITE
        if (!OperatingSystem.IsLinux()) return;

        // Only a hint: where it fails, the flush at the end does all of the work, and reports what is wrong.
        _ = sync_file_range((int)file.DangerousGetHandle(), offset, length, write);
    }

    /// <summary>Whether writing failed because the disk, or the user's share of it, is full.</summary>
    public static bool IsDiskFull(IOException exception) => exception.HResult is NoSpaceLeft or QuotaExceeded;

    private static IOException Failure(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} {path}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sync_file_range(int descriptor, long offset, long length, uint flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
