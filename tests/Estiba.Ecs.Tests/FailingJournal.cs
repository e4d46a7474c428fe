using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Ecs.Tests;

/// <summary>A journal in memory whose writes fail for as long as a test wants it.</summary>
internal sealed class FailingJournal : IJournal
{
    private readonly MemoryJournal _kept = new();

    public bool IsImmediate => true;

    internal bool Fails { get; set; }

    public long Epoch => _kept.Epoch;

    public (long Revision, long LastRowId) Load(Action<JournalRow> row) => _kept.Load(row);

    public long Lead() => _kept.Lead();

    public void Write(JournalBatch batch)
    {
        if (Fails)
            throw new JournalException("The disk is full.");
        _kept.Write(batch);
    }

    public void Dispose() => _kept.Dispose();
}
