using Estiba.State.Journals;
using FsCheck;
using FsCheck.Fluent;
using static Estiba.State.Tests.Following.Histories;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests.Following;

/// <summary>
/// Histories of two stores of which one leads and one follows, each of which may be closed and opened, and which may
/// change places. Whenever the follower has caught up, it is what the leader is, and so is what its watchers heard.
/// </summary>
public sealed class FollowProperties
{
    [Fact]
    public void A_follower_in_memory_is_what_its_leader_is() =>
        Check(60, history => PlayAsync(history, _ => new MemoryJournal(new JournalHistory(12, TimeSpan.MaxValue))));

    [Fact]
    public void A_follower_with_a_file_is_what_its_leader_is() => Check(12, async history =>
        {
            using var directory = new TemporaryDirectory();
            var few = new JournalHistory(12, TimeSpan.FromDays(1));
            await PlayAsync(history, name => new SqliteJournal(directory.File($"{name}/state.db"), history: few));
        });

    private static void Check(int histories, Func<IReadOnlyList<Step>, Task> play)
    {
        var samples =
            from number in Gen.Choose(0, 9)
            from status in Gen.Elements("PENDING", "RUNNING")
            from instance in Gen.Elements("a/1", "a/2", "b/1", null)
            select new TaskSample($"task-{number}", "web", status, instance);
        var changes = Gen.Frequency(
            (3, samples.Select(sample => (Put: (TaskSample?)sample, Delete: sample.Id))),
            (2, samples.Select(sample => (Put: (TaskSample?)null, Delete: sample.Id)))
        );
        var steps = Gen.Frequency(
            (10, changes.NonEmptyListOf().Select(list => new Step(Kind.Commit, [.. list]))),
            (4, Gen.Constant(new Step(Kind.CatchUp, []))),
            (1, Gen.Constant(new Step(Kind.ReopenLeader, []))),
            (1, Gen.Constant(new Step(Kind.ReopenFollower, []))),
            (1, Gen.Constant(new Step(Kind.ChangePlaces, [])))
        );
        Prop.ForAll(Arb.From(steps.ListOf()), history => play([.. history]))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(histories));
    }

    private static async Task PlayAsync(IReadOnlyList<Step> history, Func<string, IJournal> open)
    {
        var kept = new Dictionary<string, IJournal>();
        var (leads, follows) = ("one", "two");
        var leader = await OpenAsync(Journal(leads));
        var follower = await Store.OpenFollowerAsync(Journal(follows), All);
        var mirror = new Mirror(follower);
        foreach (var (kind, changes) in history.Append(new Step(Kind.CatchUp, [])))
        {
            switch (kind)
            {
                case Kind.Commit:
                    await leader.CommitAsync(transaction =>
                    {
                        foreach (var (put, delete) in changes)
                        {
                            if (put is not null)
                                transaction.Put(Tasks, put);
                            else
                                transaction.Delete(Tasks, delete);
                        }
                    });
                    break;
                case Kind.CatchUp:
                    await CatchUpAsync(follower, Journal(leads));
                    ShouldEqual(follower.Current, leader.Current);
                    mirror.ShouldBe(follower.Current);
                    break;
                case Kind.ReopenLeader:
                    await leader.DisposeAsync();
                    leader = await OpenAsync(Journal(leads));
                    break;
                case Kind.ReopenFollower:
                    await follower.DisposeAsync();
                    follower = await Store.OpenFollowerAsync(Journal(follows), All);
                    mirror = new Mirror(follower);
                    break;
                case Kind.ChangePlaces:
                    await leader.DisposeAsync();
                    await CatchUpAsync(follower, Journal(leads));
                    await follower.PromoteAsync();
                    (leads, follows) = (follows, leads);
                    leader = follower;
                    follower = await Store.OpenFollowerAsync(Journal(follows), All);
                    mirror = new Mirror(follower);
                    break;
                default:
                    throw new InvalidOperationException($"{kind}");
            }
        }

        await leader.DisposeAsync();
        await follower.DisposeAsync();

        IJournal Journal(string name)
        {
            if (kept.TryGetValue(name, out var journal))
                return journal;
            journal = open(name);
            if (journal is MemoryJournal)
                kept.Add(name, journal);
            return journal;
        }
    }

    private enum Kind
    {
        Commit,
        CatchUp,
        ReopenLeader,
        ReopenFollower,
        ChangePlaces,
    }

    private sealed record Step(Kind Kind, IReadOnlyList<(TaskSample? Put, string Delete)> Changes);

    /// <summary>What a watcher makes of the changes that it hears of.</summary>
    private sealed class Mirror
    {
        private readonly SortedDictionary<string, TaskSample> _tasks = new(StringComparer.Ordinal);
        private readonly List<string> _wrong = [];

        internal Mirror(Store store)
        {
            foreach (var task in store.Current.Range(Tasks))
                _tasks.Add(task.Id, task);
            store.Subscribe(commit =>
            {
                foreach (var change in commit.Of(Tasks))
                {
                    // A watcher that throws is not heard.
                    if (change.Before != _tasks.GetValueOrDefault(change.Key))
                        _wrong.Add($"{change.Key} was not {change.Before} before revision {commit.Revision}");
                    if (change.After is { } after)
                        _tasks[change.Key] = after;
                    else
                        _tasks.Remove(change.Key);
                }
            });
        }

        internal void ShouldBe(View view)
        {
            _wrong.ShouldBeEmpty();
            _tasks.Values.ShouldBe(view.Range(Tasks));
        }
    }
}
