using Microsoft.Win32.SafeHandles;

namespace Estiba.Files;

/// <summary>
/// Files and directories that only their owner may see, whatever the umask says: keys, logs and images are in them.
/// </summary>
public static class PrivateFiles
{
    /// <summary>Read and written by the owner.</summary>
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Entered by the owner.</summary>
    public const UnixFileMode DirectoryMode = FileMode | UnixFileMode.UserExecute;

    /// <summary>Makes a directory, and those above it, where they are missing.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // The mode is given to the last of the directories only.
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) is { Length: > 0 } parent)
            CreateDirectory(parent);
        Directory.CreateDirectory(path, DirectoryMode);
    }

    /// <summary>
    /// Makes a directory where it is missing, and takes others' rights from one that is there.
    /// </summary>
    public static void CreateOrRestrictDirectory(string path)
    {
        CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, DirectoryMode);
    }

    /// <summary>Opens a file; one that is made by this is the owner's alone.</summary>
    public static SafeFileHandle Open(string path, System.IO.FileMode mode, FileAccess access, FileShare share)
    {
        var handle = File.OpenHandle(path, mode, access, share);
        try
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(handle, FileMode);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Opens a stream; a file that is made by this is the owner's alone.</summary>
    public static FileStream OpenStream(string path, System.IO.FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = access,
            Share = share,
        };
        var mayCreate = mode is not (System.IO.FileMode.Open or System.IO.FileMode.Truncate);
        if (mayCreate && !OperatingSystem.IsWindows())
            options.UnixCreateMode = FileMode;
        return new FileStream(path, options);
    }

    /// <summary>
    /// Takes everybody else's rights to a file, or to a directory and all that is below it. Links are not followed, and
    /// what belongs to another user is left as it is.
    /// </summary>
    /// <returns>How many had to be changed.</returns>
    public static int Restrict(string path)
    {
        if (OperatingSystem.IsWindows())
            return 0;
        var changed = RestrictOne(Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path));
        if (!Directory.Exists(path))
            return changed;
        var all = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.None,
            IgnoreInaccessible = true,
        };
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", all))
            changed += RestrictOne(entry);
        return changed;
    }

    private static int RestrictOne(FileSystemInfo entry)
    {
        const UnixFileMode Others = (UnixFileMode)0b000_111_111;
        if (OperatingSystem.IsWindows() || entry.LinkTarget is not null)
            return 0;
        try
        {
            var mode = entry.UnixFileMode;
            if ((mode & Others) == UnixFileMode.None)
                return 0;
            entry.UnixFileMode = mode & ~Others;
            return 1;
        }
        catch (Exception left)
            when (left is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return 0; // It is gone, or another user's, who may show it to whom he wants.
        }
    }
}
