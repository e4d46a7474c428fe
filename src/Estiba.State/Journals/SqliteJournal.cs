using Microsoft.Data.Sqlite;

namespace Estiba.State;

/// <summary>Keeps the rows in one SQLite file, in write-ahead mode with a sync for every batch.</summary>
/// <remarks>
/// The file and its companions have mode 0600; a directory that has to be made has mode 0700. A lock file beside it keeps a second
/// process out.
/// </remarks>
/// <param name="path">The file; it is made when it is not there.</param>
public sealed class SqliteJournal(string path) : IJournal
{
    private readonly string path = Path.GetFullPath(path);
    private FileLock? fileLock;
    private SqliteConnection? connection;
    private SqliteRows? rows;

    /// <inheritdoc/>
    public bool IsImmediate => false;

    /// <inheritdoc/>
    public (long Revision, long LastRowId) Load(Action<JournalRow> row)
    {
        try
        {
            fileLock = FileLock.Take(path);
            connection = SqliteFile.Open(path);
            rows = new SqliteRows(connection);
            return rows.Load(row);
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteFault.Explain($"The state in {path} cannot be opened", fault);
        }
    }

    /// <inheritdoc/>
    public void Write(JournalBatch batch)
    {
        if (rows is null) throw new InvalidOperationException("The journal is not open.");
        try
        {
            rows.Write(batch);
        }
        catch (SqliteException fault)
        {
            throw SqliteFault.Explain($"The change was not kept: the state in {path} cannot be written", fault);
        }
    }

    /// <summary>Makes a consistent copy of what is durable now, while the store goes on.</summary>
    /// <param name="target">The copy's file; it must not exist.</param>
    /// <exception cref="JournalException">The copy cannot be made.</exception>
    public void BackUp(string target)
    {
        try
        {
            SqliteFile.Copy(path, Path.GetFullPath(target));
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteFault.Explain($"The state in {path} cannot be copied to {target}", fault);
        }
    }

    /// <inheritdoc cref="SqliteFile.LimitPages"/>
    internal void LimitPages(long pages) => SqliteFile.LimitPages(connection!, pages);

    /// <inheritdoc/>
    public void Dispose()
    {
        rows?.Dispose();
        connection?.Dispose();
        fileLock?.Dispose();
    }
}
