using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.ElbV2;
using Estiba.Hosting.Metrics;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Rules;
using Estiba.LoadBalancing.TargetGroups;
using Estiba.LoadBalancing.Targets;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.LoadBalancing.Traffic.Targets;
using Estiba.State;

namespace Estiba.LoadBalancing.Metrics;

/// <summary>
/// What a minute of traffic becomes in the namespaces <c>AWS/ApplicationELB</c> and <c>AWS/NetworkELB</c> ("CloudWatch
/// metrics for your Application Load Balancer" and its like, user guides).
/// </summary>
/// <remarks>Metrics of single zones (dimension <c>AvailabilityZone</c>) are not published.</remarks>
/// <param name="view">The state.</param>
/// <param name="start">The minute's beginning.</param>
/// <param name="tally">What the counters were a minute ago.</param>
internal sealed class MinuteOfTraffic(View view, DateTimeOffset start, Tally tally)
{
    /// <summary>PutMetricData takes no more values at a time.</summary>
    private const int ValuesOfDatum = 150;

    internal IEnumerable<MetricSample> Of(TrafficCounters counters)
    {
        var groups = view.Range(LoadBalancingTables.TargetGroups)
            .GroupBy(group => Forwards.LoadBalancerOf(view, group.Key) ?? "", StringComparer.Ordinal)
            .ToDictionary(its => its.Key, its => its.ToList(), StringComparer.Ordinal);
        foreach (var balancer in view.Range(LoadBalancingTables.LoadBalancers).Where(it => it.DeletedAt is null))
        {
            var own = groups.GetValueOrDefault(balancer.Key) ?? [];
            var samples =
                balancer.Type == LoadBalancerTypeEnum.Application
                    ? OfApplication(balancer, own, counters)
                    : OfNetwork(balancer, own, counters);
            foreach (var sample in samples)
                yield return sample;
        }
    }

    private IEnumerable<MetricSample> OfApplication(
        LoadBalancerRecord balancer,
        List<TargetGroupRecord> groups,
        TrafficCounters counters
    )
    {
        var place = new Place(balancer, "AWS/ApplicationELB", start);
        if (counters.OfLoadBalancer(balancer.Arn) is { } all)
        {
            foreach (var sample in Grown(balancer.Arn, all.Counts, place))
                yield return sample;
            if (all.Connections.Active is > 0 and var active)
                yield return place.Sample("ActiveConnectionCount", StandardUnit.Count, Spread.Of(active));
        }

        foreach (var group in groups)
        {
            var within = place.In(group);
            var (healthy, unhealthy) = HostsOf(group);
            yield return within.Sample("HealthyHostCount", StandardUnit.Count, Spread.Of(healthy));
            yield return within.Sample("UnHealthyHostCount", StandardUnit.Count, Spread.Of(unhealthy));
            var conditions = counters.ConditionsOf(group.Arn);
            if (conditions.Count > 0)
            {
                yield return within.Sample(
                    "AnomalousHostCount",
                    StandardUnit.Count,
                    Spread.Of(conditions.Values.Count(condition => condition.IsAnomalous))
                );
                yield return within.Sample(
                    "MitigatedHostCount",
                    StandardUnit.Count,
                    Spread.Of(conditions.Values.Count(condition => condition.IsMitigated))
                );
            }

            if (counters.OfTargetGroup(group.Arn) is not { } its)
                continue;
            var requests = 0L;
            foreach (var (metric, count) in its.Counts)
            {
                var grown = tally.Growth(group.Arn, metric, count);
                if (metric == "RequestCount")
                    requests = grown;
                foreach (var sample in Grown(metric, grown, metric == "RequestCount" ? [within] : [place, within]))
                    yield return sample;
            }

            if (healthy > 0)
                foreach (var where in new[] { within, within with { IsOfGroupAlone = true } })
                    yield return where.Sample(
                        "RequestCountPerTarget",
                        StandardUnit.Count,
                        Spread.Of((double)requests / healthy)
                    );
            foreach (var sample in Times(group, its.TargetResponseTime, [place, within]))
                yield return sample;
        }
    }

