using Microsoft.Data.Sqlite;

namespace Estiba.State;

/// <summary>Opens the journal's file: its modes, its settings and its format.</summary>
internal static class SqliteFile
{
    /// <summary>The format that this version writes. A file of a later one is refused.</summary>
    internal const int Format = 1;

    /// <summary>SQLite's <c>application_id</c> of our files: "Estb".</summary>
    private const int ApplicationId = 0x45737462;

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode DirectoryMode = FileMode | UnixFileMode.UserExecute;

    /// <summary>Makes the directory when it is not there, with access for its owner only.</summary>
    internal static void CreateDirectory(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, DirectoryMode);
    }

    /// <summary>Opens a file for access by its owner only, making it when it is not there.</summary>
    internal static FileStream OpenOwned(string path, FileShare share)
    {
        var options = new FileStreamOptions { Mode = System.IO.FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = FileMode;
        return new FileStream(path, options);
    }

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
            Execute(connection, """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 4000;
                PRAGMA journal_size_limit = 67108864;
                """);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Writes what is durable now into a new file, from a connection of its own.</summary>
    internal static void Copy(string path, string target)
    {
        CreateDirectory(target);
        if (File.Exists(target)) throw new IOException($"{target} is there already.");
        OpenOwned(target, FileShare.ReadWrite).Dispose();
        try
        {
            using var connection = Connect(path, SqliteOpenMode.ReadWrite);
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
    internal static void LimitPages(SqliteConnection connection, long pages) => Execute(connection, $"PRAGMA max_page_count = {pages}");

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void CheckFormat(SqliteConnection connection, string path)
    {
        var application = Scalar(connection, "PRAGMA application_id");
        var format = Scalar(connection, "PRAGMA user_version");
        if (application == 0 && format == 0 && Scalar(connection, "SELECT count(*) FROM sqlite_schema") == 0)
        {
            // Rows are found by a number kept in memory: long random keys would cost most of the journal's speed.
            Execute(connection, $"""
                BEGIN;
                CREATE TABLE revision (value INTEGER NOT NULL);
                INSERT INTO revision VALUES (0);
                CREATE TABLE tables (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
                CREATE TABLE rows (id INTEGER PRIMARY KEY, table_id INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL);
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {Format};
                COMMIT;
                """);
            return;
        }

        if (application != ApplicationId)
            throw new JournalException($"{path} is not a state file of Estiba. Choose another data directory.");
        if (format > Format)
        {
            throw new JournalException(
                $"{path} was written by a later version of Estiba (format {format}; this version knows {Format}). "
                + "Start that version, or choose another data directory.");
        }
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
