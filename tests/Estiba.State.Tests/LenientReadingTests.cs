using Estiba.State.Journals;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Testing;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

/// <summary>Records of which a member has another type than when they were written.</summary>
public sealed class LenientReadingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.File("state.db");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("""{"id":"a","service":"web","status":"RUNNING","padding":5}""")]
    [InlineData("""{"id":"a","service":"web","padding":{"x":[1,{"y":2}]},"status":"RUNNING"}""")]
    [InlineData("""{"padding":[1,2],"id":"a","service":"web","status":"RUNNING"}""")]
    [InlineData("""{ "id" : "a", "service": "web", "padding" : true , "status": "RUNNING" }""")]
    [InlineData("""{"id":"a","service":"web","padding":{},"status":"RUNNING","instance":5}""")]
    public async Task A_member_of_another_type_is_left_out_and_the_rest_is_read(string written)
    {
        await WriteAsync("a", written);

        await using var store = await OpenAsync(new SqliteJournal(FilePath));

        store.Current.Find(Tasks, "a").ShouldBe(new TaskSample("a", "web", "RUNNING"));
    }

    [Fact]
    public async Task What_was_left_out_is_logged_once_and_its_text_outlives_the_record()
    {
        const string Written = """{"id":"a","service":"web","status":"RUNNING","padding":{"x":5}}""";
        await WriteAsync("a", Written);
        await WriteAsync("b", Written.Replace("\"a\"", "\"b\"", StringComparison.Ordinal));
        var log = new FakeLogger();

        await using (var store = await Store.OpenAsync(new SqliteJournal(FilePath), All, log))
        {
            Scalar("SELECT CAST(value AS TEXT) FROM rows WHERE key = 'a'").ShouldBe(Written);
            await store.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("a", "web", "STOPPED")));
        }

        var line = log.Collector.GetSnapshot().ShouldHaveSingleItem().Message;
        line.ShouldContain("2 records");
        line.ShouldContain("tasks: padding (2)");
        Scalar("SELECT CAST(value AS TEXT) FROM rows WHERE key = 'a'").ShouldNotContain("padding");
        Scalar("SELECT CAST(value AS TEXT) FROM aside WHERE key = 'a'").ShouldBe(Written);
    }

    [Theory]
    [InlineData("""{"id":"a","service":"web","status":"RUNNING" """)]
    [InlineData("""["a"]""")]
    [InlineData("null")]
    [InlineData("""{"id":5,"service":"web","status":"RUNNING"}""")]
    public async Task What_is_no_record_or_has_no_key_is_damaged(string written)
    {
        await WriteAsync("a", written);

        var refused = await Should.ThrowAsync<JournalException>(() => OpenAsync(new SqliteJournal(FilePath)));

        refused.Message.ShouldContain("'a' of the table 'tasks'");
    }

    [Fact]
    public async Task A_follower_reads_such_a_record_as_its_leader_does()
    {
        await WriteAsync("a", """{"id":"a","service":"web","status":"RUNNING","padding":5}""");
        await using var leader = await OpenAsync(new SqliteJournal(FilePath));
        await using var follower = await Store.OpenFollowerAsync(new MemoryJournal(), All);

        await Following.Histories.CatchUpAsync(follower, new SqliteJournal(FilePath));

        Following.Histories.ShouldEqual(follower.Current, leader.Current);
    }

    [Fact]
    public async Task A_follower_says_once_what_it_leaves_out_and_keeps_its_text()
    {
        const string Written = """{"id":"a","service":"web","status":"RUNNING","padding":{"x":5}}""";
        await WriteAsync("a", Written);
        await using var leader = await OpenAsync(new SqliteJournal(FilePath));
        var (log, own) = (new FakeLogger(), _directory.File("follower/state.db"));
        await using var follower = await Store.OpenFollowerAsync(new SqliteJournal(own), All, log);

        await Following.Histories.CatchUpAsync(follower, new SqliteJournal(FilePath));
        await leader.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("a", "web", "STOPPED")));
        await WriteAsync("b", Written.Replace("\"a\"", "\"b\"", StringComparison.Ordinal), leader);
        await Following.Histories.CatchUpAsync(follower, new SqliteJournal(FilePath));

        log.Collector.GetSnapshot().ShouldHaveSingleItem().Message.ShouldContain("tasks: padding (1)");
        Scalar("SELECT CAST(value AS TEXT) FROM aside WHERE key = 'a'", own).ShouldBe(Written);
        Scalar("SELECT CAST(value AS TEXT) FROM aside WHERE key = 'b'", own).ShouldContain("padding");
    }

    [Fact]
    public async Task A_follower_on_the_leaders_file_keeps_the_text_of_what_it_leaves_out_when_it_leads()
    {
        const string Written = """{"id":"a","service":"web","status":"RUNNING","padding":{"x":5}}""";
        await WriteAsync("a", Written);
        await using var follower = await Store.OpenFollowerAsync(new SqliteFollowerJournal(FilePath), All);

        await follower.PromoteAsync();
        await follower.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("a", "web", "STOPPED")));

        Scalar("SELECT CAST(value AS TEXT) FROM aside WHERE key = 'a'").ShouldBe(Written);
    }

    private async Task WriteAsync(string key, string written, Store? leader = null)
    {
        var store = leader ?? await OpenAsync(new SqliteJournal(FilePath));
        await store.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample(key, "web", "RUNNING")));
        if (leader is null)
            await store.DisposeAsync();
        await using var connection = Connect();
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE rows SET value = CAST($value AS BLOB) WHERE key = $key";
        command.Parameters.AddWithValue("$value", written);
        command.Parameters.AddWithValue("$key", key);
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }

    private string Scalar(string sql, string? path = null)
    {
        using var connection = Connect(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }

    private SqliteConnection Connect(string? path = null)
    {
        var connection = new SqliteConnection($"Data Source={path ?? FilePath};Pooling=False");
        connection.Open();
        return connection;
    }
}
