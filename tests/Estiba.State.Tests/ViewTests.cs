using Estiba.State.Journals;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

public sealed class ViewTests
{
    [Fact]
    public async Task A_record_is_found_by_its_key()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample("web", 2)));

        store.Current.Find(Services, "web").ShouldBe(new ServiceSample("web", 2));
        store.Current.Find(Services, "we").ShouldBeNull();
    }

    [Fact]
    public async Task A_range_gives_the_keys_with_a_prefix_in_order()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "b/2", "a/1", "b/1", "b/10", "c/1", "b");

        store.Current.Range(Services, "b/").Select(service => service.Name).ShouldBe(["b/1", "b/10", "b/2"]);
        store
            .Current.Range(Services)
            .Select(service => service.Name)
            .ShouldBe(["a/1", "b", "b/1", "b/10", "b/2", "c/1"]);
    }

    [Theory]
    [InlineData("b/1", "b/10 b/2")]
    [InlineData("b/11", "b/2")]
    [InlineData("a", "b/1 b/10 b/2")]
    [InlineData("c", "")]
    public async Task A_range_begins_after_a_key(string after, string expected)
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "a/1", "b/1", "b/10", "b/2", "c/1");

        string.Join(' ', store.Current.Range(Services, "b/", after).Select(service => service.Name)).ShouldBe(expected);
    }

    [Fact]
    public async Task Where_gives_the_records_of_one_index_key_in_key_order()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction =>
        {
            foreach (var id in new[] { "3", "1", "2" })
                transaction.Put(Tasks, new TaskSample(id, "web", "RUNNING"));
            transaction.Put(Tasks, new TaskSample("0", "we", "RUNNING"));
            transaction.Put(Tasks, new TaskSample("4", "web2", "RUNNING"));
        });

        Ids(store.Current.Where(Tasks, ByService, "web")).ShouldBe(["1", "2", "3"]);
        Ids(store.Current.Where(Tasks, ByService, "web", after: "1")).ShouldBe(["2", "3"]);
    }

    [Fact]
    public async Task An_index_follows_the_record()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "PENDING")));
        await store.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "RUNNING", "i-1")));
        Ids(store.Current.Where(Tasks, ByInstance, "i-1")).ShouldBe(["1"]);
        store.Current.Where(Tasks, ByService, "web").Single().Status.ShouldBe("RUNNING");

        await store.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "api", "RUNNING", "i-2")));
        store.Current.Where(Tasks, ByInstance, "i-1").ShouldBeEmpty();
        store.Current.Where(Tasks, ByService, "web").ShouldBeEmpty();

        await store.CommitAsync(transaction => transaction.Delete(Tasks, "1").ShouldBeTrue());
        store.Current.Where(Tasks, ByService, "api").ShouldBeEmpty();
    }

    [Fact]
    public async Task Records_come_in_the_order_of_an_index()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction =>
        {
            transaction.Put(Tasks, new TaskSample("1", "web", "STOPPED", "2030"));
            transaction.Put(Tasks, new TaskSample("2", "web", "STOPPED", "2010"));
            transaction.Put(Tasks, new TaskSample("3", "web", "STOPPED", "2020"));
            transaction.Put(Tasks, new TaskSample("4", "web", "STOPPED"));
        });

        Ids(store.Current.InOrder(Tasks, ByInstance)).ShouldBe(["2", "3", "1"]);
        Ids(store.Current.InOrder(Tasks, ByInstance, from: "2015", before: "2030")).ShouldBe(["3"]);
    }

    [Fact]
    public async Task Counts_agree_with_walks()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction =>
        {
            for (var i = 0; i < 3_000; i++)
                transaction.Put(Tasks, new TaskSample($"{i % 7}/{i}", $"service-{i % 11}", "RUNNING"));
        });

        store.Current.Count(Tasks).ShouldBe(3_000);
        store.Current.Count(Tasks, "3/").ShouldBe(store.Current.Range(Tasks, "3/").Count());
        store.Current.Count(Tasks, "3/1").ShouldBe(store.Current.Range(Tasks, "3/1").Count());
        store
            .Current.Count(Tasks, ByService, "service-1")
            .ShouldBe(store.Current.Where(Tasks, ByService, "service-1").Count());
        store.Current.Count(Tasks, ByService, "service").ShouldBe(0);
    }

    [Fact]
    public async Task A_view_that_is_kept_does_not_change()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "a", "b");
        var kept = store.Current;
        await store.CommitAsync(transaction => transaction.Delete(Services, "a"));

        kept.Count(Services).ShouldBe(2);
        store.Current.Count(Services).ShouldBe(1);
        store.Current.Revision.ShouldBe(kept.Revision + 1);
    }

    [Fact]
    public async Task A_table_that_the_store_does_not_have_is_named()
    {
        await using var store = await Store.OpenAsync(new MemoryJournal(), [Services]);

        Should.Throw<InvalidOperationException>(() => store.Current.Find(Tasks, "1")).Message.ShouldContain("'tasks'");
    }

    private static Task PutAsync(Store store, params string[] names) =>
        store.CommitAsync(transaction =>
        {
            foreach (var name in names)
                transaction.Put(Services, new ServiceSample(name, 1));
        });

    private static IEnumerable<string> Ids(IEnumerable<TaskSample> tasks) => tasks.Select(task => task.Id);
}
