namespace Estiba.Files.Tests.Segments;

public sealed class FullDiskTests
{
    private static readonly StreamKey Key = new(1, 10);

    [Fact]
    public async Task A_full_disk_refuses_batches_keeps_what_was_stored_and_goes_on_when_there_is_room()
    {
        using var disk = new SmallDisk("1m");
        var options = new SegmentStoreOptions
        {
            Kind = TextRecord.Kind,
            Directory = disk.Path,
            JournalBytes = 128 << 10,
            SegmentBytes = 1 << 20,
            BlockBytes = 4096,
        };
        await using var world = await StoreWorld.OpenAsync(disk.Path, options);
        var random = new Random(1);
        var stored = new List<string>();
        IOException? failure = null;
        while (failure is null)
        {
            var message = Convert.ToHexString(RandomBytes(random, 2000));
            try
            {
                await world.AppendAsync(Key, stored.Count, message);
                stored.Add(message);
            }
            catch (IOException full)
            {
                failure = full;
            }
        }

        failure.Message.ShouldContain("No space left on device");
        stored.Count.ShouldBeGreaterThan(50);
        world.Messages(StoreWorld.Stream(Key)).ShouldBe(stored);

        await world.ReopenAsync();
        world.Messages(StoreWorld.Stream(Key)).ShouldBe(stored);

        disk.Grow("8m");
        await world.AppendAsync(Key, stored.Count, "room again");
        await world.Store.FlushAsync();
        world.Messages(StoreWorld.Stream(Key)).ShouldBe([.. stored, "room again"]);
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
