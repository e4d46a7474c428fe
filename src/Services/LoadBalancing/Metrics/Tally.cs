namespace Estiba.LoadBalancing.Metrics;

/// <summary>Remembers counters that only grow, and tells how much they have grown.</summary>
internal sealed class Tally
{
    private Dictionary<(string Resource, string Counter), long> _before = [];
    private Dictionary<(string Resource, string Counter), long> _now = [];

    /// <summary>By how much a counter has grown since it was asked in the round before; all of it where it was not, as
    /// with a resource that is new, or was away.</summary>
    internal long Growth(string resource, string counter, long value)
    {
        _now[(resource, counter)] = value;
        var before = _before.GetValueOrDefault((resource, counter));
        return value >= before ? value - before : value;
    }

    /// <summary>Begins the next round; what was not asked in this one is forgotten.</summary>
    internal void Turn() => (_before, _now) = (_now, []);
}
