using System.Collections.Concurrent;
using Estiba.Metrics.Series;

namespace Estiba.Metrics.Storage;

/// <summary>What is in one journal, in memory: what is read of it until it has become blocks.</summary>
internal sealed class Head
{
    private const int SlotBytes = 64;
    private const int ValueBytes = 16;

    private readonly ConcurrentDictionary<uint, SeriesHead> _series = new();
    private long _bytes;

    /// <summary>About how much memory it takes.</summary>
    internal long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The series that have anything in it, in the order of their ids.</summary>
    internal IReadOnlyList<uint> Series => [.. _series.Keys.Order()];

    /// <summary>The series whose first value is in it.</summary>
    internal List<StoredSeries> NewSeries { get; } = [];

    /// <summary>Adds values to what there is of their minute, and of their second where that is wanted.</summary>
    internal void Add(uint series, long time, bool isHighResolution, in Summary values)
    {
        var head = _series.GetOrAdd(series, static _ => new SeriesHead());
        lock (head)
        {
            var grown = head.Minutes.Add(Tier.Minutes.SlotOf(time), values);
            if (isHighResolution)
                grown += (head.Seconds ??= new Slots()).Add(time, values);
            Interlocked.Add(ref _bytes, grown);
        }
    }

    /// <summary>Hands out what there is of a series in a tier.</summary>
    /// <param name="series">The series.</param>
    /// <param name="tier">How finely.</param>
    /// <param name="from">Inclusive. Seconds since 1970.</param>
    /// <param name="until">Exclusive.</param>
    /// <param name="found">Gets each; it is not to keep what is in it.</param>
    internal void Read(uint series, Tier tier, long from, long until, Action<TimedSummary> found)
    {
        if (!_series.TryGetValue(series, out var head))
            return;
        lock (head)
            head.Of(tier)?.Read(from, until, found);
    }

    /// <summary>The windows that it has anything of.</summary>
    internal IReadOnlyList<(Tier Tier, long Window)> Windows()
    {
        var windows = new HashSet<(Tier, long)>();
        foreach (var head in _series.Values)
        {
            foreach (var tier in (Tier[])[Tier.Seconds, Tier.Minutes])
                head.Of(tier)?.Read(long.MinValue, long.MaxValue, it => windows.Add((tier, tier.WindowOf(it.Time))));
        }

        return [.. windows];
    }

    private sealed class SeriesHead
    {
        public Slots Minutes { get; } = new();

        public Slots? Seconds { get; set; }

        public Slots? Of(Tier tier) =>
            tier == Tier.Minutes ? Minutes
            : tier == Tier.Seconds ? Seconds
            : null;
    }

    /// <summary>Summaries in the order of time.</summary>
    private sealed class Slots
    {
        private TimedSummary[] _items = [];
        private int _size;

        /// <returns>How many bytes it has grown by.</returns>
        public long Add(long time, in Summary values)
        {
            var place = PlaceOf(time);
            var isNew = place == _size || _items[place].Time != time;
            if (isNew)
            {
                if (_size == _items.Length)
                    Array.Resize(ref _items, Math.Max(4, _size + _size / 2));
                Array.Copy(_items, place, _items, place + 1, _size - place);
                _items[place] = new TimedSummary { Time = time };
                _size++;
            }

            ref var summary = ref _items[place].Summary;
            var before = summary.Values?.Size ?? 0;
            summary.Add(values);
            return (isNew ? SlotBytes : 0) + ((summary.Values?.Size ?? 0) - before) * ValueBytes;
        }

        public void Read(long from, long until, Action<TimedSummary> found)
        {
            for (var i = PlaceOf(from); i < _size && _items[i].Time < until; i++)
                found(_items[i]);
        }

        /// <summary>The first place with this time or a later one.</summary>
        private int PlaceOf(long time)
        {
            // Nearly always it is the newest, or a newer one.
            if (_size == 0 || _items[_size - 1].Time < time)
                return _size;
            var (low, high) = (0, _size - 1);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_items[middle].Time < time)
                    low = middle + 1;
                else
                    high = middle;
            }

            return low;
        }
    }
}
