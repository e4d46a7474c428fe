using System.Buffers;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Estiba.State;

/// <summary>Reads and writes the rows of an open file, with statements that are prepared once.</summary>
internal sealed class SqliteRows : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand put;
    private readonly SqliteCommand delete;
    private readonly SqliteCommand revision;
    private readonly Dictionary<string, long> tables = [];
    private readonly ArrayBufferWriter<byte> buffer = new();
    private readonly Utf8JsonWriter json;

    internal SqliteRows(SqliteConnection connection)
    {
        this.connection = connection;
        json = new Utf8JsonWriter(buffer);
        put = Prepare(
            "INSERT INTO rows (id, table_id, key, value) VALUES ($0, $1, $2, $3) ON CONFLICT (id) DO UPDATE SET value = excluded.value", 4);
        delete = Prepare("DELETE FROM rows WHERE id = $0", 1);
        revision = Prepare("UPDATE revision SET value = $0", 1);
    }

    internal (long Revision, long LastRowId) Load(Action<JournalRow> row)
    {
        var names = ReadTables();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, table_id, key, value FROM rows ORDER BY id";
        using var reader = command.ExecuteReader();
        var lastId = 0L;
        var value = new byte[4096];
        while (reader.Read())
        {
            // The reader has no way to read a value into a buffer that is there already.
            var bytes = raw.sqlite3_column_blob(reader.Handle, 3);
            if (bytes.Length > value.Length) value = new byte[Math.Max(bytes.Length, value.Length * 2)];
            bytes.CopyTo(value);

            lastId = reader.GetInt64(0);
            row(new JournalRow(names[reader.GetInt64(1)], lastId, reader.GetString(2), value.AsMemory(0, bytes.Length)));
        }

        using var last = connection.CreateCommand();
        last.CommandText = "SELECT value FROM revision";
        return ((long)last.ExecuteScalar()!, lastId);
    }

    internal void Write(JournalBatch batch)
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        try
        {
            foreach (var change in batch.Changes)
            {
                if (change.IsDelete) Execute(delete, transaction, change.RowId);
                else Execute(put, transaction, change.RowId, TableId(change.Table.Name, transaction), change.Key, Serialize(change));
            }

            Execute(revision, transaction, batch.Revision);
            transaction.Commit();
        }
        catch
        {
            // What this batch called new is not there.
            tables.Clear();
            throw;
        }
    }

    public void Dispose()
    {
        json.Dispose();
        put.Dispose();
        delete.Dispose();
        revision.Dispose();
    }

    private static void Execute(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
    }

    private byte[] Serialize(Change change)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        change.Write(json);
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private long TableId(string name, SqliteTransaction transaction)
    {
        if (tables.TryGetValue(name, out var id)) return id;

        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO tables (name) VALUES ($name) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id";
        command.Parameters.AddWithValue("$name", name);
        return tables[name] = (long)command.ExecuteScalar()!;
    }

    private Dictionary<long, string> ReadTables()
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, name FROM tables";
        using var reader = command.ExecuteReader();
        var names = new Dictionary<long, string>();
        while (reader.Read()) names.Add(reader.GetInt64(0), reader.GetString(1));
        return names;
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        command.Prepare();
        return command;
    }
}
