using Estiba.Files;
using Estiba.State.Journals;
using Microsoft.Data.Sqlite;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

/// <summary>State files that the disk, or somebody, has changed.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.File("data/state.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_flipped_bit_in_a_record_is_noticed_although_the_record_can_be_read()
    {
        await FillAsync("web", "api");
        await FlipAsync("wea");

        var fault = await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)));

        fault.Message.ShouldContain("'web' of the table 'services'");
        fault.Message.ShouldContain("estiba restore");
        fault.Message.ShouldContain("--accept-loss");
    }

    [Fact]
    public async Task A_damaged_record_is_put_aside_when_that_is_accepted_and_the_others_are_read()
    {
        await FillAsync("web", "api");
        await FlipAsync("wea");

        var damage = new Damage();
        await using (var store = await OpenAsync(new SqliteJournal(FilePath, acceptsLoss: true, damage)))
        {
            store.Current.Range(Services).Select(service => service.Name).ShouldBe(["api"]);
            await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 2)));
        }

        damage.Count.ShouldBe(1);
        damage.Latest.Single().ShouldContain("'web'");
        Scalar("SELECT count(*) FROM damaged").ShouldBe(1);
        await using var again = await OpenAsync(new SqliteJournal(FilePath));
        again.Current.Count(Services).ShouldBe(2);
    }

    [Theory]
    [InlineData("UPDATE rows SET value = '{' WHERE key = 'web'")]
    [InlineData("UPDATE rows SET value = replace(value, 'web', 'wed') WHERE key = 'web'")]
    public async Task A_record_that_cannot_be_read_is_put_aside_when_that_is_accepted(string damage)
    {
        await FillAsync("web", "api");
        Execute(damage);

        var fault = await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)));
        fault.Message.ShouldStartWith("The record 'web' of the table 'services' cannot be read: ");
        fault.Message.ShouldEndWith("or go on without what is damaged with --accept-loss: it is put aside then.");
        await using var store = await OpenAsync(new SqliteJournal(FilePath, acceptsLoss: true));

        store.Current.Range(Services).Select(service => service.Name).ShouldBe(["api"]);
        Scalar("SELECT count(*) FROM damaged").ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_write_ahead_file_is_noticed()
    {
        await using (var store = await OpenAsync(new SqliteJournal(FilePath)))
        {
            await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 1)));

            // What a kill leaves, without the file in which the commit is.
            Copy("killed", "state.db", "state.db.revision", "state.db.pid");
        }

        var killed = _directory.File("killed/state.db");
        var fault = await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(killed)));
        fault.Message.ShouldContain("state.db-wal is missing");
        fault.Message.ShouldContain("revision 0 and had reached 1");

        await using (var accepted = await OpenAsync(new SqliteJournal(killed, acceptsLoss: true)))
            accepted.Current.Revision.ShouldBe(0);
        await (await OpenAsync(new SqliteJournal(killed))).DisposeAsync();
    }

    [Fact]
    public async Task What_a_kill_leaves_is_opened_with_every_commit()
    {
        await using (var store = await OpenAsync(new SqliteJournal(FilePath)))
        {
            await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 1)));
            Copy("killed", "state.db", "state.db-wal", "state.db.revision", "state.db.pid");
        }

        await using var killed = await OpenAsync(new SqliteJournal(_directory.File("killed/state.db")));
        killed.Current.Find(Services, "web").ShouldNotBeNull();
    }

    [Fact]
    public async Task An_older_file_in_the_place_of_a_newer_one_is_noticed()
    {
        await FillAsync("web");
        Copy("older", "state.db");
        await FillAsync("api");
        File.Copy(_directory.File("older/state.db"), FilePath, overwrite: true);

        (await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)))).Message.ShouldContain(
            "is older than it was"
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000000000000000099 00000000\n")]
    [InlineData("rubbish")]
    public async Task A_mark_that_a_power_cut_has_torn_stops_nobody(string mark)
    {
        await FillAsync("web");
        await File.WriteAllTextAsync(FilePath + ".revision", mark);

        await using var store = await OpenAsync(new SqliteJournal(FilePath));

        store.Current.Count(Services).ShouldBe(1);
    }

    [Fact]
    public async Task A_file_of_the_first_format_gets_checksums_and_what_an_earlier_version_writes_later_is_taken()
    {
        await FillAsync("web", "api");
        Execute(
            """
            DROP TRIGGER stale_sum; ALTER TABLE rows DROP COLUMN sum; ALTER TABLE rows DROP COLUMN revision;
            DROP TABLE batches; DROP TABLE deletions; DROP TABLE epochs; DROP TABLE aside; PRAGMA user_version = 1;
            """
        );
        await using (var store = await OpenAsync(new SqliteJournal(FilePath)))
            await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 2)));
        Scalar("SELECT count(*) FROM rows WHERE sum IS NOT NULL").ShouldBe(2);

        // As the earlier version changes a row: it does not know the column.
        Execute("""UPDATE rows SET value = CAST('{"name":"web","desired":3}' AS BLOB) WHERE key = 'web'""");

        await using var again = await OpenAsync(new SqliteJournal(FilePath));
        again.Current.Find(Services, "web").ShouldBe(new ServiceSample("web", 3));
    }

    [Theory]
    [InlineData("DELETE FROM revision", "which revision")]
    [InlineData("UPDATE revision SET value = 'x'", "which revision")]
    [InlineData("DROP TABLE revision", "restore the data directory")]
    [InlineData("DROP TABLE rows", "restore the data directory")]
    [InlineData("DROP TABLE tables", "restore the data directory")]
    public async Task A_file_that_somebody_has_changed_is_explained(string sql, string expected)
    {
        await FillAsync("web");
        Execute(sql);

        (await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)))).Message.ShouldContain(
            expected
        );
        (await CheckAsync()).ShouldHaveSingleItem().Sentence.ShouldContain(FilePath);
    }

    [Fact]
    public async Task Rows_of_no_table_are_kept()
    {
        await FillAsync("web");
        Execute("INSERT INTO rows (id, table_id, key, value) VALUES (77, 99, 'k', '{}')");

        await (await OpenAsync(new SqliteJournal(FilePath))).DisposeAsync();

        Scalar("SELECT count(*) FROM rows WHERE id = 77").ShouldBe(1);
    }

    [Fact]
    public async Task A_check_finds_nothing_in_a_good_file_beside_the_store_that_has_it_open()
    {
        await using var store = await OpenAsync(new SqliteJournal(FilePath));
        await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 1)));

        (await CheckAsync()).ShouldBeEmpty();
        StateCheck.HolderOf(FilePath).ShouldBe(Environment.ProcessId);
        await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 2)));
    }

    [Fact]
    public async Task A_check_names_a_damaged_record()
    {
        await FillAsync("web", "api");
        await FlipAsync("wea");

        (await CheckAsync()).ShouldContain(finding =>
            finding.Sentence.Contains("'web' of the table 'services'", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("UPDATE batches SET sum = sum + 1 WHERE revision = 1")]
    [InlineData("UPDATE deletions SET sum = sum + 1")]
    public async Task A_check_tells_that_the_history_is_damaged_and_the_state_is_not(string damage)
    {
        await FillAsync("web", "api");
        await using (var store = await OpenAsync(new SqliteJournal(FilePath)))
            await store.CommitAsync(transaction => transaction.Delete(Services, "api"));
        Execute(damage);

        (await CheckAsync())
            .ShouldHaveSingleItem()
            .Sentence.ShouldBe(
                $"What changed when is damaged in {FilePath} (entries: 1): whoever follows that state starts anew. "
                    + "Nothing of the state itself is lost."
            );
    }

    [Fact]
    public async Task A_check_of_a_closed_file_leaves_what_a_kill_has_left()
    {
        await using (var store = await OpenAsync(new SqliteJournal(FilePath)))
        {
            await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 1)));
            Copy("killed", "state.db", "state.db-wal", "state.db.revision");
        }

        var killed = _directory.File("killed/state.db");
        await StateCheck.RunAsync(killed, All, _ => { }, CancellationToken.None);

        new FileInfo(killed + "-wal").Length.ShouldBeGreaterThan(0);
        await using var opened = await OpenAsync(new SqliteJournal(killed));
        opened.Current.Count(Services).ShouldBe(1);
    }

    private async Task<List<Finding>> CheckAsync()
    {
        var findings = new List<Finding>();
        await StateCheck.RunAsync(FilePath, All, findings.Add, CancellationToken.None);
        return findings;
    }

    private async Task FillAsync(params string[] services)
    {
        await using var store = await OpenAsync(new SqliteJournal(FilePath));
        foreach (var name in services)
            await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample(name, 1)));
    }

    /// <summary>Makes "web" another name in the record, one bit away, and leaves the key.</summary>
    private async Task FlipAsync(string name)
    {
        var bytes = await File.ReadAllBytesAsync(FilePath);
        var at = bytes.AsSpan().IndexOf("\"web\""u8);
        at.ShouldBeGreaterThan(0);
        bytes[at + 3] ^= (byte)('b' ^ name[2]);
        await File.WriteAllBytesAsync(FilePath, bytes);
    }

    private void Copy(string target, params string[] files)
    {
        Directory.CreateDirectory(_directory.File(target));
        foreach (var file in files)
            File.Copy(Path.Combine(Path.GetDirectoryName(FilePath)!, file), _directory.File($"{target}/{file}"));
    }

    private void Execute(string sql) => Run(sql, command => command.ExecuteNonQuery());

    private long Scalar(string sql)
    {
        var value = 0L;
        Run(sql, command => value = (long)command.ExecuteScalar()!);
        return value;
    }

    private void Run(string sql, Action<SqliteCommand> run)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        run(command);
    }
}
