namespace Estiba.Metrics.Storage;

/// <summary>Adds up what is read of a series by period, and says what has to be read for it.</summary>
internal sealed class Periods
{
    private readonly int _period;
    private readonly long _origin;
    private readonly long _first;
    private readonly List<TierPart> _parts = [];
    private readonly TimedSummary[] _slots;

    /// <param name="period">Seconds.</param>
    /// <param name="from">Where the first begins, and the others after it. Inclusive. Seconds since 1970.</param>
    /// <param name="until">Exclusive.</param>
    /// <param name="now">What ages count from.</param>
    internal Periods(int period, long from, long until, long now)
    {
        (_period, _origin) = (period, from);
        // Nothing is put that is later than in two hours; clocks may go wrong by more.
        until = Math.Min(until, now + Tier.Minutes.Window);
        if (period < Tier.Minutes.Resolution)
        {
            Part(Tier.Seconds, from, until, now, now);
        }
        else
        {
            // What is of one age is in one tier, or will be when somebody gets round to it: both are looked through.
            var younger = long.MaxValue;
            foreach (var tier in (Tier[])[Tier.Minutes, Tier.FiveMinutes, Tier.Hours])
            {
                Part(tier, from, until, now, younger);
                younger = now - tier.Retention;
            }
        }

        _first = _parts.Count == 0 ? 0 : Number(_parts.Min(part => part.From));
        var last = _parts.Count == 0 ? -1 : Number(_parts.Max(part => part.Until) - 1);
        _slots = new TimedSummary[last - _first + 1];
    }

    /// <summary>What has to be read.</summary>
    internal IReadOnlyList<TierPart> Parts() => _parts;

    /// <summary>Adds what was read.</summary>
    internal void Add(TimedSummary point)
    {
        ref var slot = ref _slots[Number(point.Time) - _first];
        slot.Summary.Add(point.Summary);
    }

    /// <summary>Begins again.</summary>
    internal void Clear() => _slots.AsSpan().Clear();

    /// <summary>The periods in which there was anything.</summary>
    internal IReadOnlyList<TimedSummary> Points()
    {
        var points = new List<TimedSummary>();
        for (var i = 0; i < _slots.Length; i++)
        {
            if (!_slots[i].Summary.IsEmpty)
                points.Add(_slots[i] with { Time = _origin + (_first + i) * _period });
        }

        return points;
    }

    /// <summary>
    /// The part of a tier: as old as it may be. What is older is in a coarser one, and told only in periods that are
    /// multiples of its resolution, even where it is still there as it was.
    /// </summary>
    private void Part(Tier tier, long from, long until, long now, long younger)
    {
        foreach (var (source, oldest, newest) in Sources(tier, now, younger))
        {
            var (start, end) = (Math.Max(from, oldest), Math.Min(until, newest));
            if (start < end && _period % tier.Resolution == 0)
                _parts.Add(new TierPart(source, start, end));
        }
    }

    private static IEnumerable<(Tier Source, long Oldest, long Newest)> Sources(Tier tier, long now, long younger)
    {
        var oldest = now - tier.Retention;
        yield return (tier, oldest, long.MaxValue);
        if (younger == long.MaxValue || tier == Tier.Seconds)
            yield break;
        // Not made coarser yet: all of what the finer tiers still have of this age.
        foreach (var finer in Tier.All.Where(finer => finer.Coarser == tier || finer.Coarser?.Coarser == tier))
            yield return (finer, oldest, younger);
    }

    private long Number(long time) => (time - _origin) / _period;
}

/// <summary>Something to read.</summary>
/// <param name="Tier">Of which tier.</param>
/// <param name="From">Inclusive. Seconds since 1970.</param>
/// <param name="Until">Exclusive.</param>
internal readonly record struct TierPart(Tier Tier, long From, long Until);
