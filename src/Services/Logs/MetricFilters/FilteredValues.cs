using System.Buffers;
using System.Text;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Logs;
using Estiba.Hosting.Metrics;
using Estiba.Logs.Events;
using StandardUnit = Estiba.Contracts.CloudWatch.StandardUnit;

namespace Estiba.Logs.MetricFilters;

/// <summary>
/// What one metric filter has taken from the events of a while, by the minutes in which they happened.
/// </summary>
internal sealed class FilteredValues(MetricFilterRecord filter, MetricExtraction extraction)
{
    /// <summary>CloudWatch Logs disables a filter that makes more different metrics ("PutMetricFilter", API
    /// reference).</summary>
    internal const int MostDimensions = 1000;

    private const int MostValues = 10_000;
    private const int ValuesOfDatum = 150;
    private const long Minute = 60_000;

    private readonly Dictionary<(long Minute, string Dimensions), Tally> _tallies = [];
    private readonly HashSet<long> _minutes = [];
    private readonly HashSet<string> _dimensions = new(StringComparer.Ordinal);

    /// <summary>How many events have been left out, because they would have made too many metrics.</summary>
    internal int LeftOut { get; private set; }

    /// <summary>Takes what there is in events.</summary>
    internal void Add(IReadOnlyList<NewEvent> events)
    {
        foreach (var each in events)
        {
            var minute = each.Timestamp - each.Timestamp % Minute;
            _minutes.Add(minute);
            var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(each.Message.Length));
            if (
                extraction.Take(bytes.AsSpan(0, Encoding.UTF8.GetBytes(each.Message, bytes))) is var (value, dimensions)
            )
                Add(minute, value, dimensions);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>
    /// The metrics: values as they were, or where there were events and none of them matched, the default.
    /// </summary>
    internal IEnumerable<MetricSample> Samples()
    {
        foreach (var ((minute, _), tally) in _tallies)
        foreach (var datum in tally.Data)
            yield return Sample(minute, tally.Dimensions, datum);
        if (Transformation.DefaultValue is not { } standard)
            yield break;
        foreach (var minute in _minutes.Except(_tallies.Keys.Select(key => key.Minute)))
            yield return Sample(minute, [], new MetricDatum { Value = standard });
    }

    private MetricTransformation Transformation => filter.Filter.MetricTransformations![0];

    private void Add(long minute, double value, string[] dimensions)
    {
        var key = string.Join('\n', dimensions);
        if (!_dimensions.Contains(key) && (_dimensions.Count == MostDimensions || !_dimensions.Add(key)))
        {
            LeftOut++;
            return;
        }

        if (!_tallies.TryGetValue((minute, key), out var tally))
            _tallies.Add((minute, key), tally = new Tally(dimensions));
        tally.Add(value);
    }

    private MetricSample Sample(long minute, string[] dimensions, MetricDatum datum) =>
        new(
            new Scope(filter.AccountId, filter.Region),
            Transformation.MetricNamespace!,
            datum with
            {
                MetricName = Transformation.MetricName,
                Unit = Transformation.Unit ?? StandardUnit.None,
                Dimensions =
                [
                    .. extraction.DimensionNames.Zip(dimensions, (name, value) =>
                        new Dimension { Name = name, Value = value }
                    ),
                ],
                Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(minute),
            }
        );

    /// <summary>The values of a minute; of very many different ones only what they come to.</summary>
    private sealed class Tally(string[] dimensions)
    {
        private readonly Dictionary<double, double> _counts = [];
        private Spread _others;

        internal string[] Dimensions => dimensions;

        internal IEnumerable<MetricDatum> Data
        {
            get
            {
                foreach (var some in _counts.Chunk(ValuesOfDatum))
                    yield return new MetricDatum
                    {
                        Values = [.. some.Select(each => each.Key)],
                        Counts = [.. some.Select(each => each.Value)],
                    };
                if (_others.Count > 0)
                    yield return new MetricDatum
                    {
                        StatisticValues = new StatisticSet
                        {
                            SampleCount = _others.Count,
                            Sum = _others.Sum,
                            Minimum = _others.Minimum,
                            Maximum = _others.Maximum,
                        },
                    };
            }
        }

        internal void Add(double value)
        {
            if (_counts.TryGetValue(value, out var count))
                _counts[value] = count + 1;
            else if (_counts.Count < MostValues)
                _counts[value] = 1;
            else
                _others += value;
        }
    }
}
