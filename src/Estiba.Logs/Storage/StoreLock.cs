namespace Estiba.Logs.Storage;

/// <summary>Keeps a second process out of the directory; the operating system frees it however the process ends.</summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream file;

    private StoreLock(FileStream file) => this.file = file;

    /// <exception cref="IOException">Another process has the directory open.</exception>
    public static StoreLock Take(string directory)
    {
        try
        {
            return new StoreLock(new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException failure)
        {
            throw new IOException($"The log events in '{directory}' are in use by another process: {failure.Message}", failure);
        }
    }

    public void Dispose() => file.Dispose();
}
