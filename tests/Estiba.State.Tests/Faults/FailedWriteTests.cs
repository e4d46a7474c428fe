using Estiba.State.Journals;
using Microsoft.Extensions.Logging;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests.Faults;

public sealed class FailedWriteTests : IDisposable
{
    private readonly MemoryJournal _memory = new();
    private readonly FaultyJournal _journal;

    public FailedWriteTests() => _journal = new FaultyJournal(_memory);

    public void Dispose()
    {
        _journal.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public async Task A_failed_write_fails_its_commits_and_all_that_were_built_on_them()
    {
        await using var store = await OpenAsync(_journal);
        _journal.Hold();
        _journal.OnWrite = _ => throw new IOException("disk full");
        var first = PutAsync(store, "a");
        await _journal.BegunAsync();
        var second = PutAsync(store, "b");
        var reading = store.CommitAsync(transaction => transaction.Count(Services));
        _journal.Release();

        (await Should.ThrowAsync<JournalException>(() => first)).Message.ShouldContain("disk full");
        await Should.ThrowAsync<JournalException>(() => second);
        await Should.ThrowAsync<JournalException>(() => reading);
        store.Current.Count(Services).ShouldBe(0);
        store.Current.Revision.ShouldBe(0);
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_either_ends_nothing()
    {
        await using var store = await Store.OpenAsync(_journal, All, new FullLog());
        using var watch = store.Subscribe(_ => throw new InvalidOperationException("a watcher that throws"));
        _journal.OnWrite = _ => throw new IOException("disk full");
        await Should.ThrowAsync<JournalException>(() => PutAsync(store, "a"));
        await Should.ThrowAsync<JournalException>(() => store.ProbeAsync());
        _journal.OnWrite = null;

        await PutAsync(store, "b");
        await PutAsync(store, "c");

        store.Current.Range(Services).Select(service => service.Name).ShouldBe(["b", "c"]);
    }

    [Fact]
    public async Task Whoever_closes_a_store_a_second_time_waits_for_its_end()
    {
        var store = await OpenAsync(_journal);
        _journal.Hold();
        var commit = PutAsync(store, "a");
        await _journal.BegunAsync();

        var first = store.DisposeAsync().AsTask();
        var second = store.DisposeAsync().AsTask();
        (first.IsCompleted, second.IsCompleted).ShouldBe((false, false));
        _journal.Release();

        await Task.WhenAll(commit, first, second);
    }

    [Fact]
    public async Task After_a_failed_write_the_next_commit_sees_nothing_of_it()
    {
        await using var store = await OpenAsync(_journal);
        await PutAsync(store, "a");
        _journal.OnWrite = _ => throw new IOException("disk full");
        await Should.ThrowAsync<JournalException>(() => PutAsync(store, "b"));
        _journal.OnWrite = null;

        var seen = await store.CommitAsync(transaction =>
        {
            transaction.Put(Services, new ServiceSample("c", 1));
            return transaction.Range(Services).Select(service => service.Name).ToList();
        });

        seen.ShouldBe(["a", "c"]);
        store.Current.Range(Services).Select(service => service.Name).ShouldBe(["a", "c"]);
        store.Current.Revision.ShouldBe(2);
    }

    [Fact]
    public async Task A_body_that_runs_while_the_write_fails_fails_too()
    {
        await using var store = await OpenAsync(_journal);
        using var inBody = new SemaphoreSlim(0);
        using var endBody = new SemaphoreSlim(0);
        _journal.Hold();
        _journal.OnWrite = _ => throw new IOException("disk full");
        var first = PutAsync(store, "a");
        await _journal.BegunAsync();
        var second = Task.Run(() =>
            store.CommitAsync(transaction =>
            {
                inBody.Release();
                endBody.Wait();
                transaction.Put(Services, new ServiceSample("b", 1));
            })
        );
        await inBody.WaitAsync();
        _journal.Release();
        await Should.ThrowAsync<JournalException>(() => first);
        _journal.OnWrite = null;
        endBody.Release();

        await Should.ThrowAsync<JournalException>(() => second);
        await PutAsync(store, "c");
        store.Current.Range(Services).Select(service => service.Name).ShouldBe(["c"]);
    }

    [Fact]
    public async Task Watchers_do_not_hear_of_what_was_not_kept()
    {
        await using var store = await OpenAsync(_journal);
        var heard = new List<string>();
        using var watch = store.Subscribe(commit => heard.AddRange(commit.Changes.Select(change => change.Key)));
        _journal.OnWrite = _ => throw new IOException("disk full");
        await Should.ThrowAsync<JournalException>(() => PutAsync(store, "a"));
        _journal.OnWrite = null;
        await PutAsync(store, "b");

        heard.ShouldBe(["b"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_history_with_failing_writes_leaves_exactly_what_was_acknowledged(int seed)
    {
        var chance = new Random(seed);
        _journal.OnWrite = _ =>
        {
            lock (chance)
            {
                if (chance.Next(4) == 0)
                    throw new IOException("disk full");
            }
        };
        var acknowledged = new Dictionary<string, (long Revision, ServiceSample? Record)>();
        await using (var store = await OpenAsync(_journal))
        {
            await Parallel.ForAsync(0, 8, async (committer, _) =>
            {
                var random = new Random(seed * 100 + committer);
                for (var i = 0; i < 100; i++)
                    await CommitSomethingAsync(store, random, acknowledged);
            });
            ShouldHold(store.Current, acknowledged);
        }

        await using var again = await OpenAsync(_memory);
        ShouldHold(again.Current, acknowledged);
    }

    private static async Task CommitSomethingAsync(
        Store store,
        Random random,
        Dictionary<string, (long, ServiceSample?)> acknowledged
    )
    {
        var names = Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{random.Next(12)}").Distinct().ToList();
        var delete = random.Next(3) == 0;
        try
        {
            var (revision, records) = await store.CommitAsync(transaction =>
            {
                // Each count rests on the one before, so a change that was taken back would show in all that follow.
                var puts = names
                    .Select(name =>
                        delete ? null : new ServiceSample(name, (transaction.Find(Services, name)?.Desired ?? 0) + 1)
                    )
                    .ToList();
                var isChanged = false;
                for (var i = 0; i < names.Count; i++)
                {
                    if (puts[i] is { } put)
                        transaction.Put(Services, put);
                    isChanged |= puts[i] is not null || transaction.Delete(Services, names[i]);
                }

                return (isChanged ? transaction.Revision + 1 : 0, puts);
            });
            lock (acknowledged)
            {
                for (var i = 0; i < names.Count && revision > 0; i++)
                {
                    if (!acknowledged.TryGetValue(names[i], out var known) || known.Item1 < revision)
                        acknowledged[names[i]] = (revision, records[i]);
                }
            }
        }
        catch (JournalException)
        {
            // Then nothing of it may show.
        }
    }

    private static void ShouldHold(
        View view,
        Dictionary<string, (long Revision, ServiceSample? Record)> acknowledged
    ) =>
        view.Range(Services)
            .ShouldBe(
                acknowledged
                    .Values.Select(known => known.Record)
                    .OfType<ServiceSample>()
                    .OrderBy(record => record.Name, StringComparer.Ordinal)
            );

    /// <summary>Is on the same disk.</summary>
    private sealed class FullLog : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => throw new IOException("disk full");
    }

    private static Task PutAsync(Store store, string name) =>
        store.CommitAsync(transaction => transaction.Put(Services, new ServiceSample(name, 1)));
}
