namespace Estiba.Files.Tests;

/// <summary>A directory that is gone when the test ends.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    /// <summary>
    /// In memory where the system has such a place: what is tested is which bytes are there, not how fast a disk syncs.
    /// </summary>
    private readonly DirectoryInfo _directory = Directory.CreateDirectory(
        System.IO.Path.Combine(
            Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath(),
            $"estiba-files-{Guid.NewGuid():N}"
        )
    );

    internal string Path => _directory.FullName;

    internal string Next(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// A copy of a store's directory as a crash at this moment would leave it, but for the lock, which a crash lets go.
    /// </summary>
    internal static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var path in Directory.EnumerateFiles(from).Where(path => System.IO.Path.GetFileName(path) != "lock"))
            File.Copy(path, System.IO.Path.Combine(to, System.IO.Path.GetFileName(path)), overwrite: true);
        foreach (var path in Directory.EnumerateDirectories(from))
            Copy(path, System.IO.Path.Combine(to, System.IO.Path.GetFileName(path)));
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
