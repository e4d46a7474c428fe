using System.Globalization;
using Estiba.Files;
using Microsoft.Data.Sqlite;

namespace Estiba.State.Journals;

/// <summary>
/// Reads a state file without changing anything, beside a platform that runs or without one, and says what is wrong
/// with it.
/// </summary>
public static class StateCheck
{
    /// <summary>The process that has a state file open; null where none has.</summary>
    public static int? HolderOf(string path) => FileLock.HolderOf(Path.GetFullPath(path));

    /// <summary>Checks the file's structure and every row.</summary>
    /// <param name="path">The state file.</param>
    /// <param name="tables">The tables that are known.</param>
    /// <param name="findings">Gets what is found.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The state, without what is damaged; null where it cannot be read at all.</returns>
    public static async Task<View?> RunAsync(
        string path,
        IReadOnlyList<Table> tables,
        Action<Finding> findings,
        CancellationToken cancellation
    )
    {
        if (!File.Exists(path))
        {
            findings(new Finding($"{path} is missing. Restore a backup (estiba restore)."));
            return null;
        }

        try
        {
            var journal = new Reader(Path.GetFullPath(path), findings);
            await using var store = await Store.OpenAsync(journal, tables, logger: null, cancellation);
            return store.Current;
        }
        catch (Exception fault)
            when (fault is JournalException or SqliteException or InvalidCastException or InvalidOperationException)
        {
            findings(
                new Finding(
                    fault is JournalException
                        ? fault.Message
                        : SqliteFault.Explain($"The state in {path} cannot be read", fault).Message
                )
            );
            return null;
        }
    }

    /// <summary>A journal that is only read, and that takes no lock.</summary>
    private sealed class Reader(string path, Action<Finding> findings) : IJournal
    {
        private const int MostFaults = 20;

        public bool IsImmediate => false;

        public bool AcceptsLoss => true;

        public (long Revision, long LastRowId) Load(Action<JournalRow> row)
        {
            using var connection = SqliteFile.OpenToRead(path);
            // one state, whatever is written meanwhile
            using var transaction = connection.BeginTransaction(deferred: true);
            foreach (var fault in Faults(connection))
                findings(new Finding($"{path} is damaged: {fault}. Restore a backup (estiba restore)."));
            if (SqliteReader.DamagedHistory(connection) is > 0 and var damaged)
                findings(
                    new Finding(
                        $"What changed when is damaged in {path} (entries: "
                            + $"{damaged.ToString(CultureInfo.InvariantCulture)}): whoever follows that state starts "
                            + "anew. Nothing of the state itself is lost."
                    )
                );
            var revision = SqliteFile.Revision(connection, path);
            var mark = FileLock.HolderOf(path) is null ? RevisionMark.Read(path) : 0;
            if (mark is null)
                findings(
                    new Finding(
                        $"{RevisionMark.PathOf(path)} is damaged: whether {path} is as new as it was is not known. "
                            + "The next start writes it anew."
                    )
                );
            if (mark > revision)
            {
                findings(
                    new Finding(
                        $"{path} is older than it was: it has revision "
                            + $"{revision.ToString(CultureInfo.InvariantCulture)} and had reached "
                            + $"{mark.Value.ToString(CultureInfo.InvariantCulture)}, "
                            + $"so {Path.GetFileName(path)}-wal is missing, or another file was put in its place. "
                            + "Restore a backup (estiba restore)."
                    )
                );
            }

            return (revision, SqliteRows.Load(connection, row));
        }

        public void Write(JournalBatch batch) => throw new InvalidOperationException("A check changes nothing.");

        public void PutAside(IReadOnlyList<DamagedRow> damaged)
        {
            foreach (var (row, reason) in damaged)
                findings(
                    new Finding(
                        $"The record '{row.Key}' of the table '{row.Table}' in {path} is damaged: {reason} Restore "
                            + "a backup (estiba restore), or start with --accept-loss."
                    )
                );
        }

        public void Dispose() { }

        private static List<string> Faults(SqliteConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA integrity_check({MostFaults})";
            using var reader = command.ExecuteReader();
            var faults = new List<string>();
            while (reader.Read())
            {
                if (reader.GetString(0) is not "ok" and var fault)
                    faults.Add(fault.ReplaceLineEndings(" "));
            }

            return faults;
        }
    }
}
