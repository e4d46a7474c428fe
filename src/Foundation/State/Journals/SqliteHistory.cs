using Estiba.Files;
using Microsoft.Data.Sqlite;

namespace Estiba.State.Journals;

/// <summary>Writes down in a state file what each batch changed, and forgets what is older than is kept.</summary>
internal sealed class SqliteHistory : IDisposable
{
    /// <summary>Old batches are deleted once in so many, a bounded number at once.</summary>
    private const int BatchesBetweenTrims = 64;

    private const int MostTrimmed = 1_024;

    /// <summary>
    /// How many changes those may have together, unless the oldest alone has more: twice what is written between two
    /// trims by batches of a thousand, as the largest that come often are.
    /// </summary>
    private const int MostChangesTrimmed = 2 * BatchesBetweenTrims * 1_000;

    private readonly JournalHistory _kept;
    private readonly TimeProvider _time;
    private readonly SqliteCommand _batch;
    private readonly SqliteCommand _deletion;
    private readonly SqliteCommand _oldest;
    private readonly SqliteCommand _trim;
    private readonly SqliteCommand _clear;
    private readonly List<long> _written = [];
    private int _deleted;
    private int _batches;
    private (long Revision, long Total) _last;
    private (long Revision, long Total) _next;

    internal SqliteHistory(SqliteConnection connection, JournalHistory kept, TimeProvider time)
    {
        (_kept, _time) = (kept, time);
        _next = _last = ReadLast(connection);
        _batch = Prepare(
            connection,
            "INSERT INTO batches (revision, previous, total, at, sum, rows) VALUES ($0, $1, $2, $3, $4, $5)",
            6
        );
        _deletion = Prepare(
            connection,
            "INSERT INTO deletions (revision, id, table_id, key, sum) VALUES ($0, $1, $2, $3, $4)",
            5
        );
        // The newest batch stays: it says where history ends.
        _oldest = Prepare(
            connection,
            "SELECT coalesce(max(revision), 0) FROM "
                + $"(SELECT revision, total, at FROM batches ORDER BY revision LIMIT {MostTrimmed}) "
                + "WHERE (total <= $0 OR at < $1) AND revision < (SELECT max(revision) FROM batches) "
                + $"AND total <= (SELECT total FROM batches ORDER BY revision LIMIT 1) + {MostChangesTrimmed}",
            2
        );
        _trim = Prepare(
            connection,
            "DELETE FROM deletions WHERE revision <= $0; DELETE FROM batches WHERE revision <= $0",
            1
        );
        _clear = Prepare(
            connection,
            "DELETE FROM rows; DELETE FROM deletions; DELETE FROM batches; DELETE FROM epochs",
            0
        );
    }

    /// <summary>The running batch wrote a row.</summary>
    internal void Wrote(long id) => _written.Add(id);

    /// <summary>The running batch deleted a row.</summary>
    internal void Deleted(long id, long table, string key, long revision, SqliteTransaction transaction)
    {
        _deleted++;
        Execute(_deletion, transaction, revision, id, table, key, (long)RowSum.Of(id, table, key, []));
    }

    /// <summary>The running batch has no more.</summary>
    internal void End(long revision, SqliteTransaction transaction)
    {
        if (_written.Count + _deleted == 0)
            return;
        _next = (revision, _last.Total + _written.Count + _deleted);
        var rows = RowNumbers.Write(_written);
        Execute(
            _batch,
            transaction,
            revision,
            _last.Revision,
            _next.Total,
            _time.GetUtcNow().ToUnixTimeMilliseconds(),
            (long)Checksum.Of(rows),
            rows
        );
        if (++_batches % BatchesBetweenTrims == 0)
            Trim(transaction);
    }

    /// <summary>The running batch takes the place of everything; what was before cannot be followed from.</summary>
    internal void Clear(SqliteTransaction transaction) => Execute(_clear, transaction);

    /// <summary>The batch that takes the place of everything has no more: history begins with it.</summary>
    internal void Begin(long revision) => _next = (revision, 0);

    /// <summary>The running batch is durable.</summary>
    internal void Kept()
    {
        _last = _next;
        _deleted = 0;
        _written.Clear();
    }

    /// <summary>Nothing of the running batch is there.</summary>
    internal void NotKept()
    {
        _next = _last;
        _deleted = 0;
        _written.Clear();
    }

    public void Dispose()
    {
        _batch.Dispose();
        _deletion.Dispose();
        _oldest.Dispose();
        _trim.Dispose();
        _clear.Dispose();
    }

    private void Trim(SqliteTransaction transaction)
    {
        _oldest.Transaction = transaction;
        _oldest.Parameters[0].Value = _next.Total - _kept.Changes;
        _oldest.Parameters[1].Value = (_time.GetUtcNow() - _kept.Age).ToUnixTimeMilliseconds();
        if (_oldest.ExecuteScalar() is long and > 0 and var revision)
            Execute(_trim, transaction, revision);
    }

    private static (long Revision, long Total) ReadLast(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT (SELECT max(value) FROM revision), (SELECT total FROM batches ORDER BY revision DESC LIMIT 1)";
        using var reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.IsDBNull(1) ? 0 : reader.GetInt64(1));
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        command.Prepare();
        return command;
    }

    private static void Execute(
        SqliteCommand command,
        SqliteTransaction transaction,
        params ReadOnlySpan<object> values
    )
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
    }
}
