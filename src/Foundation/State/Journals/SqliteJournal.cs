using Estiba.Files;
using Microsoft.Data.Sqlite;

namespace Estiba.State.Journals;

/// <summary>Keeps the rows in one SQLite file, in write-ahead mode with a sync for every batch.</summary>
/// <remarks>
/// The file and its companions have mode 0600; a directory that has to be made has mode 0700. A lock file beside it
/// keeps a second process out.
/// </remarks>
/// <param name="path">The file; it is made when it is not there.</param>
/// <param name="acceptsLoss">Opens a file that is damaged or older than it was, without what is lost.</param>
/// <param name="damage">Hears of what is damaged.</param>
/// <param name="history">How much is kept of what changed when; null for <see cref="JournalHistory.Default"/>.</param>
/// <param name="time">The clock of the history; null for the system's.</param>
public sealed class SqliteJournal(
    string path,
    bool acceptsLoss = false,
    Damage? damage = null,
    JournalHistory? history = null,
    TimeProvider? time = null
) : IJournal
{
    private readonly string _path = Path.GetFullPath(path);
    private FileLock? _fileLock;
    private SqliteConnection? _connection;
    private SqliteRows? _rows;
    private RevisionMark? _mark;
    private long _known;

    /// <inheritdoc/>
    public bool IsImmediate => false;

    /// <inheritdoc/>
    public bool AcceptsLoss => acceptsLoss;

    /// <inheritdoc/>
    public long Epoch { get; private set; }

    /// <inheritdoc/>
    public (long Revision, long LastRowId) Load(Action<JournalRow> row) =>
        Opened(() =>
        {
            var revision = OpenForWriting();
            var withoutSum = new List<(long Id, uint Sum)>();
            var lastRowId = SqliteRows.Load(_connection!, row, (id, sum) => withoutSum.Add((id, sum)));
            if (withoutSum.Count > 0)
                TryAddSums(withoutSum);
            _mark!.Write(revision);
            return (revision, lastRowId);
        });

    /// <summary>Opens the file to be written, without reading the rows that somebody has read already.</summary>
    /// <exception cref="JournalException">As for <see cref="Load"/>.</exception>
    internal void OpenUnread() => Opened(OpenForWriting);

    private T Opened<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (FileInUseException held)
        {
            throw new JournalException(held.Message, held);
        }
        catch (Exception fault)
            when (fault
                    is SqliteException
                        or IOException
                        or UnauthorizedAccessException
                        or InvalidCastException
                        or InvalidOperationException
            )
        {
            throw SqliteFault.Explain($"The state in {_path} cannot be opened", fault);
        }
    }

    private long OpenForWriting()
    {
        _fileLock = FileLock.Take(_path);
        _connection = SqliteFile.Open(_path);
        var revision = SqliteFile.Revision(_connection, _path);
        _mark = RevisionMark.Open(_path);
        if (_mark.IsDamaged)
            damage?.Report(
                RevisionMark.PathOf(_path),
                $"{RevisionMark.PathOf(_path)} is damaged: whether {_path} is as new as it was is not known. It "
                    + "is written anew."
            );
        if (_mark.Reached > revision)
            LosesRevisions(revision, _mark.Reached);
        Epoch = _known = SqliteEpochs.Newest(_connection);
        _rows = new SqliteRows(
            _connection,
            new SqliteHistory(_connection, history ?? JournalHistory.Default, time ?? TimeProvider.System)
        );
        return revision;
    }

    /// <inheritdoc/>
    public void PutAside(IReadOnlyList<DamagedRow> damaged)
    {
        try
        {
            _rows!.PutAside(damaged);
            Epoch = 0;
        }
        catch (SqliteException fault)
        {
            throw SqliteFault.Explain($"Damaged records of the state in {_path} cannot be put aside", fault);
        }

        foreach (var (row, reason) in damaged)
            damage?.Report(
                $"{_path}#{row.Id}",
                $"The record '{row.Key}' of the table '{row.Table}' in {_path} is damaged and was put aside: {reason}"
            );
    }

    /// <inheritdoc/>
    public void KeepText(IReadOnlyList<JournalRow> rows)
    {
        try
        {
            _rows!.KeepText(rows);
        }
        catch (SqliteException fault)
        {
            throw SqliteFault.Explain($"Records of the state in {_path} cannot be kept aside", fault);
        }
    }

    /// <inheritdoc/>
    public long Lead()
    {
        try
        {
            return Epoch = SqliteEpochs.Begin(_connection!, _known, (time ?? TimeProvider.System).GetUtcNow());
        }
        catch (SqliteException fault)
        {
            throw SqliteFault.Explain($"The state in {_path} cannot be written", fault);
        }
    }

    /// <inheritdoc/>
    public void Write(JournalBatch batch) => Write(rows => rows.Write(batch), batch.Revision);

    /// <inheritdoc/>
    public void Apply(RowBatch batch)
    {
        // The whole state of another leader may be an older one than this was, which is no loss then.
        if (batch.IsWhole)
            ForgetReached();
        Write(rows => rows.Apply(batch), batch.Position.Revision);
        Epoch = _known = batch.Position.Epoch;
    }

    /// <inheritdoc/>
    public IJournalReader OpenReader() => SqliteReader.Open(_path);

    private void Write(Action<SqliteRows> write, long revision)
    {
        if (_rows is null)
            throw new InvalidOperationException("The journal is not open.");
        try
        {
            write(_rows);
        }
        catch (Exception fault) when (fault is SqliteException or IOException)
        {
            throw SqliteFault.Explain("The change was not kept: the state cannot be written", fault);
        }

        try
        {
            _mark!.Write(revision);
        }
        catch (IOException)
        {
            // The batch is durable. A mark that is behind only tells less.
        }
    }

    /// <exception cref="JournalException">It cannot be: the next start would miss what was reached.</exception>
    private void ForgetReached()
    {
        try
        {
            _mark!.Write(0);
        }
        catch (IOException fault)
        {
            throw SqliteFault.Explain(
                $"The change was not kept: {RevisionMark.PathOf(_path)} cannot be written",
                fault
            );
        }
    }

    /// <summary>Makes a consistent copy of what is durable now, while the store goes on.</summary>
    /// <param name="target">The copy's file; it must not exist.</param>
    /// <exception cref="JournalException">The copy cannot be made.</exception>
    public void BackUp(string target)
    {
        try
        {
            SqliteFile.Copy(_path, Path.GetFullPath(target));
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteFault.Explain($"The state in {_path} cannot be copied to {target}", fault);
        }
    }

    private void TryAddSums(List<(long Id, uint Sum)> sums)
    {
        try
        {
            _rows!.AddSums(sums);
        }
        catch (SqliteException)
        {
            // A full disk, most likely. The rows are good without them, and the next start tries again.
        }
    }

    private void LosesRevisions(long revision, long reached)
    {
        var what =
            $"{_path} is older than it was: it has revision {revision} and had reached {reached}, so "
            + $"{Path.GetFileName(_path)}-wal is missing, or another file was put in its place.";
        if (!acceptsLoss)
            throw new JournalException(
                $"{what} Restore a backup (estiba restore), choose another data directory with --data, or go on "
                    + "without the last changes with --accept-loss."
            );
        damage?.Report($"{_path}-wal", $"{what} It was opened as it is.");
    }

    /// <inheritdoc cref="SqliteFile.LimitPages"/>
    internal void LimitPages(long pages) => SqliteFile.LimitPages(_connection!, pages);

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows?.Dispose();
        _mark?.Dispose();
        _connection?.Dispose();
        _fileLock?.Dispose();
    }
}
