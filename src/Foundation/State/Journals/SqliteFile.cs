using Estiba.Files;
using Microsoft.Data.Sqlite;

namespace Estiba.State.Journals;

/// <summary>Opens the journal's file: its modes, its settings and its format.</summary>
internal static class SqliteFile
{
    /// <summary>The format that this version writes. A file of a later one is refused.</summary>
    internal const int Format = 2;

    /// <summary>SQLite's <c>application_id</c> of our files: "Estb".</summary>
    private const int ApplicationId = 0x45737462;

    // A version that knows nothing of checksums changes values and leaves the sums: such a sum is then none. Written
    // anew, value and sum differ both.
    private const string StaleSums = """
        CREATE TRIGGER stale_sum AFTER UPDATE OF value ON rows WHEN NEW.sum IS OLD.sum AND NEW.value IS NOT OLD.value
        BEGIN UPDATE rows SET sum = NULL WHERE id = NEW.id; END;
        """;

    // What changed when: for each batch the numbers of the rows that it wrote (RowNumbers), the revision before it and
    // the changes of all batches until it; and the rows that are gone. An index of the rows by revision would cost each
    // write far more than these few bytes.
    private const string Following = """
        CREATE TABLE batches (
          revision INTEGER PRIMARY KEY, previous INTEGER NOT NULL, total INTEGER NOT NULL, at INTEGER NOT NULL,
          sum INTEGER NOT NULL, rows BLOB NOT NULL);
        CREATE TABLE deletions (
          revision INTEGER NOT NULL, id INTEGER NOT NULL, table_id INTEGER NOT NULL, key TEXT NOT NULL,
          sum INTEGER NOT NULL, PRIMARY KEY (revision, id, table_id, key)) WITHOUT ROWID;
        CREATE TABLE epochs (epoch INTEGER PRIMARY KEY, revision INTEGER NOT NULL);
        CREATE TABLE aside (
          id INTEGER NOT NULL, revision INTEGER NOT NULL, table_id INTEGER NOT NULL, key TEXT NOT NULL,
          value BLOB NOT NULL, PRIMARY KEY (id, revision)) WITHOUT ROWID;
        """;

    /// <summary>Makes the directory of a file when it is not there, with access for its owner only.</summary>
    internal static void CreateDirectory(string path) => PrivateFiles.CreateDirectory(Path.GetDirectoryName(path)!);

    /// <summary>Opens a file for access by its owner only, making it when it is not there.</summary>
    internal static FileStream OpenOwned(string path, FileShare share) =>
        PrivateFiles.OpenStream(path, System.IO.FileMode.OpenOrCreate, FileAccess.ReadWrite, share);

