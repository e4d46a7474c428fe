using System.Runtime.InteropServices;

namespace Estiba.Files;

/// <summary>
/// Makes names durable: a created, renamed or deleted file survives a power cut only once its directory is synced.
/// </summary>
public static class DurableDirectory
{
    private const int ReadOnly = 0;

    /// <summary>Makes a directory for its owner alone, and those above it, where they are missing.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
            return;

        var parent = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(parent))
            Create(parent);
        PrivateFiles.CreateDirectory(path);
        if (!string.IsNullOrEmpty(parent))
            Sync(parent);
    }

    /// <summary>
    /// Waits until the directory's entries are on disk. Nothing to do on Windows, which has no such call.
    /// </summary>
    /// <exception cref="IOException">The operating system reports that it could not.</exception>
    public static void Sync(string path)
    {
        if (OperatingSystem.IsWindows())
            return;

        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0)
            throw Failure(path);
        try
        {
            if (Fsync(descriptor) != 0)
                throw Failure(path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string path) =>
        new($"The directory '{path}' could not be synced: {Marshal.GetLastPInvokeErrorMessage()}.");

    [DllImport(
        "libc",
        EntryPoint = "open",
        SetLastError = true,
        CharSet = CharSet.Ansi,
        BestFitMapping = false,
        ThrowOnUnmappableChar = true
    )]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
