using System.Diagnostics;
using Estiba.Files.Segments;
using Estiba.Logs.Events;

namespace Estiba.Benchmarks.Logs;

/// <summary>
/// Log events: how many are stored durably in a second and how they are read back by time, over as many lines as are
/// asked for (ten million unless said otherwise), in one group with a hundred streams, on the disk of the current
/// directory.
/// </summary>
internal static class LogsBenchmark
{
    private const int Streams = 100;
    private const int BatchLines = 500;
    private const long Group = 1;

    internal static async Task RunAsync(string[] arguments)
    {
        var lines = arguments.Length > 0 ? int.Parse(arguments[0]) : 10_000_000;
        var directory = Directory.CreateDirectory(
            Path.Combine(Repository.Root, "artifacts", $"logs-benchmark-{Environment.ProcessId}")
        );
        try
        {
            var options = new SegmentStoreOptions { Directory = directory.FullName, Kind = NewEvent.Kind };
            await using (var store = await SegmentStore.OpenAsync(options, new Everything(), TimeProvider.System))
            {
                await PutSingleLinesAsync(store);
                await PutManyStreamsAsync(store);
                await PutAsync(store, lines);
                Figure.Print("logs", "on disk, compressed, per line", SizeOf(directory) / (double)lines, "bytes");
                Read(store, lines);
            }

            var clock = Stopwatch.StartNew();
            await using (var reopened = await SegmentStore.OpenAsync(options, new Everything(), TimeProvider.System))
            {
                _ = reopened.StoredBytes(Group);
                Figure.Print("logs", "opened again, with the group", clock.Elapsed.TotalMilliseconds, "ms");
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        PatternBenchmark.Run();
    }

    private static async Task PutSingleLinesAsync(SegmentStore store)
    {
        const int Writers = 64,
            Each = 500;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(async writer =>
                {
                    for (var i = 0; i < Each; i++)
                        await store.AppendAsync(new StreamKey(2, writer), i, [new NewEvent(i, AccessLog.Line(i))]);
                })
        );
        Figure.Print(
            "logs",
            $"durable batches of one line, {Writers} at a time",
            Writers * Each / clock.Elapsed.TotalSeconds,
            "batches/s"
        );
    }

    private static async Task PutManyStreamsAsync(SegmentStore store)
    {
        const int Writers = 64,
            ManyStreams = 200_000;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(async writer =>
                {
                    for (var stream = writer; stream < ManyStreams; stream += Writers)
                        await store.AppendAsync(
                            new StreamKey(3, stream),
                            stream,
                            [.. Enumerable.Range(0, 5).Select(i => new NewEvent(stream + i, AccessLog.Line(i)))]
                        );
                })
        );
        Figure.Print(
            "logs",
            $"{ManyStreams:N0} streams of five lines each, {Writers} at a time",
            ManyStreams / clock.Elapsed.TotalSeconds,
            "streams/s"
        );

        await store.FlushAsync();
        _ = store.StoredBytes(3);
        Figure.Print(
            "logs",
            "memory per stream",
            (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)ManyStreams,
            "bytes"
        );
        Measure("five lines of one of those streams", 1000, i =>
            store.Read(new RecordQuery { Group = 3, Streams = new StreamSet([i * 197L]) }).Records.Count == 5
        );
    }

    private static async Task PutAsync(SegmentStore store, int lines)
    {
        var clock = Stopwatch.StartNew();
        var next = -1;
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        while (true)
                        {
                            var batch = Interlocked.Increment(ref next);
                            var first = (long)batch * BatchLines;
                            if (first >= lines)
                                return;
                            var events = new NewEvent[BatchLines];
                            for (var i = 0; i < BatchLines; i++)
                                events[i] = new NewEvent(first + i, AccessLog.Line(first + i));
                            await store.AppendAsync(new StreamKey(Group, 1 + batch % Streams), first, events);
                        }
                    })
                )
        );
        Figure.Print(
            "logs",
            $"durable lines of {AccessLog.Line(1).Length} bytes, {BatchLines} a batch, 8 at a time",
            lines / clock.Elapsed.TotalSeconds,
            "lines/s"
        );
        await store.FlushAsync();
        Figure.Print(
            "logs",
            "the same, until all are sorted and compressed",
            lines / clock.Elapsed.TotalSeconds,
            "lines/s"
        );
    }

    private static void Read(SegmentStore store, int lines)
    {
        var random = new Random(1);
        Measure("1,000 lines of one stream from a time", 200, _ => store
                .Read(
                    new RecordQuery
                    {
                        Group = Group,
                        Streams = new StreamSet([random.Next(1, Streams + 1)]),
                        From = random.Next(lines / 2),
                        Limit = 1000,
                    }
                )
                .Records.Count == 1000);
        Measure("the last 1,000 lines of one stream", 200, _ => store
                .Read(
                    new RecordQuery
                    {
                        Group = Group,
                        Streams = new StreamSet([random.Next(1, Streams + 1)]),
                        Descending = true,
                        Limit = 1000,
                    }
                )
                .Records.Count == 1000);
        Measure("1,000 lines of all streams from a time", 50, _ => store
                .Read(
                    new RecordQuery
                    {
                        Group = Group,
                        From = random.Next(lines / 2),
                        Limit = 1000,
                    }
                )
                .Records.Count == 1000);
        Measure("the newest 10 lines of all streams", 200, _ => store
                .Read(
                    new RecordQuery
                    {
                        Group = Group,
                        From = lines - 10,
                        Limit = 1000,
                    }
                )
                .Records.Count == 10);

        var clock = Stopwatch.StartNew();
        var found = 0;
        var query = new RecordQuery { Group = Group, Filter = Estiba.Logs.Filters.FilterPattern.Parse("\" 503 \"") };
        for (RecordPosition? next = RecordPosition.Before(0); next is not null; )
        {
            var page = store.Read(query with { Beyond = next });
            found += page.Records.Count;
            next = page.Next;
        }

        Figure.Print(
            "logs",
            $"all lines searched for a phrase ({found:N0} found)",
            lines / clock.Elapsed.TotalSeconds,
            "lines/s"
        );
    }

    private static void Measure(string what, int rounds, Func<int, bool> read)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < rounds; i++)
            if (!read(i))
                throw new InvalidOperationException($"Not what was stored: {what}");
        Figure.Print("logs", what, clock.Elapsed.TotalMilliseconds / rounds, "ms");
    }

    private static long SizeOf(DirectoryInfo directory) =>
        directory
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.DirectoryName!.EndsWith("0001", StringComparison.Ordinal))
            .Sum(file => file.Length);

    private sealed class Everything : ILiveStreams
    {
        public bool HasGroup(long group) => true;

        public bool HasStream(StreamKey stream) => true;

        public bool IsDeleted(long group) => false;

        public bool IsDeleted(StreamKey stream) => false;

        public TimeSpan? RetentionOf(long group) => null;
    }
}