    private IEnumerable<MetricSample> OfNetwork(
        LoadBalancerRecord balancer,
        List<TargetGroupRecord> groups,
        TrafficCounters counters
    )
    {
        var place = new Place(balancer, "AWS/NetworkELB", start);
        if (counters.OfNetwork(balancer.Arn) is { } all)
        {
            foreach (var sample in Grown(balancer.Arn, all.Counts, place))
                yield return sample;
            foreach (var (metric, count) in all.Active)
                if (count > 0)
                    yield return place.Sample(metric, StandardUnit.Count, Spread.Of(count));
        }

        foreach (var group in groups)
        {
            var (healthy, unhealthy) = HostsOf(group);
            yield return place.In(group).Sample("HealthyHostCount", StandardUnit.Count, Spread.Of(healthy));
            yield return place.In(group).Sample("UnHealthyHostCount", StandardUnit.Count, Spread.Of(unhealthy));
        }
    }

    private IEnumerable<MetricSample> Grown(
        string resource,
        IEnumerable<(string Metric, long Count)> counts,
        Place place
    ) => counts.SelectMany(each => Grown(each.Metric, tally.Growth(resource, each.Metric, each.Count), [place]));

    // Each thing that was counted is a value of 1; bytes are one value together. What did not happen is not reported.
    private static IEnumerable<MetricSample> Grown(string metric, long growth, Place[] places)
    {
        if (growth == 0)
            return [];
        var bytes = metric.StartsWith("ProcessedBytes", StringComparison.Ordinal);
        var (unit, spread) = bytes
            ? (StandardUnit.Bytes, Spread.Of(growth))
            : (StandardUnit.Count, new Spread(growth, growth, 1, 1));
        return places.Select(place => place.Sample(metric, unit, spread));
    }

    private IEnumerable<MetricSample> Times(TargetGroupRecord group, ResponseTimes times, Place[] places)
    {
        var grown = new List<(double Seconds, double Count)>();
        for (var number = 0; number < times.Counts.Count; number++)
            if (times.Counts[number] is > 0 and var count)
            {
                var growth = tally.Growth(group.Arn, $"TargetResponseTime/{number}", count);
                if (growth > 0)
                    grown.Add((ResponseTimes.SecondsOf(number), growth));
            }
        return grown
            .Chunk(ValuesOfDatum)
            .SelectMany(values =>
                places.Select(place =>
                    place.Sample(
                        "TargetResponseTime",
                        StandardUnit.Seconds,
                        [.. values.Select(value => value.Seconds)],
                        [.. values.Select(value => value.Count)]
                    )
                )
            );
    }

    private (int Healthy, int Unhealthy) HostsOf(TargetGroupRecord group)
    {
        var states = view.Range(LoadBalancingTables.Targets, group.Key + "/")
            .Select(target => target.Health.State)
            .ToList();
        return (
            states.Count(state => state == TargetHealthStateEnum.Healthy),
            states.Count(state => state is TargetHealthStateEnum.Unhealthy)
        );
    }

    /// <summary>What the dimensions of a metric name: a load balancer, or a target group of it.</summary>
    private sealed record Place(LoadBalancerRecord Balancer, string Namespace, DateTimeOffset Start)
    {
        internal TargetGroupRecord? Group { get; private init; }

        internal bool IsOfGroupAlone { get; init; }

        internal Place In(TargetGroupRecord group) => this with { Group = group };

        internal MetricSample Sample(string metric, string unit, Spread spread) =>
            MetricSample.Of(Balancer.Scope, Namespace, metric, unit, Dimensions, Start, spread);

        internal MetricSample Sample(
            string metric,
            string unit,
            IReadOnlyList<double> values,
            IReadOnlyList<double> counts
        ) =>
            new(
                Balancer.Scope,
                Namespace,
                new MetricDatum
                {
                    MetricName = metric,
                    Unit = unit,
                    Dimensions = Dimensions,
                    Timestamp = Start,
                    Values = values,
                    Counts = counts,
                }
            );

        private List<Dimension> Dimensions =>
            [
                .. Group is null
                    ? Array.Empty<Dimension>()
                    : [new Dimension { Name = "TargetGroup", Value = $"targetgroup/{Group.Resource}" }],
                .. IsOfGroupAlone
                    ? Array.Empty<Dimension>()
                    : [new Dimension { Name = "LoadBalancer", Value = Balancer.Resource }],
            ];
    }
}
