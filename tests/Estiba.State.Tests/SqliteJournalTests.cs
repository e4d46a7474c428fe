using Estiba.State.Journals;
using Microsoft.Data.Sqlite;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

public sealed class SqliteJournalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.File("data/state.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_was_committed_is_there_after_a_restart()
    {
        await using (var store = await OpenAsync(new SqliteJournal(FilePath)))
        {
            await store.CommitAsync(transaction =>
            {
                transaction.Put(Tasks, new TaskSample("1", "web", "RUNNING"));
                transaction.Put(Tasks, new TaskSample("2", "web", "RUNNING"));
            });
            await store.CommitAsync(transaction =>
            {
                transaction.Put(Tasks, new TaskSample("1", "web", "STOPPED"));
                transaction.Delete(Tasks, "2");
                transaction.Put(Services, new ServiceSample("web", 1));
            });
        }

        await using var again = await OpenAsync(new SqliteJournal(FilePath));
        again.Current.Range(Tasks).ShouldBe([new TaskSample("1", "web", "STOPPED")]);
        again.Current.Where(Tasks, ByService, "web").Count().ShouldBe(1);
        again.Current.Find(Services, "web").ShouldBe(new ServiceSample("web", 1));
        again.Current.Revision.ShouldBe(2);
    }

    [Fact]
    public async Task A_probe_writes_although_nothing_changes()
    {
        var journal = new SqliteJournal(FilePath);
        await using var store = await OpenAsync(journal);
        await PutAsync(store, "a");
        var log = new FileInfo(FilePath + "-wal");
        var before = log.Length;

        await store.ProbeAsync();

        log.Refresh();
        log.Length.ShouldBeGreaterThan(before);
        store.Current.Revision.ShouldBe(1);
    }

    [Fact]
    public async Task A_record_that_was_deleted_and_put_again_is_there_once_after_restarts()
    {
        for (var round = 1; round <= 3; round++)
        {
            await using var store = await OpenAsync(new SqliteJournal(FilePath));
            await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("a", round)));
            await store.CommitAsync(transaction => transaction.Delete(Services, "a"));
            await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("a", round)));
        }

        await using var again = await OpenAsync(new SqliteJournal(FilePath));
        again.Current.Range(Services).ShouldBe([new ServiceSample("a", 3)]);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_may_read_the_files()
    {
        await using var store = await OpenAsync(new SqliteJournal(FilePath));
        await PutAsync(store, "a");

        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(FilePath)!))
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        File.GetUnixFileMode(Path.GetDirectoryName(FilePath)!)
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task A_second_process_is_told_who_has_the_file()
    {
        await using var store = await OpenAsync(new SqliteJournal(FilePath));

        var fault = await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)));

        fault.Message.ShouldContain($"in use by process {Environment.ProcessId}");
        await PutAsync(store, "still works");
    }

    [Fact]
    public async Task The_file_is_free_when_the_store_is_closed()
    {
        await (await OpenAsync(new SqliteJournal(FilePath))).DisposeAsync();

        await using var again = await OpenAsync(new SqliteJournal(FilePath));

        again.Current.Revision.ShouldBe(0);
    }

    [Fact]
    public async Task A_full_disk_fails_the_commit_and_not_the_store()
    {
        var journal = new SqliteJournal(FilePath);
        await using (var store = await OpenAsync(journal))
        {
            await PutAsync(store, "before");
            journal.LimitPages(10);

            var fault = await Should.ThrowAsync<JournalException>(() => PutAsync(store, "too much", padding: 100_000));
            fault.Message.ShouldContain("Free some space");
            fault.Message.ShouldNotContain(FilePath, Case.Insensitive, "clients hear it");
            await Should.ThrowAsync<JournalException>(() => PutAsync(store, "again too much", padding: 100_000));
            store.Current.Range(Tasks).Select(task => task.Id).ShouldBe(["before"]);

            journal.LimitPages(1_000_000);
            await PutAsync(store, "after", padding: 100_000);
        }

        await using var reopened = await OpenAsync(new SqliteJournal(FilePath));
        reopened.Current.Range(Tasks).Select(task => task.Id).ShouldBe(["after", "before"]);
    }

    [Fact]
    public async Task A_later_versions_file_is_refused()
    {
        await (await OpenAsync(new SqliteJournal(FilePath))).DisposeAsync();
        Execute("PRAGMA user_version = 7");

        var fault = await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)));

        fault.Message.ShouldContain("format 7");
    }

    [Fact]
    public async Task Another_programs_database_is_refused_and_stays_as_it_is()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        Execute("CREATE TABLE theirs (a)");
        var before = await File.ReadAllBytesAsync(FilePath);

        var fault = await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)));

        fault.Message.ShouldContain("not a state file");
        (await File.ReadAllBytesAsync(FilePath)).ShouldBe(before);
    }

    [Fact]
    public async Task A_damaged_file_is_refused_with_advice()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        await File.WriteAllTextAsync(FilePath, new string('x', 10_000));

        var fault = await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)));

        fault.Message.ShouldContain("damaged");
        fault.Message.ShouldContain(FilePath);
    }

    [Fact]
    public async Task Damage_in_the_middle_of_the_file_is_found()
    {
        await using (var store = await OpenAsync(new SqliteJournal(FilePath)))
        {
            for (var i = 0; i < 50; i++)
                await PutAsync(store, $"{i}", padding: 2_000);
        }

        await using (var file = File.OpenWrite(FilePath))
        {
            file.Position = file.Length / 2 / 4096 * 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xee, 8192).ToArray());
        }

        await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)));
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_named()
    {
        await using (var store = await OpenAsync(new SqliteJournal(FilePath)))
            await PutAsync(store, "task-1");
        Execute("UPDATE rows SET value = '{\"id\": 5}'");

        var fault = await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)));

        fault.Message.ShouldContain("'task-1'");
        fault.Message.ShouldContain("'tasks'");
    }

    [Fact]
    public async Task Rows_of_tables_that_this_version_does_not_know_are_kept()
    {
        await using (var store = await OpenAsync(new SqliteJournal(FilePath)))
        {
            await PutAsync(store, "task-1");
            await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 1)));
        }

        await using (var older = await Store.OpenAsync(new SqliteJournal(FilePath), [Services]))
            await older.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("api", 1)));

        await using var again = await OpenAsync(new SqliteJournal(FilePath));
        again.Current.Count(Tasks).ShouldBe(1);
        again.Current.Count(Services).ShouldBe(2);
    }

    [Fact]
    public async Task A_backup_made_while_the_store_works_can_be_opened()
    {
        var journal = new SqliteJournal(FilePath);
        await using var store = await OpenAsync(journal);
        await PutAsync(store, "before");
        var going = Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
                await PutAsync(store, $"during-{i}");
        });
        journal.BackUp(_directory.File("backup/state.db"));
        await going;

        await using var backup = await OpenAsync(new SqliteJournal(_directory.File("backup/state.db")));
        backup.Current.Find(Tasks, "before").ShouldNotBeNull();
        backup.Current.Count(Tasks).ShouldBe((int)backup.Current.Revision);
        (
            await Task.Run(() =>
                Should.Throw<JournalException>(() => journal.BackUp(_directory.File("backup/state.db")))
            )
        ).Message.ShouldContain("already");
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_named()
    {
        await File.WriteAllTextAsync(_directory.File("data"), "a file where the directory should be");

        (await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)))).Message.ShouldContain(
            FilePath
        );
    }

    private static Task PutAsync(Store store, string id, int padding = 0) =>
        store.CommitAsync(transaction =>
            transaction.Put(Tasks, new TaskSample(id, "web", "RUNNING", Padding: new string('x', padding)))
        );

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
