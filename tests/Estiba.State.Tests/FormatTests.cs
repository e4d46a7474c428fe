using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Serialization;
using Estiba.State.Journals;
using Microsoft.Data.Sqlite;
using static Estiba.State.Tests.Following.Histories;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

/// <summary>
/// A file that the last version with format 1 has left when it was killed, with three tables, changed and deleted
/// records, and most of it in the write-ahead file.
/// </summary>
public sealed class FormatTests : IDisposable
{
    private static readonly Table<NoteSample> Notes = new("notes", note => note.Key, NoteJson.Default);

    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.File("state.db");

    public FormatTests()
    {
        using var packed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", "format-1.tar.gz"));
        using var tar = new GZipStream(packed, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(tar, _directory.Path, overwriteFiles: false);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_file_of_format_1_is_opened_with_all_that_it_holds_and_goes_on()
    {
        Scalar("PRAGMA user_version").ShouldBe(1);

        await using (var store = await OpenAllAsync())
        {
            ShouldBeWhatWasWritten(store.Current);
            await store.CommitAsync(transaction =>
            {
                transaction.Put(Services, new ServiceSample("service-0", 1_000));
                transaction.Delete(Notes, "note-1");
            });
        }

        Scalar("PRAGMA user_version").ShouldBe(2);
        Scalar("SELECT count(*) FROM rows WHERE sum IS NULL").ShouldBe(0);
        Scalar("SELECT count(*) FROM rows WHERE revision > 0").ShouldBe(1);
        await using var again = await OpenAllAsync();
        again.Current.Revision.ShouldBe(41);
        again.Current.Find(Services, "service-0")!.Desired.ShouldBe(1_000);
        again.Current.Find(Notes, "note-1").ShouldBeNull();
    }

    [Fact]
    public async Task A_migrated_file_can_be_followed_from_its_whole_state_and_from_the_migration_on()
    {
        await using var leader = await OpenAllAsync();
        await using var follower = await Store.OpenFollowerAsync(new MemoryJournal(), [.. All, Notes]);
        await CatchUpAsync(follower, new SqliteJournal(FilePath));
        ShouldBeWhatWasWritten(follower.Current);
        await leader.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("later", 1)));

        using var reader = new SqliteJournal(FilePath).OpenReader();
        var batch = reader.Read(follower.Position)!;
        batch.IsWhole.ShouldBeFalse();
        await follower.ApplyAsync(batch);

        ShouldEqual(follower.Current, leader.Current);
        Should.Throw<RevisionTrimmedException>(() => reader.Read(follower.Position with { Revision = 30 }));
    }

    [Fact]
    public async Task A_start_that_is_killed_while_it_migrates_leaves_the_file_as_it_was()
    {
        using (var connection = Connect())
        {
            Execute(connection, "PRAGMA cache_size = 1");
            Execute(connection, "BEGIN IMMEDIATE");
            SqliteFile.MigrateWithin(connection);

            // What somebody who is killed here leaves, with all that was written so far.
            foreach (var file in new[] { "state.db", "state.db-wal", "state.db.revision" })
                File.Copy(
                    _directory.File(file),
                    Directory.CreateDirectory(_directory.File("killed")).FullName + "/" + file
                );
            Execute(connection, "ROLLBACK");
        }

        await using (var killed = await OpenAllAsync(_directory.File("killed/state.db")))
            ShouldBeWhatWasWritten(killed.Current);
        await using var store = await OpenAllAsync();
        ShouldBeWhatWasWritten(store.Current);
    }

    [Fact]
    public async Task A_file_of_format_1_is_checked_as_it_is()
    {
        var findings = new List<Files.Finding>();

        var view = await StateCheck.RunAsync(FilePath, [.. All, Notes], findings.Add, CancellationToken.None);

        findings.ShouldBeEmpty();
        ShouldBeWhatWasWritten(view!);
        Scalar("PRAGMA user_version").ShouldBe(1);
    }

    private static void ShouldBeWhatWasWritten(View view)
    {
        var tasks =
            from n in Enumerable.Range(0, 40)
            from k in Enumerable.Range(0, 5)
            where n % 4 != 0 || k != 0
            select new TaskSample(
                $"task-{n:D3}-{k}",
                $"service-{n % 5}",
                k % 2 == 0 ? "RUNNING" : "PENDING",
                $"instance-{(n + k) % 7}"
            );
        view.Revision.ShouldBe(40);
        view.Range(Tasks).ShouldBe(tasks);
        view.Range(Services).ShouldBe(Enumerable.Range(0, 5).Select(n => new ServiceSample($"service-{n}", 35 + n)));
        view.Range(Notes)
            .ShouldBe(
                new[] { 39, 37, 38 }.Select(n => new NoteSample($"note-{n % 3}", new string('x', 10 * n) + " ñ €"))
            );
        view.Aggregate(Tasks, OfInstance, "instance-3")
            .ShouldBe(
                tasks
                    .Where(task => task.Instance == "instance-3")
                    .Aggregate(StatusCounts.None, (counts, task) => StatusCounts.Change(counts, null, task))
            );
    }

    private Task<Store> OpenAllAsync(string? path = null) =>
        Store.OpenAsync(new SqliteJournal(path ?? FilePath), [.. All, Notes]);

    private long Scalar(string sql)
    {
        using var connection = Connect();
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

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        return connection;
    }
}

internal sealed record NoteSample(string Key, string Text);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(NoteSample))]
internal sealed partial class NoteJson : JsonSerializerContext;