    /// <summary>Opens the file for writing, with this version's tables when it is empty.</summary>
    /// <exception cref="JournalException">The file is of a later version, or something else.</exception>
    internal static SqliteConnection Open(string path)
    {
        // SQLite gives the write-ahead file and the shared memory the mode of the main file.
        OpenOwned(path, FileShare.ReadWrite).Dispose();
        var connection = Connect(path, SqliteOpenMode.ReadWrite);
        try
        {
            // First, so that a file which is not ours stays as it is.
            CheckFormat(connection, path);

            // A group is acknowledged only when it is on the disk: FULL syncs the write-ahead file at every commit.
            // It is copied back every 16 MiB, and gives back what one large commit made it grow.
            Execute(
                connection,
                """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 4000;
                PRAGMA journal_size_limit = 67108864;
                """
            );
            Migrate(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens the file to be read only, beside whoever writes it.</summary>
    /// <exception cref="JournalException">The file is of a later version, or something else.</exception>
    internal static SqliteConnection OpenToRead(string path)
    {
        var connection = Connect(path, SqliteOpenMode.ReadOnly);
        try
        {
            if (!IsOurs(connection, path))
                throw new JournalException($"{path} is empty.");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether rows have a column: a file of an earlier version gets what it lacks when it is opened for writing.
    /// </summary>
    internal static bool HasColumn(SqliteConnection connection, string name) =>
        Scalar(connection, $"SELECT count(*) FROM pragma_table_info('rows') WHERE name = '{name}'") > 0;

    /// <summary>The revision of the last batch.</summary>
    /// <exception cref="JournalException">There is none.</exception>
    internal static long Revision(SqliteConnection connection, string path)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT max(value) FROM revision WHERE typeof(value) = 'integer'";
        return command.ExecuteScalar() is long revision
            ? revision
            : throw new JournalException(
                $"{path} does not say which revision it has: somebody has changed it. Restore the data directory "
                    + "from a backup (estiba restore)."
            );
    }

    /// <summary>Writes what is durable now into a new file, from a connection of its own.</summary>
    internal static void Copy(string path, string target)
    {
        CreateDirectory(target);
        if (File.Exists(target))
            throw new IOException($"{target} is there already.");
        OpenOwned(target, FileShare.ReadWrite).Dispose();
        try
        {
            // Only to read: the last one to close a file that it may write takes the write-ahead file away.
            using var connection = Connect(path, SqliteOpenMode.ReadOnly);
            using var command = connection.CreateCommand();
            command.CommandText = "VACUUM INTO $target";
            command.Parameters.AddWithValue("$target", target);
            command.ExecuteNonQuery();
        }
        catch
        {
            File.Delete(target);
            throw;
        }
    }

    /// <summary>Lets the file grow to so many pages only, as a full disk would. For tests.</summary>
    internal static void LimitPages(SqliteConnection connection, long pages) =>
        Execute(connection, $"PRAGMA max_page_count = {pages}");

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = mode,
                Pooling = false,
            }.ToString()
        );
        connection.Open();
        return connection;
    }

    private static void CheckFormat(SqliteConnection connection, string path)
    {
        if (IsOurs(connection, path))
            return;

        // Rows are found by a number kept in memory: long random keys would cost most of the journal's speed.
        Execute(
            connection,
            $"""
            BEGIN;
            CREATE TABLE revision (value INTEGER NOT NULL);
            INSERT INTO revision VALUES (0);
            CREATE TABLE tables (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
            CREATE TABLE rows (
              id INTEGER PRIMARY KEY, table_id INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, sum INTEGER,
              revision INTEGER NOT NULL DEFAULT 0);
            {StaleSums}
            {Following}
            PRAGMA application_id = {ApplicationId};
            PRAGMA user_version = {Format};
            COMMIT;
            """
        );
    }

    /// <summary>
    /// Brings a file of an earlier format to this one, in one transaction: whoever is killed meanwhile finds it as it
    /// was. Rows stay where they are; which revision wrote them is not known.
    /// </summary>
    private static void Migrate(SqliteConnection connection)
    {
        if (Scalar(connection, "PRAGMA user_version") == Format)
            return;
        Execute(connection, "BEGIN IMMEDIATE");
        MigrateWithin(connection);
        Execute(connection, "COMMIT");
    }

    /// <summary>What <see cref="Migrate"/> does within its transaction.</summary>
    internal static void MigrateWithin(SqliteConnection connection)
    {
        if (!HasColumn(connection, "sum"))
            Execute(connection, $"ALTER TABLE rows ADD COLUMN sum INTEGER; {StaleSums}");
        Execute(
            connection,
            $"""
            ALTER TABLE rows ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
            {Following}
            PRAGMA user_version = {Format};
            """
        );
    }

    /// <summary>Whether it is a state file; false where it is empty.</summary>
    private static bool IsOurs(SqliteConnection connection, string path)
    {
        var application = Scalar(connection, "PRAGMA application_id");
        var format = Scalar(connection, "PRAGMA user_version");
        if (application == 0 && format == 0 && Scalar(connection, "SELECT count(*) FROM sqlite_schema") == 0)
            return false;

        if (application != ApplicationId)
            throw new JournalException($"{path} is not a state file of Estiba. Choose another data directory.");
        if (format > Format)
        {
            throw new JournalException(
                $"{path} was written by a later version of Estiba (format {format}; this version knows {Format}). "
                    + "Start that version, or choose another data directory."
            );
        }

        return true;
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
