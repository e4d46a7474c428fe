using System.Buffers;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Estiba.State.Journals;

/// <summary>Reads and writes the rows of an open file, with statements that are prepared once.</summary>
internal sealed class SqliteRows : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _revision;
    private readonly SqliteHistory _history;
    private readonly Dictionary<string, long> _tables = [];
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    internal SqliteRows(SqliteConnection connection, SqliteHistory history)
    {
        _connection = connection;
        _history = history;
        _json = new Utf8JsonWriter(_buffer);
        _put = Prepare(
            "INSERT INTO rows (id, table_id, key, value, sum, revision) VALUES ($0, $1, $2, $3, $4, $5) "
                + "ON CONFLICT (id) "
                + "DO UPDATE SET value = excluded.value, sum = excluded.sum, revision = excluded.revision",
            6
        );
        _delete = Prepare("DELETE FROM rows WHERE id = $0", 1);
        _revision = Prepare(
            "UPDATE revision SET value = $0 WHERE $1 = (SELECT coalesce(max(epoch), 0) FROM epochs)",
            2
        );
    }

    /// <summary>Reads every row of a file.</summary>
    /// <param name="connection">The file.</param>
    /// <param name="row">Gets each row.</param>
    /// <param name="withoutSum">Gets the number of each row that has no checksum, and what it would be: an earlier
    /// version has written it.</param>
    /// <returns>A number not smaller than that of any row.</returns>
    internal static long Load(
        SqliteConnection connection,
        Action<JournalRow> row,
        Action<long, uint>? withoutSum = null
    )
    {
        var names = ReadTables(connection);
        using var command = connection.CreateCommand();
        command.CommandText =
            $"SELECT id, table_id, key, value, {Column("sum", "NULL")}, {Column("revision", "0")} "
            + "FROM rows ORDER BY id";
        using var reader = command.ExecuteReader();
        var lastId = 0L;
        var value = new byte[4096];
        while (reader.Read())
        {
            // The reader has no way to read a value into a buffer that is there already.
            var bytes = raw.sqlite3_column_blob(reader.Handle, 3);
            if (bytes.Length > value.Length)
                value = new byte[Math.Max(bytes.Length, value.Length * 2)];
            bytes.CopyTo(value);

            lastId = reader.GetInt64(0);
            var (table, key) = (reader.GetInt64(1), reader.GetString(2));
            var sum = RowSum.Of(lastId, table, key, value.AsSpan(0, bytes.Length));
            var isIntact = reader.IsDBNull(4) || reader.GetInt64(4) == sum;
            if (reader.IsDBNull(4))
                withoutSum?.Invoke(lastId, sum);
            row(
                new JournalRow(
                    names.GetValueOrDefault(table) ?? $"#{table}",
                    lastId,
                    key,
                    value.AsMemory(0, bytes.Length),
                    isIntact,
                    reader.GetInt64(5)
                )
            );
        }

        return lastId;

        string Column(string name, string missing) => SqliteFile.HasColumn(connection, name) ? name : missing;
    }

    /// <summary>Gives checksums to rows that have none.</summary>
    internal void AddSums(IReadOnlyList<(long Id, uint Sum)> sums)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        using var command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "UPDATE rows SET sum = $sum WHERE id = $id";
        var id = command.Parameters.Add(new SqliteParameter { ParameterName = "$id" });
        var sum = command.Parameters.Add(new SqliteParameter { ParameterName = "$sum" });
        foreach (var row in sums)
        {
            id.Value = row.Id;
            sum.Value = (long)row.Sum;
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>Moves rows to a table that nobody reads.</summary>
    internal void PutAside(IReadOnlyList<DamagedRow> damaged)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        using var command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            CREATE TABLE IF NOT EXISTS damaged (id INTEGER, table_id INTEGER, key TEXT, value BLOB, sum INTEGER);
            INSERT INTO damaged SELECT id, table_id, key, value, sum FROM rows WHERE id = $id;
            DELETE FROM rows WHERE id = $id;
            """;
        var id = command.Parameters.Add(new SqliteParameter { ParameterName = "$id" });
        foreach (var (row, _) in damaged)
        {
            id.Value = row.Id;
            command.ExecuteNonQuery();
        }

        SqliteEpochs.Break(_connection, transaction);
        transaction.Commit();
    }

    /// <summary>Writes a batch of the one who leads.</summary>
    /// <exception cref="NotLeaderException">Somebody else does.</exception>
    internal void Write(JournalBatch batch) =>
        InTransaction(transaction =>
        {
            // SQLite writes nothing where nothing differs, and a batch without changes is there to try whether it can
            // write.
            if (batch.Changes.Count == 0)
                Reach(batch.Revision + 1, batch.Epoch, transaction);
            Reach(batch.Revision, batch.Epoch, transaction);
            foreach (var change in batch.Changes)
            {
                var table = TableId(change.Table.Name, transaction);
                if (change.IsDelete)
                    Delete(change.RowId, table, change.Key, batch.Revision, transaction);
                else
                    Put(change.RowId, table, change.Key, Serialize(change), batch.Revision, transaction);
            }

            _history.End(batch.Revision, transaction);
        });

    /// <summary>Writes a batch of a leader that has another journal.</summary>
    internal void Apply(RowBatch batch) =>
        InTransaction(transaction =>
        {
            if (batch.IsWhole)
                _history.Clear(transaction);
            SqliteEpochs.Hear(
                _connection,
                transaction,
                batch.IsWhole ? batch.Position : batch.Position with { Revision = batch.After.Revision }
            );
            Reach(batch.Position.Revision, batch.Position.Epoch, transaction);
            foreach (var row in batch.Deleted)
                Delete(row.Id, TableId(row.Table, transaction), row.Key, batch.Position.Revision, transaction);
            foreach (var row in batch.Rows)
                Put(row.Id, TableId(row.Table, transaction), row.Key, row.Value.ToArray(), row.Revision, transaction);
            if (batch.IsWhole)
                _history.Begin(batch.Position.Revision);
            else
                _history.End(batch.Position.Revision, transaction);
        });

    /// <summary>Keeps the text of rows in a table that nobody reads.</summary>
    internal void KeepText(IReadOnlyList<JournalRow> rows)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        using var command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT OR IGNORE INTO aside (id, revision, table_id, key, value)
            SELECT id, revision, table_id, key, value FROM rows WHERE id = $id;
            """;
        var id = command.Parameters.Add(new SqliteParameter { ParameterName = "$id" });
        foreach (var row in rows)
        {
            id.Value = row.Id;
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    public void Dispose()
    {
        _history.Dispose();
        _json.Dispose();
        _put.Dispose();
        _delete.Dispose();
        _revision.Dispose();
    }

    private void InTransaction(Action<SqliteTransaction> write)
    {
        using var transaction = _connection.BeginTransaction(deferred: true);
        try
        {
            write(transaction);
            transaction.Commit();
            _history.Kept();
        }
        catch
        {
            // What this batch called new is not there.
            _tables.Clear();
            _history.NotKept();
            throw;
        }
    }

    private void Reach(long revision, long epoch, SqliteTransaction transaction)
    {
        if (Execute(_revision, transaction, revision, epoch) == 0)
            throw NotLeaderException.StaleEpoch(epoch);
    }

    private void Put(long id, long table, string key, byte[] value, long revision, SqliteTransaction transaction)
    {
        Execute(_put, transaction, id, table, key, value, (long)RowSum.Of(id, table, key, value), revision);
        _history.Wrote(id);
    }

    private void Delete(long id, long table, string key, long revision, SqliteTransaction transaction)
    {
        Execute(_delete, transaction, id);
        _history.Deleted(id, table, key, revision, transaction);
    }

    private static int Execute(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        return command.ExecuteNonQuery();
    }

    private byte[] Serialize(Change change)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        change.Write(_json);
        _json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    private long TableId(string name, SqliteTransaction transaction)
    {
        if (_tables.TryGetValue(name, out var id))
            return id;

        using var command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            "INSERT INTO tables (name) VALUES ($name) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id";
        command.Parameters.AddWithValue("$name", name);
        return _tables[name] = (long)command.ExecuteScalar()!;
    }

    internal static Dictionary<long, string> ReadTables(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, name FROM tables";
        using var reader = command.ExecuteReader();
        var names = new Dictionary<long, string>();
        while (reader.Read())
            names.Add(reader.GetInt64(0), reader.GetString(1));
        return names;
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        command.Prepare();
        return command;
    }
}
