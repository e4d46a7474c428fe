namespace Estiba.Files.Segments;

/// <summary>
/// A file that readers may still be using when it is no longer wanted: it is deleted when it has been retired and the
/// last reader let go.
/// </summary>
internal abstract class SharedFile
{
    private readonly Lock _gate = new();
    private int _readers;
    private bool _retired;

    /// <summary>Something in it is damaged: it is renamed instead of deleted.</summary>
    public bool KeepAside { get; set; }

    /// <summary>Nobody wants it any more, and it may be gone.</summary>
    public bool IsRetired
    {
        get
        {
            lock (_gate)
                return _retired;
        }
    }

    /// <summary>
    /// Keeps the file until <see cref="Release"/>. Call it only while the file is still listed, under its owner's lock.
    /// </summary>
    public void Hold()
    {
        lock (_gate)
            _readers++;
    }

    public void Release()
    {
        lock (_gate)
        {
            if (--_readers > 0 || !_retired)
                return;
        }

        Remove();
    }

    public void Retire()
    {
        lock (_gate)
        {
            if (_retired)
                return;
            _retired = true;
            if (_readers > 0)
                return;
        }

        Remove();
    }

    /// <summary>Deletes the file, or keeps it aside when <see cref="KeepAside"/> is set.</summary>
    protected abstract void Remove();
}
