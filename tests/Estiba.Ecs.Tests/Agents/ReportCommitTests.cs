using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.State;
using Estiba.State.Journals;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests.Agents;

public sealed class ReportCommitTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Reports_that_come_while_one_is_committed_are_committed_together()
    {
        using var journal = new SlowJournal();
        await using var store = await Store.OpenAsync(journal, EcsTables.All);
        var commits = new List<int>();
        using var watch = store.Subscribe(commit => commits.Add(commit.Of(EcsTables.Clusters).Count()));
        var reports = new ReportCommits(store);
        journal.Hold();

        var all = Enumerable.Range(0, 20).Select(number => reports.CommitAsync(Put($"c{number}"))).ToList();
        journal.Release();
        await Task.WhenAll(all).WaitAsync(Limit);

        commits.ShouldBe([1, 19]);
    }

    [Fact]
    public async Task No_commit_has_more_reports_than_are_right_for_one()
    {
        using var journal = new SlowJournal();
        await using var store = await Store.OpenAsync(journal, EcsTables.All);
        var commits = new List<int>();
        using var watch = store.Subscribe(commit => commits.Add(commit.Of(EcsTables.Clusters).Count()));
        var reports = new ReportCommits(store);
        journal.Hold();

        var all = Enumerable.Range(0, 2500).Select(number => reports.CommitAsync(Put($"c{number}"))).ToList();
        journal.Release();
        await Task.WhenAll(all).WaitAsync(Limit);

        commits.Sum().ShouldBe(2500);
        commits.Max().ShouldBe(ReportCommits.MostReports);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_report_that_is_refused_is_refused_alone(bool inWordsOfAws)
    {
        using var journal = new SlowJournal();
        await using var store = await Store.OpenAsync(journal, EcsTables.All);
        var reports = new ReportCommits(store);
        Exception refusal = inWordsOfAws
            ? EcsErrors.AccessDeniedException("not yours")
            : new InvalidOperationException("a bug");
        journal.Hold();

        var first = reports.CommitAsync(Put("first"));
        var second = reports.CommitAsync(Put("second"));
        var refused = reports.CommitAsync(_ => throw refusal);
        var third = reports.CommitAsync(Put("third"));
        journal.Release();

        (await Should.ThrowAsync<Exception>(() => refused.WaitAsync(Limit))).ShouldBe(refusal);
        await Task.WhenAll(first, second, third).WaitAsync(Limit);
        store.Current.Range(EcsTables.Clusters).Select(cluster => cluster.Name).ShouldBe(["first", "second", "third"]);
    }

    [Fact]
    public async Task What_is_not_durable_is_not_acknowledged()
    {
        using var journal = new SlowJournal();
        await using var store = await Store.OpenAsync(journal, EcsTables.All);
        var reports = new ReportCommits(store);
        journal.Hold();
        var all = Enumerable.Range(0, 3).Select(number => reports.CommitAsync(Put($"c{number}"))).ToList();
        journal.Fails = true;
        journal.Release();

        foreach (var report in all)
            await Should.ThrowAsync<JournalException>(() => report.WaitAsync(Limit));

        journal.Fails = false;
        await reports.CommitAsync(Put("later")).WaitAsync(Limit);
        store.Current.Range(EcsTables.Clusters).Single().Name.ShouldBe("later");
    }

    private static Action<Transaction> Put(string name) =>
        transaction =>
            transaction.Put(
                EcsTables.Clusters,
                new()
                {
                    Scope = new Scope("123456789012", "eu-west-1"),
                    Name = name,
                    Status = "ACTIVE",
                    CreatedAt = EcsWorld.Start,
                }
            );

    /// <summary>A journal whose writes a test holds back.</summary>
    private sealed class SlowJournal : IJournal
    {
        private readonly MemoryJournal _kept = new();
        private readonly ManualResetEventSlim _released = new(initialState: true);

        public bool IsImmediate => false;

        internal bool Fails { get; set; }

        public long Epoch => _kept.Epoch;

        public (long Revision, long LastRowId) Load(Action<JournalRow> row) => _kept.Load(row);

        public long Lead() => _kept.Lead();

        public void Write(JournalBatch batch)
        {
            _released.Wait(Limit);
            if (Fails)
                throw new JournalException("The disk is full.");
            _kept.Write(batch);
        }

        public void Dispose() => _released.Set();

        internal void Hold() => _released.Reset();

        internal void Release() => _released.Set();
    }
}
