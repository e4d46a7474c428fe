using System.Buffers.Binary;

namespace Estiba.Files.Tests.Segments;

/// <summary>The store knows nothing of what a record says: numbers are kept as well as text.</summary>
public sealed class MeasurementTests
{
    private static readonly StreamKey Load = new(1, 10);
    private static readonly StreamKey Memory = new(1, 20);

    [Fact]
    public async Task Measurements_come_back_as_they_were_from_journals_and_from_segments()
    {
        using var directory = new TemporaryDirectory();
        var options = new SegmentStoreOptions { Directory = directory.Path, Kind = Measurement.Kind };
        var expected = Enumerable.Range(0, 1000).Select(i => new Measurement(i * 60_000L, Math.Sqrt(i))).ToList();
        await using (var store = await OpenAsync(options))
        {
            await store.AppendAsync(Load, ingestionTime: 1, expected[..600]);
            await store.FlushAsync();
            await store.AppendAsync(Memory, ingestionTime: 2, [new Measurement(30_000, 0.5)]);
            await store.AppendAsync(Load, ingestionTime: 3, expected[600..]);
            Read(store, Load).ShouldBe(expected);
        }

        await using var reopened = await OpenAsync(options);
        await reopened.FlushAsync();
        Read(reopened, Load).ShouldBe(expected);
        Read(reopened, Memory).ShouldBe([new Measurement(30_000, 0.5)]);
        reopened.StoredBytes(Load.Group).ShouldBe(1001 * sizeof(double));
    }

    [Fact]
    public async Task A_store_names_its_own_records_when_they_are_in_use()
    {
        using var directory = new TemporaryDirectory();
        var options = new SegmentStoreOptions { Directory = directory.Path, Kind = Measurement.Kind };
        await using var store = await OpenAsync(options);

        (await Should.ThrowAsync<FileInUseException>(() => OpenAsync(options))).Message.ShouldStartWith(
            $"The metric measurements in '{directory.Path}' are in use"
        );
    }

    private static Task<SegmentStore> OpenAsync(SegmentStoreOptions options) =>
        SegmentStore.OpenAsync(options, new Everything(), TimeProvider.System);

    private static List<Measurement> Read(SegmentStore store, StreamKey key) =>
        [
            .. store
                .Read(new RecordQuery { Group = key.Group, Streams = new StreamSet([key.Stream]) })
                .Records.Select(found => new Measurement(
                    found.Position.Timestamp,
                    BinaryPrimitives.ReadDoubleLittleEndian(found.Payload.Span)
                )),
        ];

    private readonly record struct Measurement(long Timestamp, double Value) : IRecord
    {
        internal static RecordKind Kind { get; } = new("metric", "measurements");

        public int PayloadBytes => sizeof(double);

        public int WritePayload(Span<byte> target)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(target, Value);
            return sizeof(double);
        }
    }

    private sealed class Everything : ILiveStreams
    {
        public bool HasGroup(long group) => true;

        public bool HasStream(StreamKey stream) => true;

        public bool IsDeleted(long group) => false;

        public bool IsDeleted(StreamKey stream) => false;

        public TimeSpan? RetentionOf(long group) => null;
    }
}
