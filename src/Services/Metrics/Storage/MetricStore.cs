using Estiba.Files;
using Estiba.Metrics.Series;
using Microsoft.Extensions.Logging;

namespace Estiba.Metrics.Storage;

/// <summary>
/// All that was measured, on disk. Values of all callers are appended to one journal, so that one sync makes many of
/// them durable, and added up in memory by series and minute; full journals become blocks, immutable files by window of
/// time with the columns of each series compressed, which are merged, made coarser and deleted by age. One process has
/// the directory open.
/// </summary>
/// <remarks>
/// <code>
/// series                                     which series there are, by id
/// journal/{number}.journal                   values as they came
/// blocks/{tier}/{window}.{first}-{last}.block  the values of a window from those journals
/// catalog                                    the names of all of these
/// </code> Whatever is put of a minute adds up with what is there, in whichever file that is; so values may come in any
/// order, and nothing is ever changed.
/// </remarks>
internal sealed class MetricStore : IMetricReader, IAsyncDisposable
{
    private readonly StorageState _state;
    private readonly FileLock _directoryLock;
    private readonly Maintenance _maintenance;
    private readonly ValueWriter _writer;
    private bool _isClosed;

    private MetricStore(StorageOptions options, TimeProvider time, ILogger? logger, Damage damage)
    {
        DurableDirectory.Create(options.JournalDirectory);
        DurableDirectory.Create(options.BlockDirectory);
        _directoryLock = FileLock.TakeDirectory(options.Directory, "What was measured");
        FileCatalog? catalog = null;
        try
        {
            catalog = FileCatalog.Open(options.Directory, () => Present(options), damage);
            _state = new StorageState(options, new SeriesTable(), catalog, damage, logger, time);
            LookForMissing();
            var next = Recovery.Run(_state);
            _maintenance = new Maintenance(_state);
            _writer = new ValueWriter(_state, _maintenance, next);
            if (_state.Current.Heads.Count > 1)
                _maintenance.Enqueue();
        }
        catch
        {
            catalog?.Dispose();
            _directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>Opens the store, and puts together what an earlier process left.</summary>
    /// <exception cref="IOException">The directory cannot be used, or another process has it open.</exception>
    /// <exception cref="InvalidDataException">Everything is gone that was in it; the message says what to
    /// do.</exception>
    internal static Task<MetricStore> OpenAsync(
        StorageOptions options,
        TimeProvider time,
        ILogger? logger = null,
        Damage? damage = null
    ) => Task.Run(() => new MetricStore(options, time, logger, damage ?? new Damage(logger)));

    /// <summary>Makes the catalog of the files that are there, which must be all that there should be.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    internal static void MakeCatalog(StorageOptions options)
    {
        Directory.CreateDirectory(options.JournalDirectory);
        FileCatalog.Open(options.Directory, () => Present(options), new Damage()).Dispose();
    }

    /// <summary>Before it nothing can be put: it is kept too coarsely for that already. Seconds since 1970.</summary>
    internal long Floor => _state.Current.Blocks.Floor;

    /// <summary>How many series there are: metrics, by unit.</summary>
    internal int SeriesCount => _state.Series.Count;

    /// <summary>Stores values; they are durable, and every later read sees them, when the task has completed.</summary>
    /// <exception cref="IOException">They could not be stored (a full disk, most likely); nothing of them will be
    /// seen.</exception>
    internal Task PutAsync(Scope scope, IReadOnlyList<Measurement> values, CancellationToken cancellation = default) =>
        values.Count == 0 ? Task.CompletedTask : _writer.PutAsync(scope, values, cancellation);

    /// <summary>What there is of a metric, by unit and period.</summary>
    /// <param name="scope">Whose it is.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="unit">Only values in this unit; null for those in all.</param>
    /// <param name="period">Seconds.</param>
    /// <param name="from">Where the first period begins, inclusive; the others follow it. Seconds since 1970.</param>
    /// <param name="until">Exclusive.</param>
    /// <param name="withValues">Whether percentiles will be asked for.</param>
    internal IReadOnlyList<UnitValues> Read(
        Scope scope,
        Metric metric,
        string? unit,
        int period,
        long from,
        long until,
        bool withValues
    )
    {
        var found = new List<UnitValues>();
        foreach (var series in _state.Series.Of(scope, metric))
        {
            if (unit is not null && series.Unit != unit)
                continue;
            var periods = new Periods(period, from, until, _state.Now);
            Read(series.Id, periods, withValues);
            if (periods.Points() is { Count: > 0 } points)
                found.Add(new UnitValues(series.Unit, points));
        }

        return found;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Datapoint> Read(Scope scope, SeriesQuery query)
    {
        var units = Read(
            scope,
            query.Metric,
            query.Unit,
            query.Period,
            query.From,
            query.Until,
            StatisticValue.NeedsValues(query.Statistic)
        );
        var points = new List<Datapoint>();
        foreach (var point in units.Count == 1 ? units[0].Points : UnitValues.Together(units))
        {
            if (StatisticValue.Of(query.Statistic, point.Summary) is { } value)
                points.Add(new Datapoint(point.Time, value));
        }

        return points;
    }

    /// <inheritdoc/>
    public IEnumerable<KnownMetric> Metrics(Scope scope) =>
        _state
            .Series.In(scope)
            .Select(units => new KnownMetric(units[0].Metric, units.Max(series => series.LastValue)));

    /// <summary>Makes blocks of a journal that is old, makes coarser blocks of what is too old, and deletes what nobody
    /// may read any more.</summary>
    /// <exception cref="IOException">It could not be done now.</exception>
    internal async Task CleanAsync(CancellationToken cancellation = default)
    {
        var isOld =
            _state.Current.Heads is [.., { Log.IsEmpty: false } active]
            && _state.Time.GetUtcNow() - active.BegunAt >= _state.Options.JournalAge;
        if (isOld)
            await FlushAsync(cancellation);
        await _maintenance.AgeAsync(cancellation);
    }

    /// <summary>Ends the newest journal and waits until everything has become blocks.</summary>
    /// <exception cref="IOException">It could not be (a full disk, most likely); it stays in the journals, and is tried
    /// again.</exception>
    internal async Task FlushAsync(CancellationToken cancellation = default)
    {
        // What is left of an earlier failure first: where that fails again, no other journal is begun.
        await _maintenance.FlushAsync(cancellation);
        await _writer.SealAsync(cancellation);
        await _maintenance.FlushAsync(cancellation);
    }

    /// <summary>Closes the files; what was stored is found again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        await _writer.DisposeAsync();
        await _maintenance.DisposeAsync();
        var last = _state.Current;
        foreach (var file in last.Blocks.All)
            file.Dispose();
        foreach (var journal in last.Heads)
            journal.Log.Dispose();
        _state.Catalog.Dispose();
        _directoryLock.Dispose();
    }

    private void Read(uint series, Periods periods, bool withValues)
    {
        while (true)
        {
            try
            {
                var snapshot = _state.Current;
                foreach (var part in periods.Parts())
                    Read(snapshot, series, part, periods, withValues);
                return;
            }
            catch (ObjectDisposedException)
            {
                // A file was replaced by another meanwhile; what was read of it is not counted.
                periods.Clear();
            }
        }
    }

    private void Read(StorageSnapshot snapshot, uint series, TierPart part, Periods periods, bool withValues)
    {
        for (var window = part.Tier.WindowOf(part.From); window < part.Until; window += part.Tier.Window)
        {
            foreach (var file in snapshot.Blocks.In(part.Tier, window))
            {
                try
                {
                    foreach (var point in file.Read(series, withValues))
                    {
                        if (point.Time >= part.From && point.Time < part.Until)
                            periods.Add(point);
                    }
                }
                catch (InvalidDataException damaged)
                {
                    _state.Report(file.Path, damaged, series);
                }
            }
        }

        foreach (var journal in snapshot.Heads)
            journal.Head.Read(series, part.Tier, part.From, part.Until, periods.Add);
    }

    private static IEnumerable<string> Present(StorageOptions options) =>
        Recovery
            .Journals(options)
            .Select(journal => journal.Path)
            .Concat(Recovery.Blocks(options).Select(block => Path.Combine(options.Directory, block.Path)))
            .Concat(File.Exists(options.SeriesFile) ? [options.SeriesFile] : []);

    /// <summary>
    /// Says which files are missing. A single one leaves the others readable; that all are gone is no accident of one
    /// file, and without the list of the series nothing can be read.
    /// </summary>
    private void LookForMissing()
    {
        var options = _state.Options;
        var missing = StorageCheck.Missing(options, _state.Catalog.Names);
        if (missing.Count == 0)
            return;
        if (!options.AcceptsLoss)
            RefuseWithout(missing);
        foreach (var name in missing)
            _state.Damage.Report(name, StorageCheck.Sentence(options, name));

        // They are said to be missing once, and not at every start, where that was accepted.
        if (options.AcceptsLoss)
            _state.Catalog.Remove(missing);
    }

    private void RefuseWithout(IReadOnlyList<string> missing)
    {
        foreach (var kind in (string[])["series", StorageOptions.JournalFolder + "/", StorageOptions.BlockFolder + "/"])
        {
            var known = _state.Catalog.Names.Count(name => name.StartsWith(kind, StringComparison.Ordinal));
            var gone = missing.Where(name => name.StartsWith(kind, StringComparison.Ordinal)).ToList();
            if (known == 0 || gone.Count < known)
                continue;
            throw new InvalidDataException(
                $"All that is in {kind.TrimEnd('/')} is missing from {_state.Options.Directory}, the first of "
                    + $"{gone.Count} is {gone[0]}. Restore a backup (estiba restore), choose another data directory "
                    + "with --data, or go on without what is missing with --accept-loss."
            );
        }
    }
}

/// <summary>The values of a metric in one unit.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Points">By period, in the order of time.</param>
internal sealed record UnitValues(string Unit, IReadOnlyList<TimedSummary> Points)
{
    /// <summary>All units as if they were one.</summary>
    internal static IReadOnlyList<TimedSummary> Together(IReadOnlyList<UnitValues> units)
    {
        var sums = new SortedList<long, TimedSummary>();
        foreach (var point in units.SelectMany(unit => unit.Points))
        {
            var sum = sums.GetValueOrDefault(point.Time, new TimedSummary { Time = point.Time });
            sum.Summary.Add(point.Summary);
            sums[point.Time] = sum;
        }

        return [.. sums.Values];
    }
}
