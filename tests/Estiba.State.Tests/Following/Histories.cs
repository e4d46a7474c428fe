using Estiba.State.Journals;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests.Following;

/// <summary>Random transactions, and what makes two states the same.</summary>
internal static class Histories
{
    private static readonly string[] Statuses = ["PENDING", "RUNNING", "STOPPED"];

    /// <summary>Puts and deletes a few of so many records.</summary>
    internal static Task CommitRandomAsync(this Store store, Random random, int records = 200)
    {
        var seed = random.Next();
        return store.CommitAsync(transaction =>
        {
            var chance = new Random(seed);
            for (var i = chance.Next(1, 6); i > 0; i--)
            {
                var number = chance.Next(records);
                if (chance.Next(4) == 0)
                    transaction.Delete(Tasks, $"task-{number}");
                else if (chance.Next(8) == 0)
                    transaction.Put(Services, new ServiceSample($"service-{number % 7}", chance.Next(100)));
                else
                    transaction.Put(Tasks, RandomTask(number, chance));
            }
        });
    }

    /// <summary>Follows until the leader closes, or the test is tired of it.</summary>
    internal static async Task FollowAsync(Store follower, Store leader, CancellationToken cancellation = default)
    {
        await foreach (var batch in leader.FollowAsync(follower.Position, cancellation))
            await follower.ApplyAsync(batch, cancellation);
    }

    /// <summary>Takes all that is durable now, from the beginning where there is no other way.</summary>
    internal static async Task CatchUpAsync(Store follower, IJournal journalOfLeader)
    {
        using var reader = journalOfLeader.OpenReader();
        RowBatch? batch;
        try
        {
            batch = reader.Read(follower.Position);
        }
        catch (RevisionTrimmedException)
        {
            batch = reader.Read(JournalPosition.None);
        }

        if (batch is not null)
            await follower.ApplyAsync(batch);
    }

    internal static void ShouldEqual(View view, View other)
    {
        view.Revision.ShouldBe(other.Revision);
        view.Range(Services).ShouldBe(other.Range(Services));
        view.Range(Tasks).ShouldBe(other.Range(Tasks));
        view.InOrder(Tasks, ByInstance).ShouldBe(other.InOrder(Tasks, ByInstance));
        view.InOrder(Tasks, ByService).ShouldBe(other.InOrder(Tasks, ByService));
        view.Aggregates(Tasks, OfInstance).ShouldBe(other.Aggregates(Tasks, OfInstance));
    }

    private static TaskSample RandomTask(int number, Random chance) =>
        new(
            $"task-{number}",
            $"service-{chance.Next(7)}",
            Statuses[chance.Next(Statuses.Length)],
            chance.Next(5) == 0 ? null : $"instance-{chance.Next(9)}"
        );
}
