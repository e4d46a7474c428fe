using Estiba.Metrics.Series;

namespace Estiba.Metrics.Storage;

/// <summary>All series that have values, in memory.</summary>
/// <remarks>Texts that many series share (namespaces, names, dimensions) are there once.</remarks>
internal sealed class SeriesTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Scope, ScopeSeries> _scopes = [];
    private readonly Dictionary<uint, StoredSeries> _byId = [];
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private uint _next = 1;

    /// <summary>How many there are.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
                return _byId.Count;
        }
    }

    /// <summary>All of them, in the order of their ids.</summary>
    internal IReadOnlyList<StoredSeries> All
    {
        get
        {
            lock (_gate)
                return [.. _byId.Values.OrderBy(series => series.Id)];
        }
    }

    /// <summary>Keeps an id from being given, although no series that is known has it.</summary>
    internal void Reserve(uint id)
    {
        lock (_gate)
            _next = Math.Max(_next, id + 1);
    }

    /// <summary>The series of a metric, one for each unit.</summary>
    internal IReadOnlyList<StoredSeries> Of(Scope scope, Metric metric)
    {
        lock (_gate)
            return _scopes.TryGetValue(scope, out var known) ? known.ByMetric.GetValueOrDefault(metric, []) : [];
    }

    /// <summary>The series with an id; null when there is none.</summary>
    internal StoredSeries? Find(uint id)
    {
        lock (_gate)
            return _byId.GetValueOrDefault(id);
    }

    /// <summary>The metrics of a scope, in the order in which they came first.</summary>
    internal IReadOnlyList<StoredSeries[]> In(Scope scope)
    {
        lock (_gate)
        {
            if (!_scopes.TryGetValue(scope, out var known))
                return [];
            return known.InOrder ??= [.. known.ByMetric.Values.OrderBy(units => units[0].Id)];
        }
    }

    /// <summary>The series of a metric and unit; a new one where there is none.</summary>
    internal StoredSeries GetOrAdd(Scope scope, Metric metric, string unit, long now, out bool isNew)
    {
        lock (_gate)
        {
            if (_scopes.TryGetValue(scope, out var known) && known.ByMetric.TryGetValue(metric, out var units))
            {
                foreach (var series in units)
                {
                    if (series.Unit == unit)
                    {
                        isNew = false;
                        return series;
                    }
                }
            }

            isNew = true;
            var added = new StoredSeries(_next, scope, metric, unit, now);
            AddLocked(added);
            return _byId[added.Id];
        }
    }

    /// <summary>Adds a series that was found in a file.</summary>
    internal void Add(StoredSeries series)
    {
        lock (_gate)
        {
            if (!_byId.ContainsKey(series.Id))
                AddLocked(series);
        }
    }

    /// <summary>Forgets series of which nothing is kept.</summary>
    internal void Remove(IEnumerable<StoredSeries> gone)
    {
        lock (_gate)
        {
            foreach (var series in gone)
            {
                if (!_byId.Remove(series.Id))
                    continue;
                var scope = _scopes[series.Scope];
                scope.InOrder = null;
                var left = scope.ByMetric[series.Metric].Where(other => other.Id != series.Id).ToArray();
                if (left.Length == 0)
                    scope.ByMetric.Remove(series.Metric);
                else
                    scope.ByMetric[series.Metric] = left;
            }
        }
    }

    private void AddLocked(StoredSeries series)
    {
        var metric = series.Metric;
        var shared = series with
        {
            Metric = new Metric(
                Shared(metric.Namespace),
                Shared(metric.Name),
                metric.Dimensions.Select(it => new MetricDimension(Shared(it.Name), Shared(it.Value)))
            ),
            Unit = Shared(series.Unit),
            Scope = new Scope(Shared(series.Scope.AccountId), Shared(series.Scope.Region)),
        };
        if (!_scopes.TryGetValue(shared.Scope, out var scope))
            _scopes.Add(shared.Scope, scope = new ScopeSeries());
        scope.InOrder = null;
        scope.ByMetric[shared.Metric] = [.. scope.ByMetric.GetValueOrDefault(shared.Metric, []), shared];
        _byId.Add(shared.Id, shared);
        _next = Math.Max(_next, shared.Id + 1);
    }

    private string Shared(string text)
    {
        if (_texts.TryGetValue(text, out var known))
            return known;
        _texts.Add(text, text);
        return text;
    }

    private sealed class ScopeSeries
    {
        public Dictionary<Metric, StoredSeries[]> ByMetric { get; } = [];

        public StoredSeries[][]? InOrder { get; set; }
    }
}
