using Microsoft.Data.Sqlite;

namespace Estiba.State.Journals;

/// <summary>The epochs in a state file: the newest of them may write.</summary>
internal static class SqliteEpochs
{
    internal static long Newest(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce(max(epoch), 0) FROM epochs";
        return (long)command.ExecuteScalar()!;
    }

    internal static List<EpochStart> All(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT epoch, revision FROM epochs ORDER BY epoch";
        using var reader = command.ExecuteReader();
        var epochs = new List<EpochStart>();
        while (reader.Read())
            epochs.Add(new EpochStart(reader.GetInt64(0), reader.GetInt64(1)));
        return epochs;
    }

    /// <summary>Begins an epoch at the revision that the file has.</summary>
    /// <param name="connection">The file.</param>
    /// <param name="known">An epoch that is over.</param>
    /// <param name="now">The time.</param>
    /// <returns>The time in milliseconds, or more where an epoch of that number was there. A counter would not do: a
    /// file that lost its end, or was restored, does not know which numbers it gave, and must give none
    /// again.</returns>
    internal static long Begin(SqliteConnection connection, long known, DateTimeOffset now)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT INTO epochs (epoch, revision)
            SELECT max($now, $known + 1, (SELECT coalesce(max(epoch), 0) + 1 FROM epochs)), max(value) FROM revision
            RETURNING epoch
            """;
        command.Parameters.AddWithValue("$now", now.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$known", known);
        var epoch = (long)command.ExecuteScalar()!;
        command.CommandText = $"""
            DELETE FROM epochs WHERE epoch NOT IN
            (SELECT epoch FROM epochs ORDER BY epoch DESC LIMIT {EpochLog.Kept})
            """;
        command.ExecuteNonQuery();
        transaction.Commit();
        return epoch;
    }

    /// <summary>
    /// Forgets what led here, because rows were taken away beside all batches: whoever follows must start anew, and so
    /// must this file where it follows.
    /// </summary>
    internal static void Break(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "DELETE FROM epochs";
        command.ExecuteNonQuery();
    }

    /// <summary>Notes the epoch of a leader elsewhere, and where this file first heard of it.</summary>
    internal static void Hear(SqliteConnection connection, SqliteTransaction transaction, JournalPosition begin)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT OR IGNORE INTO epochs (epoch, revision) VALUES ($epoch, $revision)";
        command.Parameters.AddWithValue("$epoch", begin.Epoch);
        command.Parameters.AddWithValue("$revision", begin.Revision);
        command.ExecuteNonQuery();
    }
}
