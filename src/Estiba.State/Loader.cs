using Estiba.State.Maps;

namespace Estiba.State;

/// <summary>Reads a journal into the tables while the store is opened: other threads make records of the rows while this one reads more and sorts records in.</summary>
internal sealed class Loader
{
    private const int RowsAtOnce = 256;
    private const int BatchesAhead = 8;

    private readonly Dictionary<string, TableState> tables;
    private readonly bool alone;
    private readonly CancellationToken cancellation;
    private readonly Owner owner = new();
    private readonly Queue<Task<List<Loaded>>> reading = new();
    private List<Loaded> batch = new(RowsAtOnce);

    private Loader(Dictionary<string, TableState> tables, bool alone, CancellationToken cancellation) => (this.tables, this.alone, this.cancellation) = (tables, alone, cancellation);

    /// <summary>The state that the journal holds. Rows of tables that the catalog does not have stay in the journal untouched.</summary>
    /// <exception cref="JournalException">The journal cannot be opened or read.</exception>
    internal static (Snapshot Snapshot, RowIds Ids) Load(IJournal journal, Catalog catalog, CancellationToken cancellation)
    {
        var states = catalog.Tables.Select(table => table.Empty()).ToArray();
        var byName = catalog.Tables.Zip(states).ToDictionary(pair => pair.First.Name, pair => pair.Second);
        var loader = new Loader(byName, journal.IsImmediate, cancellation);
        var (revision, lastRowId) = journal.Load(loader.Take);
        loader.Finish();
        return (new Snapshot(catalog, states, revision), new RowIds(lastRowId));
    }

    private void Take(JournalRow row)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!tables.TryGetValue(row.Table, out var table)) return;
        batch.Add(new Loaded(table, row with { Value = row.Value.ToArray() }, null));
        if (batch.Count == RowsAtOnce) Send();
    }

    private void Send()
    {
        var rows = batch;
        batch = new List<Loaded>(RowsAtOnce);
        reading.Enqueue(alone ? Task.FromResult(Read(rows)) : Task.Run(() => Read(rows), cancellation));
        if (reading.Count > BatchesAhead) SortIn();
    }

    private void Finish()
    {
        Send();
        while (reading.Count > 0) SortIn();
    }

    private static List<Loaded> Read(List<Loaded> rows) => rows.ConvertAll(row => row with { Record = row.Table.Read(row.Row) });

    private void SortIn()
    {
#pragma warning disable VSTHRD002 // the journal calls from a thread that has nothing else to do, and what it waits for waits for nobody
        var rows = reading.Dequeue().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        foreach (var (table, row, record) in rows) table.Load(row, record!, owner);
    }

    private readonly record struct Loaded(TableState Table, JournalRow Row, object? Record);
}
