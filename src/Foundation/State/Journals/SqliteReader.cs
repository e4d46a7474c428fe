using Estiba.Files;
using Microsoft.Data.Sqlite;

namespace Estiba.State.Journals;

/// <summary>Reads a state file beside the one who writes it, as it is at one moment.</summary>
internal sealed class SqliteReader : IJournalReader
{
    private readonly string _path;
    private readonly SqliteConnection _connection;

    private SqliteReader(string path, SqliteConnection connection) => (_path, _connection) = (path, connection);

    /// <exception cref="JournalException">The file cannot be read.</exception>
    internal static SqliteReader Open(string path) =>
        Explained(path, () => new SqliteReader(path, SqliteFile.OpenToRead(path)));

    /// <inheritdoc/>
    public RowBatch? Read(JournalPosition after) => Explained(_path, () =>
        {
            using var transaction = _connection.BeginTransaction(deferred: true);
            return ReadDurable(after);
        });

    public void Dispose() => _connection.Dispose();

    /// <summary>How many batches and deletions of a file's history are damaged; the first format has none.</summary>
    internal static int DamagedHistory(SqliteConnection connection)
    {
        if (!SqliteFile.HasColumn(connection, "revision"))
            return 0;
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sum, rows FROM batches";
        var damaged = 0;
        using (var batches = command.ExecuteReader())
        {
            while (batches.Read())
                damaged += Checksum.Of((byte[])batches.GetValue(1)) == batches.GetInt64(0) ? 0 : 1;
        }

        command.CommandText = "SELECT id, table_id, key, sum FROM deletions";
        using var deletions = command.ExecuteReader();
        while (deletions.Read())
            damaged += IsIntact(deletions) ? 0 : 1;
        return damaged;
    }

    private static bool IsIntact(SqliteDataReader deletion) =>
        deletion.GetInt64(3) == RowSum.Of(deletion.GetInt64(0), deletion.GetInt64(1), deletion.GetString(2), []);

    private RowBatch? ReadDurable(JournalPosition after)
    {
        var epochs = SqliteEpochs.All(_connection);
        var position = new JournalPosition(
            SqliteFile.Revision(_connection, _path),
            epochs.Count == 0 ? 0 : epochs[^1].Epoch
        );
        if (position == after)
            return null;
        if (after == JournalPosition.None)
            return ReadWhole(position);
        EpochLog.Check(epochs, position.Revision, after);
        if (position.Revision == after.Revision)
            return new RowBatch { After = after, Position = position };
        return new RowBatch
        {
            After = after,
            Position = position,
            Rows = ReadRows(ReadNumbers(after)),
            Deleted = ReadDeletions(after),
        };
    }

    private RowBatch ReadWhole(JournalPosition position)
    {
        var rows = new List<JournalRow>();
        SqliteRows.Load(_connection, row => rows.Add(Intact(row with { Value = row.Value.ToArray() })));
        return new RowBatch
        {
            After = JournalPosition.None,
            Position = position,
            Rows = rows,
        };
    }

    /// <summary>The numbers of all rows that were written after a position; some may be gone since.</summary>
    private HashSet<long> ReadNumbers(JournalPosition after)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT previous, sum, rows FROM batches WHERE revision > $after ORDER BY revision";
        command.Parameters.AddWithValue("$after", after.Revision);
        using var reader = command.ExecuteReader();
        var numbers = new HashSet<long>();
        var isFirst = true;
        while (reader.Read())
        {
            if (isFirst && reader.GetInt64(0) > after.Revision)
                throw Trimmed(after);
            isFirst = false;
            var rows = (byte[])reader.GetValue(2);
            if (Checksum.Of(rows) != reader.GetInt64(1))
                throw Trimmed(after);
            RowNumbers.Read(rows, numbers);
        }

        return isFirst ? throw Trimmed(after) : numbers;
    }

    private List<JournalRow> ReadRows(HashSet<long> numbers)
    {
        var tables = SqliteRows.ReadTables(_connection);
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT table_id, key, value, sum, revision FROM rows WHERE id = $id";
        var number = command.Parameters.Add(new SqliteParameter { ParameterName = "$id" });
        var rows = new List<JournalRow>(numbers.Count);
        foreach (var id in numbers.Order())
        {
            number.Value = id;
            using var reader = command.ExecuteReader();
            if (!reader.Read())
                continue;
            var (table, key, value) = (reader.GetInt64(0), reader.GetString(1), (byte[])reader.GetValue(2));
            var isIntact = reader.IsDBNull(3) || reader.GetInt64(3) == RowSum.Of(id, table, key, value);
            rows.Add(Intact(new JournalRow(tables[table], id, key, value, isIntact, reader.GetInt64(4))));
        }

        return rows;
    }

    private List<DeletedRow> ReadDeletions(JournalPosition after)
    {
        var tables = SqliteRows.ReadTables(_connection);
        using var command = _connection.CreateCommand();
        command.CommandText =
            "SELECT id, table_id, key, sum FROM deletions WHERE revision > $after ORDER BY revision, id";
        command.Parameters.AddWithValue("$after", after.Revision);
        using var reader = command.ExecuteReader();
        var deleted = new List<DeletedRow>();
        while (reader.Read())
        {
            if (!IsIntact(reader))
                throw Trimmed(after);
            deleted.Add(new DeletedRow(tables[reader.GetInt64(1)], reader.GetInt64(0), reader.GetString(2)));
        }

        return deleted;
    }

    private JournalRow Intact(JournalRow row) =>
        row.IsIntact
            ? row
            : throw new JournalException(
                $"The record '{row.Key}' of the table '{row.Table}' in {_path} is damaged and cannot be followed. "
                    + "Restore a backup (estiba restore)."
            );

    private static RevisionTrimmedException Trimmed(JournalPosition after) =>
        new(after, "what changed since is no longer kept.");

    private static T Explained<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault)
            when (fault is SqliteException or InvalidCastException or InvalidOperationException or KeyNotFoundException)
        {
            throw SqliteFault.Explain($"The state in {path} cannot be read", fault);
        }
    }
}
