using Estiba.State.Journals;
using Estiba.State.Maps;
using Microsoft.Extensions.Logging;

namespace Estiba.State;

/// <summary>
/// Reads a journal into the tables while the store is opened: other threads make records of the rows while this one
/// reads more and sorts records in.
/// </summary>
internal sealed partial class Loader
{
    private const int RowsAtOnce = 256;
    private const int BatchesAhead = 8;

    private readonly Dictionary<string, TableState> _tables;
    private readonly bool _alone;
    private readonly CancellationToken _cancellation;
    private readonly Owner _owner = new();
    private readonly Queue<Task<List<Loaded>>> _reading = new();
    private readonly List<DamagedRow> _damaged = [];
    private readonly SortedDictionary<string, int> _unknown = new(StringComparer.Ordinal);
    private readonly UnreadMembers _unread = new();
    private List<Loaded> _batch = new(RowsAtOnce);

    private readonly bool _acceptsLoss;

    private Loader(Dictionary<string, TableState> tables, IJournal journal, CancellationToken cancellation)
    {
        _tables = tables;
        _cancellation = cancellation;
        _alone = journal.IsImmediate;
        _acceptsLoss = journal.AcceptsLoss;
    }

    /// <summary>
    /// The state that the journal holds. Rows of tables that the catalog does not have stay in the journal untouched.
    /// </summary>
    /// <exception cref="JournalException">The journal cannot be opened or read.</exception>
    internal static (Snapshot Snapshot, RowIds Ids) Load(
        IJournal journal,
        Catalog catalog,
        ILogger? logger,
        CancellationToken cancellation
    )
    {
        var states = catalog.Tables.Select(table => table.Empty()).ToArray();
        var byName = catalog.Tables.Zip(states).ToDictionary(pair => pair.First.Name, pair => pair.Second);
        var loader = new Loader(byName, journal, cancellation);
        var (revision, lastRowId) = journal.Load(loader.Take);
        loader.Finish();
        loader.Tell(journal, logger);
        return (new Snapshot(catalog, states, revision), new RowIds(lastRowId));
    }

    private void Take(JournalRow row)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (!row.IsIntact)
        {
            lock (_damaged)
                _damaged.Add(
                    new DamagedRow(row with { Value = default }, "Its checksum is not that of what was written.")
                );
            return;
        }

        if (!_tables.TryGetValue(row.Table, out var table))
        {
            _unknown[row.Table] = _unknown.GetValueOrDefault(row.Table) + 1;
            return;
        }

        _batch.Add(new Loaded(table, row with { Value = row.Value.ToArray() }, null));
        if (_batch.Count == RowsAtOnce)
            Send();
    }

    private void Send()
    {
        var rows = _batch;
        _batch = new List<Loaded>(RowsAtOnce);
        _reading.Enqueue(_alone ? Task.FromResult(Read(rows)) : Task.Run(() => Read(rows), _cancellation));
        if (_reading.Count > BatchesAhead)
            SortIn();
    }

    private void Finish()
    {
        Send();
        while (_reading.Count > 0)
            SortIn();
    }

    /// <summary>
    /// Says what stays out of the state: rows that this version does not know and members that it cannot read, in one
    /// line each, and rows that are damaged.
    /// </summary>
    /// <exception cref="JournalException">Some are damaged, and the state may not be opened without them.</exception>
    private void Tell(IJournal journal, ILogger? logger)
    {
        if (_unknown.Count > 0 && logger is not null)
            Log.Unknown(
                logger,
                _unknown.Values.Sum(),
                string.Join(", ", _unknown.Select(table => $"{table.Key} ({table.Value})"))
            );
        _unread.Keep(journal, logger, []);
        if (_damaged.Count == 0)
            return;
        if (_acceptsLoss)
        {
            journal.PutAside(_damaged);
            return;
        }

        var (row, reason) = _damaged[0];
        throw new JournalException(
            $"{(_damaged.Count == 1 ? "A record" : $"{_damaged.Count} records")} of the state cannot "
                + $"be read: {(_damaged.Count == 1 ? "" : "the first is ")}"
                + $"'{row.Key}' of the table '{row.Table}': {reason} "
                + "Restore the data directory from a backup (estiba restore), or go on without what is damaged "
                + "with --accept-loss: it is put aside then."
        );
    }

    private List<Loaded> Read(List<Loaded> rows) => rows.ConvertAll(row => row with { Record = Read(row) });

    private object? Read(Loaded row)
    {
        try
        {
            var record = row.Table.Read(row.Row, out var unread);
            if (unread is not null)
                _unread.Note(row.Row, unread);
            return record;
        }
        catch (JournalException fault) when (_acceptsLoss)
        {
            PutAside(row.Row, fault);
            return null;
        }
    }

    private void PutAside(JournalRow row, JournalException fault)
    {
        lock (_damaged)
            _damaged.Add(new DamagedRow(row, fault.InnerException?.Message ?? fault.Message));
    }

    private void SortIn()
    {
        // the journal calls from a thread that has nothing else to do, and what it waits for waits for nobody
#pragma warning disable VSTHRD002
        var rows = _reading.Dequeue().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        foreach (var (table, row, record) in rows)
        {
            if (record is null)
                continue;
            try
            {
                table.Load(row, record, _owner);
            }
            catch (JournalException fault) when (_acceptsLoss)
            {
                PutAside(row, fault);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "{Count} rows of tables that this version does not know are kept: {Tables}"
        )]
        internal static partial void Unknown(ILogger logger, int count, string tables);
    }

    private readonly record struct Loaded(TableState Table, JournalRow Row, object? Record);
}
