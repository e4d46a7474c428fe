using System.Net;

namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>
/// Compares the errors of a group's targets, and gives less to those that fail more often than the others ("Automatic
/// Target Weights", user guide for Application Load Balancers). Pure but for what it remembers; not safe for concurrent
/// use.
/// </summary>
/// <remarks>
/// What was seen of a target counts for as long as <see cref="Window"/> newer requests have not taken its place,
/// however long that takes: a target that gets little does not become normal by being spared. AWS documents neither its
/// window nor its thresholds; these are ours.
/// </remarks>
internal sealed class TargetWeights
{
    /// <summary>"Anomaly detection and mitigation require a minimum of three healthy targets".</summary>
    internal const int FewestTargets = 3;

    /// <summary>How many of a target's last requests are looked at, about.</summary>
    internal const double Window = 50;

    /// <summary>With fewer requests nothing is said of a target.</summary>
    internal const double FewestRequests = 10;

    /// <summary>What an anomalous target gets at least, so that it is seen when it is well again.</summary>
    internal const double Least = 1.0 / 16;

    private const double StandardErrors = 3;
    private const double Tolerance = 0.02;
    private const double LeastDeviation = 0.01;
    private const double Shrinking = 0.5;
    private const double Growing = 1.25;

    private readonly Dictionary<IPEndPoint, Memory> _memories = [];

    /// <summary>Takes account of what happened since the last time.</summary>
    /// <param name="healthy">The healthy targets, with how many requests each has had and how many of them failed since
    /// the group began.</param>
    /// <param name="mitigates">Whether anomalous targets get less.</param>
    /// <returns>What is now thought of each of them.</returns>
    internal Dictionary<IPEndPoint, TargetCondition> Next(
        IReadOnlyList<(IPEndPoint Target, long Requests, long Errors)> healthy,
        bool mitigates
    )
    {
        foreach (var gone in _memories.Keys.Except(healthy.Select(its => its.Target)).ToList())
            _memories.Remove(gone);
        foreach (var (target, requests, errors) in healthy)
            _memories[target] = Remember(_memories.GetValueOrDefault(target), requests, errors);

        var anomalous = healthy
            .Where(its => healthy.Count >= FewestTargets && IsAnomalous(its.Target))
            .Select(its => its.Target)
            .ToHashSet();
        var conditions = new Dictionary<IPEndPoint, TargetCondition>();
        foreach (var (target, _, _) in healthy)
        {
            var memory = _memories[target];
            var weight =
                !mitigates ? 1
                : anomalous.Contains(target) ? Math.Max(memory.Weight * Shrinking, Least)
                : Math.Min(memory.Weight * Growing, 1);
            _memories[target] = memory with { Weight = weight };
            conditions[target] = new TargetCondition(anomalous.Contains(target), weight);
        }
        return conditions;
    }

    private static Memory Remember(Memory? before, long requests, long errors)
    {
        if (before is null || requests < before.AllRequests)
            return new Memory(requests, errors, Math.Min(requests, Window), Share(errors, requests), Weight: 1);
        var (newRequests, newErrors) = (requests - before.AllRequests, errors - before.AllErrors);
        var kept = Math.Min(before.Seen, Math.Max(Window - newRequests, 0));
        return before with
        {
            AllRequests = requests,
            AllErrors = errors,
            Seen = Math.Min(kept + newRequests, Window),
            ErrorRate = Share((kept * before.ErrorRate) + newErrors, kept + newRequests),
        };
    }

    /// <summary>
    /// Whether a target fails more often than the usual one of the others, and by more than chance explains. The usual
    /// one is the median: what the larger part does is no anomaly.
    /// </summary>
    private bool IsAnomalous(IPEndPoint target)
    {
        var its = _memories[target];
        var others = _memories
            .Where(other => !other.Key.Equals(target) && other.Value.Seen >= FewestRequests)
            .Select(other => other.Value.ErrorRate)
            .Order()
            .ToList();
        if (its.Seen < FewestRequests || others.Count < FewestTargets - 1)
            return false;
        var usual = others[others.Count / 2];
        var deviation = Math.Sqrt(Math.Max(usual * (1 - usual), LeastDeviation) / its.Seen);
        return its.ErrorRate > usual + (StandardErrors * deviation) + Tolerance;
    }

    private static double Share(double part, double all) => all > 0 ? part / all : 0;

    /// <summary>What is known of a target.</summary>
    /// <param name="AllRequests">Its requests when it was looked at last.</param>
    /// <param name="AllErrors">Those of them that failed.</param>
    /// <param name="Seen">How many requests the error rate is of.</param>
    /// <param name="ErrorRate">Which part of them failed.</param>
    /// <param name="Weight">Which part of its share of requests it gets.</param>
    private sealed record Memory(long AllRequests, long AllErrors, double Seen, double ErrorRate, double Weight);
}

/// <summary>What is thought of a target that is healthy.</summary>
/// <param name="IsAnomalous">Whether it fails more often than the others.</param>
/// <param name="Weight">Which part of its share of requests it gets, up to 1.</param>
public sealed record TargetCondition(bool IsAnomalous, double Weight)
{
    /// <summary>Whether it gets less than its share.</summary>
    public bool IsMitigated => Weight < 1;
}
