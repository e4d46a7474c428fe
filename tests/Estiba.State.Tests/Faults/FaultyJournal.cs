namespace Estiba.State.Tests.Faults;

/// <summary>A journal whose writes a test holds back and lets fail.</summary>
internal sealed class FaultyJournal(IJournal kept) : IJournal
{
    private readonly SemaphoreSlim writing = new(0);
    private readonly ManualResetEventSlim released = new(initialState: true);
    private readonly List<JournalBatch> written = [];

    public bool IsImmediate => false;

    /// <summary>Asked before each batch: what it throws is what the journal throws.</summary>
    internal Action<JournalBatch>? OnWrite { get; set; }

    /// <summary>The batches that were kept.</summary>
    internal IReadOnlyList<JournalBatch> Written
    {
        get
        {
            lock (written) return [.. written];
        }
    }

    public (long Revision, long LastRowId) Load(Action<JournalRow> row) => kept.Load(row);

    public void Write(JournalBatch batch)
    {
        writing.Release();
        released.Wait();
        OnWrite?.Invoke(batch);
        kept.Write(batch);
        lock (written) written.Add(batch);
    }

    public void Dispose() => released.Set();

    /// <summary>From now on writes begin and do not end.</summary>
    internal void Hold() => released.Reset();

    internal void Release() => released.Set();

    /// <summary>Waits until one more write has begun.</summary>
    internal Task BegunAsync() => writing.WaitAsync(TimeSpan.FromSeconds(10));
}
