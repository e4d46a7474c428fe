using Estiba.State.Journals;

namespace Estiba.State.Tests.Faults;

/// <summary>A journal whose writes a test holds back and lets fail.</summary>
internal sealed class FaultyJournal(IJournal kept) : IJournal
{
    private readonly SemaphoreSlim _writing = new(0);
    private readonly ManualResetEventSlim _released = new(initialState: true);
    private readonly List<JournalBatch> _written = [];

    public bool IsImmediate => false;

    /// <summary>Asked before each batch: what it throws is what the journal throws.</summary>
    internal Action<JournalBatch>? OnWrite { get; set; }

    /// <summary>The batches that were kept.</summary>
    internal IReadOnlyList<JournalBatch> Written
    {
        get
        {
            lock (_written)
                return [.. _written];
        }
    }

    public long Epoch => kept.Epoch;

    public (long Revision, long LastRowId) Load(Action<JournalRow> row) => kept.Load(row);

    public long Lead() => kept.Lead();

    public void Write(JournalBatch batch)
    {
        _writing.Release();
        _released.Wait();
        OnWrite?.Invoke(batch);
        kept.Write(batch);
        lock (_written)
            _written.Add(batch);
    }

    public void Dispose() => _released.Set();

    /// <summary>From now on writes begin and do not end.</summary>
    internal void Hold() => _released.Reset();

    internal void Release() => _released.Set();

    /// <summary>Waits until one more write has begun.</summary>
    internal Task BegunAsync() => _writing.WaitAsync(TimeSpan.FromSeconds(120));
}
