namespace Estiba.Logs.Storage;

/// <summary>
/// A file that readers may still be using when it is no longer wanted: it is deleted when it has been retired and the last reader let go.
/// </summary>
internal abstract class SharedFile(string path)
{
    private readonly Lock gate = new();
    private int readers;
    private bool retired;

    public string Path { get; } = path;

    /// <summary>Keeps the file until <see cref="Release"/>. Call it only while the file is still listed, under its owner's lock.</summary>
    public void Hold()
    {
        lock (gate) readers++;
    }

    public void Release()
    {
        lock (gate)
        {
            if (--readers > 0 || !retired) return;
        }

        Remove();
    }

    public void Retire()
    {
        lock (gate)
        {
            if (retired) return;
            retired = true;
            if (readers > 0) return;
        }

        Remove();
    }

    protected virtual void Remove()
    {
        try
        {
            File.Delete(Path);
        }
        catch (DirectoryNotFoundException)
        {
            // The whole directory went first.
        }
    }
}
