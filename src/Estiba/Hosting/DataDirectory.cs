namespace Estiba.Hosting;

/// <summary>The one directory that holds all that a platform keeps, and the only one who uses it while it runs.</summary>
/// <remarks>
/// It and what is in it are the user's alone (0700, 0600): it holds the access keys. <c>docs/operations.md</c> describes each part.
/// </remarks>
internal sealed class DataDirectory : IDisposable
{
    internal const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    internal const UnixFileMode PrivateDirectory = Private | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataDirectory(DataLayout layout, FileStream @lock)
    {
        Layout = layout;
        _lock = @lock;
    }

    internal DataLayout Layout { get; }

    /// <summary>Makes the directory where it is missing, and takes it.</summary>
    /// <exception cref="DataDirectoryInUseException">Another platform runs with it.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to somebody else.</exception>
    internal static DataDirectory Take(DataLayout layout)
    {
        Directory.CreateDirectory(layout.Root, PrivateDirectory);
        try
        {
            // Locked by the kernel: free again however the process ends.
            var @lock = new FileStream(Path.Combine(layout.Root, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = Private,
            });
            return new DataDirectory(layout, @lock);
        }
        catch (IOException error) when (IsSharingViolation(error))
        {
            throw new DataDirectoryInUseException(layout.Root, error);
        }
    }

    public void Dispose() => _lock.Dispose();

    // EWOULDBLOCK from flock, as .NET reports it.
    private static bool IsSharingViolation(IOException error) => error.HResult is 11 or unchecked((int)0x80070020);
}

/// <summary>Where things are in the data directory.</summary>
/// <param name="Root">The directory itself, an absolute path.</param>
internal sealed record DataLayout(string Root)
{
    internal string State => Path.Combine(Root, "state.db");

    internal string Registry => Path.Combine(Root, "registry");

    internal string Logs => Path.Combine(Root, "logs");

    internal string Agents => Path.Combine(Root, "agents");

    internal string Credentials => Path.Combine(Root, "credentials");

    /// <summary>Where the platform that runs answers; there while it runs.</summary>
    internal string Endpoint => Path.Combine(Root, "endpoint");

    /// <summary><c>$XDG_DATA_HOME/estiba</c>, usually <c>~/.local/share/estiba</c>.</summary>
    internal static DataLayout Default => At(Path.Combine(XdgHome("XDG_DATA_HOME", ".local/share"), "estiba"));

    internal static DataLayout At(string path) => new(Path.GetFullPath(path));

    /// <summary>A base directory of the XDG specification, which says that a relative path in the variable is ignored.</summary>
    internal static string XdgHome(string variable, string underHome) =>
        Environment.GetEnvironmentVariable(variable) is { } path && Path.IsPathRooted(path)
            ? path
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), underHome);
}

/// <summary>Another platform runs with this data directory.</summary>
internal sealed class DataDirectoryInUseException(string path, Exception inner)
    : Exception($"another estiba runs with the data directory {path}", inner);
