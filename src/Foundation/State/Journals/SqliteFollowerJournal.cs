using Microsoft.Data.Sqlite;

namespace Estiba.State.Journals;

/// <summary>
/// The file of a <see cref="SqliteJournal"/> as one who follows sees it, beside the leader and without its lock. When
/// the leader is gone, this one may lead with the same file.
/// </summary>
/// <param name="path">The file; a leader of this version has opened it.</param>
public sealed class SqliteFollowerJournal(string path) : IJournal
{
    private readonly string _path = Path.GetFullPath(path);
    private readonly Dictionary<long, JournalRow> _unread = [];
    private SqliteJournal? _led;

    /// <inheritdoc/>
    public bool IsImmediate => false;

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public long Epoch { get; private set; }

    /// <inheritdoc/>
    public (long Revision, long LastRowId) Load(Action<JournalRow> row)
    {
        try
        {
            using var connection = SqliteFile.OpenToRead(_path);
            using var transaction = connection.BeginTransaction(deferred: true);
            Epoch = SqliteEpochs.Newest(connection);
            return (SqliteFile.Revision(connection, _path), SqliteRows.Load(connection, row));
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
            throw SqliteFault.Explain($"The state in {_path} cannot be read", fault);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="JournalException">Another process has the file open to write it.</exception>
    public long Lead()
    {
        if (_led is not null)
            return Epoch = _led.Lead();
        var led = new SqliteJournal(_path);
        try
        {
            led.OpenUnread();
            Epoch = led.Lead();
            led.KeepText([.. _unread.Values]);
            _unread.Clear();
            _led = led;
            return Epoch;
        }
        catch
        {
            led.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Resign()
    {
        _led?.Dispose();
        _led = null;
    }

    /// <summary>Keeps the text as soon as it leads: until then it may write nothing, and nothing is changed.</summary>
    public void KeepText(IReadOnlyList<JournalRow> rows)
    {
        if (_led is not null)
        {
            _led.KeepText(rows);
            return;
        }

        foreach (var row in rows)
            _unread[row.Id] = row with { Value = default };
    }

    /// <inheritdoc/>
    public void Write(JournalBatch batch) =>
        (_led ?? throw new InvalidOperationException("The journal does not lead.")).Write(batch);

    /// <summary>Does nothing: the leader has written it here.</summary>
    public void Apply(RowBatch batch) => Epoch = Math.Max(Epoch, batch.Position.Epoch);

    /// <inheritdoc/>
    public IJournalReader OpenReader() => SqliteReader.Open(_path);

    /// <inheritdoc/>
    public void Dispose() => _led?.Dispose();
}
