using Estiba.Hosting.Controllers;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Hosting.Tests.Controllers;

public sealed class RecordRetentionTests
{
    [Fact]
    public async Task What_is_older_than_its_life_is_deleted_however_much_there_is()
    {
        await using var store = await Samples.StoreAsync();
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddSeconds(3000));
        await store.CommitAsync(transaction =>
        {
            for (var second = 0; second < 3000; second++)
                transaction.Put(Samples.Things, new Thing($"{second:D4}", second));
        });
        var host = new ModuleHost { Store = store, Time = time };

        var chore = RecordRetention.Of(
            "things.retention",
            host,
            Samples.Things,
            thing => DateTimeOffset.UnixEpoch.AddSeconds(thing.Size),
            TimeSpan.FromSeconds(10)
        );
        await chore.RunAsync(CancellationToken.None);

        (chore.Name, chore.Interval).ShouldBe(("things.retention", TimeSpan.FromHours(1)));
        store.Current.Range(Samples.Things).Select(thing => thing.Size).ShouldBe(Enumerable.Range(2990, 10));
    }
}
