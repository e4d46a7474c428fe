namespace Estiba.Files.Tests.Segments;

/// <summary>Random histories of a store, held against a list in memory.</summary>
public sealed class SegmentStoreModelTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_store_answers_as_a_list_would(int seed)
    {
        var random = new Random(seed);
        await using var world = await StoreWorld.OpenAsync();
        var model = new List<(StreamKey Key, long Timestamp, int Order, string Message)>();
        var order = 0;
        var streams = Enumerable.Range(1, 12).Select(i => new StreamKey(1 + i % 2, i)).ToArray();

        for (var step = 0; step < 250; step++)
        {
            switch (random.Next(40))
            {
                case < 26:
                    await AppendAsync(random.GetItems(streams, 1)[0]);
                    break;
                case < 28:
                    await world.Store.FlushAsync();
                    break;
                case 28:
                    await world.ReopenAsync();
                    break;
                case 29:
                    Delete(random.GetItems(streams, 1)[0]);
                    break;
                case 30:
                    await world.Store.CleanAsync(1, expiredBefore: null);
                    await world.Store.CleanAsync(2, expiredBefore: null);
                    break;
                default:
                    Compare();
                    break;
            }
        }

        async Task AppendAsync(StreamKey key)
        {
            if (world.DeletedStreams.Contains(key))
                return;
            var batch = Enumerable
                .Range(0, random.Next(1, 12))
                .Select(i => new TextRecord(
                    random.Next(1000),
                    $"{order + i}-{new string('x', random.Next(random.Next(2) * 300 + 1))}"
                ))
                .OrderBy(item => item.Timestamp)
                .ToArray();
            await world.AppendAsync(key, batch);
            foreach (var item in batch)
                model.Add((key, item.Timestamp, order++, item.Text));
        }

        void Delete(StreamKey key)
        {
            if (random.Next(4) > 0 || !world.DeletedStreams.Add(key))
                return;
            world.Store.DeleteStream(key);
            model.RemoveAll(item => item.Key == key);
        }

        void Compare()
        {
            var group = random.Next(1, 3);
            var asked =
                random.Next(2) == 0
                    ? null
                    : streams
                        .Where(key => key.Group == group && random.Next(3) == 0)
                        .Select(key => key.Stream)
                        .ToArray();
            var (from, through) = random.Next(2) == 0 ? (0L, 1000L) : (random.Next(1000), random.Next(1000));
            var query = new RecordQuery
            {
                Group = group,
                Streams = asked is null ? null : new StreamSet(asked),
                From = from,
                Through = through,
                Descending = random.Next(2) == 0,
                Limit = random.Next(1, 60),
                MaxBytes = random.Next(2) == 0 ? 2000 : 1 << 20,
                ScanBytes = random.Next(2) == 0 ? 3000 : long.MaxValue,
            };
            var expected = model
                .Where(item => item.Key.Group == group && (asked is null || asked.Contains(item.Key.Stream)))
                .Where(item => item.Timestamp >= from && item.Timestamp <= through)
                .OrderBy(item => item.Timestamp)
                .ThenBy(item => item.Order)
                .Select(item => item.Message)
                .ToList();
            Names(world.Messages(query)).ShouldBe(Names(expected), query.ToString());

            static string Names(List<string> messages) =>
                string.Join(' ', messages.Select(message => message.TrimEnd('x')));
        }
    }
}
