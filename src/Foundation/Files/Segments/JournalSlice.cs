namespace Estiba.Files.Segments;

/// <summary>
/// Where one batch lies in a journal, and what its records span. <c>Previous</c> chains the batches of one stream, -1
/// ends it.
/// </summary>
internal readonly record struct BatchRef(
    long Stream,
    long Offset,
    long FirstTimestamp,
    long LastTimestamp,
    long IngestionTime,
    int Length,
    int AccountedBytes,
    int Previous
)
{
    public StreamStatistics Statistics => new(FirstTimestamp, LastTimestamp, IngestionTime, AccountedBytes);
}

/// <summary>The batches of one group in one journal, in order of arrival.</summary>
/// <remarks>
/// Grows only at its end, and entries never change, so an array that a reader took stays right for as many entries as
/// there were. Guarded by the group's lock; only the journal's writer adds.
/// </remarks>
internal sealed class JournalSlice(Journal journal)
{
    private readonly Dictionary<long, int> _heads = [];
    private BatchRef[] _batches = new BatchRef[4];
    private int _count;

    public Journal Journal => journal;

    public long AccountedBytes { get; private set; }

    public ReadOnlySpan<BatchRef> Batches => _batches.AsSpan(0, _count);

    public IEnumerable<long> Streams => _heads.Keys;

    public void Add(in BatchRef batch)
    {
        if (_count == _batches.Length)
            Array.Resize(ref _batches, _count * 2);

        var previous = _heads.GetValueOrDefault(batch.Stream, -1);
        _batches[_count] = batch with { Previous = previous };
        _heads[batch.Stream] = _count++;
        AccountedBytes += batch.AccountedBytes;
    }

    /// <summary>What is there now: of the whole group, or with the ends of the chains of the given streams.</summary>
    public SliceView View(StreamSet? streams) =>
        new(
            journal,
            _batches,
            _count,
            streams is null or { IsLarge: true }
                ? null
                : [.. streams.Ids.Select(stream => _heads.GetValueOrDefault(stream, -1)).Where(head => head >= 0)]
        );

    /// <summary>The batches of one stream, in order of arrival.</summary>
    public List<BatchRef> Of(long stream)
    {
        var found = new List<BatchRef>();
        for (var at = _heads.GetValueOrDefault(stream, -1); at >= 0; at = _batches[at].Previous)
            found.Add(_batches[at]);
        found.Reverse();
        return found;
    }
}

/// <summary>What a reader saw of a slice. With <c>Heads</c>, only the chains that end there are asked for.</summary>
internal readonly record struct SliceView(Journal Journal, BatchRef[] Batches, int Count, int[]? Heads);
