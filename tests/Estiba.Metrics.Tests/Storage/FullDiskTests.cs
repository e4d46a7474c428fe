using Estiba.Metrics.Series;
using Estiba.Metrics.Storage;

namespace Estiba.Metrics.Tests.Storage;

public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_refuses_values_keeps_what_was_stored_and_goes_on_when_there_is_room()
    {
        using var disk = new SmallDisk("1m");
        await using var world = await StorageWorld.OpenAsync(
            disk.Path,
            options: new StorageOptions { Directory = "", JournalBytes = 128 << 10 }
        );
        var random = new Random(1);
        var (stored, failure) = (0, default(IOException));
        while (failure is null)
        {
            var batch = Enumerable
                .Range(0, 200)
                .Select(i => new Measurement(
                    StorageWorld.Metric($"m{i}"),
                    "Count",
                    world.Now - 60 * (stored % 1000),
                    false,
                    Summary.Of(random.NextDouble())
                ))
                .ToList();
            try
            {
                await world.Store.PutAsync(StorageWorld.Scope, batch);
                stored++;
            }
            catch (IOException full)
            {
                failure = full;
            }
        }

        stored.ShouldBeGreaterThan(50);
        Stored().ShouldBe(stored);
        await world.ReopenAsync();
        Stored().ShouldBe(stored);

        disk.Grow("16m");
        await world.PutAsync("m7", 1);
        await world.Store.FlushAsync();
        Stored().ShouldBe(stored + 1);

        double Stored() => world.Read("m7", "SampleCount").Sum(point => point.Value);
    }
}
