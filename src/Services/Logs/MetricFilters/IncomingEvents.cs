using Estiba.Contracts.CloudWatch;
using Estiba.Hosting.Metrics;
using Estiba.Logs.Groups;

namespace Estiba.Logs.MetricFilters;

/// <summary>
/// Counts the log events that come in ("Monitoring usage with CloudWatch metrics", CloudWatch Logs user guide). Safe
/// for concurrent use.
/// </summary>
internal sealed class IncomingEvents
{
    private const string Namespace = "AWS/Logs";

    private readonly Lock _gate = new();
    private Dictionary<(Scope Scope, string Group), (Spread Events, Spread Bytes)> _groups = [];

    /// <summary>Counts the events of a request.</summary>
    internal void Add(LogGroupRecord group, int events, long bytes)
    {
        var key = (new Scope(group.AccountId, group.Region), group.Name);
        lock (_gate)
        {
            var known = _groups.GetValueOrDefault(key);
            _groups[key] = (known.Events + events, known.Bytes + bytes);
        }
    }

    /// <summary>The metrics of what has come since the last time: of each group, and of all groups together.</summary>
    /// <param name="minute">The minute that it came in.</param>
    internal IReadOnlyList<MetricSample> Take(DateTimeOffset minute)
    {
        Dictionary<(Scope Scope, string Group), (Spread Events, Spread Bytes)> taken;
        lock (_gate)
            (taken, _groups) = (_groups, []);
        return
        [
            .. taken.SelectMany(group =>
                Of(group.Key.Scope, [new Dimension { Name = "LogGroupName", Value = group.Key.Group }], group.Value)
            ),
            .. taken
                .GroupBy(group => group.Key.Scope, group => group.Value)
                .SelectMany(scope =>
                    Of(
                        scope.Key,
                        [],
                        scope.Aggregate((left, right) => (left.Events + right.Events, left.Bytes + right.Bytes))
                    )
                ),
        ];

        IEnumerable<MetricSample> Of(
            Scope scope,
            IReadOnlyList<Dimension> dimensions,
            (Spread Events, Spread Bytes) sum
        ) =>
            [
                MetricSample.Of(
                    scope,
                    Namespace,
                    "IncomingLogEvents",
                    StandardUnit.None,
                    dimensions,
                    minute,
                    sum.Events
                ),
                MetricSample.Of(scope, Namespace, "IncomingBytes", StandardUnit.Bytes, dimensions, minute, sum.Bytes),
            ];
    }
}
