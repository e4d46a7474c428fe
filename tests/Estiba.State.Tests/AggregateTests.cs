using Estiba.State.Journals;
using FsCheck;
using FsCheck.Fluent;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

public sealed class AggregateTests
{
    [Fact]
    public async Task An_aggregate_follows_its_records()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction =>
        {
            transaction.Put(Tasks, new TaskSample("1", "web", "PENDING", "i-1"));
            transaction.Put(Tasks, new TaskSample("2", "web", "PENDING", "i-1"));
            transaction.Put(Tasks, new TaskSample("3", "web", "PENDING"));
        });
        CountsOf(store, "i-1").ShouldBe(new StatusCounts(Pending: 2, Running: 0));

        await store.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "RUNNING", "i-1")));
        CountsOf(store, "i-1").ShouldBe(new StatusCounts(Pending: 1, Running: 1));

        await store.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "RUNNING", "i-2")));
        CountsOf(store, "i-1").ShouldBe(new StatusCounts(Pending: 1, Running: 0));
        CountsOf(store, "i-2").ShouldBe(new StatusCounts(Pending: 0, Running: 1));
    }

    [Fact]
    public async Task A_key_without_records_has_the_empty_value_and_is_not_walked()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction =>
        {
            transaction.Put(Tasks, new TaskSample("1", "web", "STOPPED", "a/1"));
            transaction.Put(Tasks, new TaskSample("2", "web", "RUNNING", "a/2"));
            transaction.Put(Tasks, new TaskSample("3", "web", "RUNNING", "b/1"));
        });
        Walk(store.Current, "a/").ShouldBe([("a/1", StatusCounts.None), ("a/2", new StatusCounts(0, 1))]);

        await store.CommitAsync(transaction =>
        {
            transaction.Delete(Tasks, "1");
            transaction.Put(Tasks, new TaskSample("2", "web", "RUNNING"));
        });

        CountsOf(store, "a/2").ShouldBeSameAs(StatusCounts.None);
        Walk(store.Current, "a/").ShouldBeEmpty();
        Walk(store.Current, "").ShouldBe([("b/1", new StatusCounts(0, 1))]);
    }

    [Fact]
    public async Task A_change_that_does_not_concern_the_aggregate_keeps_its_value()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "RUNNING", "i-1")));
        var before = CountsOf(store, "i-1");

        await store.CommitAsync(transaction =>
            transaction.Put(Tasks, new TaskSample("1", "web", "RUNNING", "i-1", Padding: "x"))
        );

        CountsOf(store, "i-1").ShouldBeSameAs(before);
    }

    [Fact]
    public async Task A_view_that_is_kept_and_a_walk_that_has_begun_do_not_change()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(transaction => transaction.Put(Tasks, new TaskSample("1", "web", "RUNNING", "i-1")));
        var kept = store.Current;

        var walked = await store.CommitAsync(transaction =>
        {
            var walk = transaction.Aggregates(Tasks, OfInstance);
            transaction.Put(Tasks, new TaskSample("2", "web", "RUNNING", "i-1"));
            transaction.Aggregate(Tasks, OfInstance, "i-1").Running.ShouldBe(2);
            return walk.Single().Value.Running;
        });

        walked.ShouldBe(1);
        kept.Aggregate(Tasks, OfInstance, "i-1").Running.ShouldBe(1);
        CountsOf(store, "i-1").Running.ShouldBe(2);
    }

    [Fact]
    public async Task An_aggregate_that_the_table_does_not_have_is_named()
    {
        await using var store = await OpenAsync();
        var other = new Aggregate<TaskSample, StatusCounts>(
            "other",
            task => task.Service,
            StatusCounts.None,
            StatusCounts.Change
        );

        Should
            .Throw<InvalidOperationException>(() => store.Current.Aggregate(Tasks, other, "web"))
            .Message.ShouldContain("'other'");
    }

    [Fact]
    public void Whatever_happens_an_aggregate_is_what_its_records_amount_to()
    {
        var ids = Gen.Choose(0, 40).Select(number => $"{number:D2}");
        var samples =
            from id in ids
            from status in Gen.Elements("PENDING", "RUNNING", "STOPPED")
            from instance in Gen.Elements(null, "a/1", "a/2", "b/1", "b/2")
            select new TaskSample(id, "web", status, instance);
        var changes = Gen.Frequency(
            (3, samples.Select(sample => (Change)new Change.Put(sample))),
            (1, ids.Select(id => (Change)new Change.Delete(id)))
        );
        var steps = Gen.Frequency(
            (6, changes.NonEmptyListOf().Select(list => new Step([.. list], Outcome.Commit))),
            (1, changes.NonEmptyListOf().Select(list => new Step([.. list], Outcome.Throw))),
            (1, changes.NonEmptyListOf().Select(list => new Step([.. list], Outcome.JournalFails))),
            (1, Gen.Constant(new Step([], Outcome.Reopen)))
        );

        Prop.ForAll(Arb.From(steps.ListOf()), history => PlayAsync([.. history])).QuickCheckThrowOnFailure();
    }

    private static async Task PlayAsync(IReadOnlyList<Step> history)
    {
        using var memory = new MemoryJournal();
        var journal = new FailingJournal(memory);
        var store = await OpenAsync(journal);
        foreach (var (changes, outcome) in history)
        {
            if (outcome == Outcome.Reopen)
            {
                await store.DisposeAsync();
                store = await OpenAsync(journal);
            }
            else
            {
                var kept = store.Current;
                var before = Walk(kept, "");
                journal.Fails = outcome == Outcome.JournalFails;
                try
                {
                    await store.CommitAsync(transaction =>
                    {
                        foreach (var change in changes)
                        {
                            if (change is Change.Put put)
                                transaction.Put(Tasks, put.Sample);
                            else if (change is Change.Delete delete)
                                transaction.Delete(Tasks, delete.Id);
                        }

                        ShouldAgree(transaction);
                        if (outcome == Outcome.Throw)
                            throw new FormatException();
                    });
                }
                catch (Exception fault) when (fault is FormatException or JournalException)
                {
                    Walk(store.Current, "").ShouldBe(before);
                }

                Walk(kept, "").ShouldBe(before);
            }

            ShouldAgree(store.Current);
        }

        await store.DisposeAsync();
    }

    private static void ShouldAgree(View view)
    {
        var folded = view.Range(Tasks)
            .Where(task => task.Instance is not null)
            .GroupBy(task => task.Instance!)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group =>
                (
                    group.Key,
                    new StatusCounts(
                        group.Count(task => task.Status == "PENDING"),
                        group.Count(task => task.Status == "RUNNING")
                    )
                )
            )
            .ToList();
        Walk(view, "").ShouldBe(folded);
        Walk(view, "a/").ShouldBe(folded.Where(pair => pair.Key.StartsWith("a/", StringComparison.Ordinal)));
        foreach (var (key, counts) in folded)
            view.Aggregate(Tasks, OfInstance, key).ShouldBe(counts);
    }

    private static StatusCounts CountsOf(Store store, string instance) =>
        store.Current.Aggregate(Tasks, OfInstance, instance);

    private static List<(string, StatusCounts)> Walk(View view, string prefix) =>
        [.. view.Aggregates(Tasks, OfInstance, prefix).Select(pair => (pair.Key, pair.Value))];

    private enum Outcome
    {
        Commit,
        Throw,
        JournalFails,
        Reopen,
    }

    private sealed record Step(IReadOnlyList<Change> Changes, Outcome Outcome);

    private abstract record Change
    {
        internal sealed record Put(TaskSample Sample) : Change;

        internal sealed record Delete(string Id) : Change;
    }

    /// <summary>A journal in memory that fails when told.</summary>
    private sealed class FailingJournal(IJournal kept) : IJournal
    {
        public bool IsImmediate => true;

        internal bool Fails { get; set; }

        public long Epoch => kept.Epoch;

        public (long Revision, long LastRowId) Load(Action<JournalRow> row) => kept.Load(row);

        public long Lead() => kept.Lead();

        public void Write(JournalBatch batch)
        {
            if (Fails)
                throw new IOException("disk full");
            kept.Write(batch);
        }

        public void Dispose() { }
    }
}
