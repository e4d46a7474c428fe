using System.Net;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Tcs;

namespace Estiba.Agent.ServiceConnect;

/// <summary>
/// The aliases of all namespaces that some agent of this process has tasks in. Where several have heard of a namespace,
/// what was heard last counts.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class AliasTable(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly OutlierDetection _outliers = new(time);
    private readonly Dictionary<object, Dictionary<string, Heard>> _byAgent = [];
    private volatile IReadOnlyDictionary<IPEndPoint, Alias> _aliases = new Dictionary<IPEndPoint, Alias>();
    private volatile ILookup<IPEndPoint, Alias> _answered = LookupOf([]);
    private long _heard;

    /// <summary>The alias at an address and port; null where there is none.</summary>
    internal Alias? Find(IPEndPoint place) => _aliases.GetValueOrDefault(place);

    /// <summary>
    /// The aliases at an address and port: its own first, then those of other namespaces that name servers send there.
    /// </summary>
    internal IEnumerable<Alias> At(IPEndPoint place) =>
        Find(place) is { } own ? _answered[place].Prepend(own) : _answered[place];

    /// <summary>An agent has heard what the namespaces of its tasks are.</summary>
    internal void Set(object agent, IReadOnlyList<ServiceConnectNamespace> namespaces)
    {
        lock (_gate)
        {
            var number = ++_heard;
            _byAgent[agent] = namespaces
                .Where(its => its.NamespaceArn is not null)
                .ToDictionary(
                    its => its.NamespaceArn!,
                    its => new Heard(number, its.Aliases ?? []),
                    StringComparer.Ordinal
                );
            Apply();
        }
    }

    /// <summary>
    /// What the aliases of an agent's namespaces have carried since they were last asked; of several agents in a
    /// namespace one is told.
    /// </summary>
    internal IReadOnlyList<ServiceConnectMetric> TakeCounters(object agent)
    {
        lock (_gate)
            return
            [
                .. _byAgent
                    .GetValueOrDefault(agent, [])
                    .Where(its => _byAgent.First(other => other.Value.ContainsKey(its.Key)).Key == agent)
                    .SelectMany(its =>
                        its.Value.Aliases.Select(settings => PlaceOf(settings.Address, settings.Port))
                            .OfType<IPEndPoint>()
                            .Select(_aliases.GetValueOrDefault)
                            .OfType<Alias>()
                            .SelectMany(alias => alias.Counters.Take(its.Key, alias.DiscoveryName))
                    ),
            ];
    }

    /// <summary>An agent has ended.</summary>
    internal void Remove(object agent)
    {
        lock (_gate)
        {
            _byAgent.Remove(agent);
            Apply();
        }
    }

    private void Apply()
    {
        var before = _aliases;
        var after = new Dictionary<IPEndPoint, Alias>();
        var answered = new List<(IPEndPoint Place, Alias Alias)>();
        var newest = _byAgent
            .Values.SelectMany(its => its)
            .GroupBy(its => its.Key, StringComparer.Ordinal)
            .Select(its => its.MaxBy(each => each.Value.Number));
        foreach (
            var (itsNamespace, settings) in newest.SelectMany(its => its.Value.Aliases, (its, each) => (its.Key, each))
        )
        {
            if (PlaceOf(settings.Address, settings.Port) is not { } place)
                continue;
            var alias = before.GetValueOrDefault(place) ?? new Alias(_outliers);
            alias.Update(itsNamespace, settings);
            after[place] = alias;
            if (PlaceOf(settings.AnsweredAddress, settings.Port) is { } other && !other.Equals(place))
                answered.Add((other, alias));
        }

        _aliases = after;
        _answered = LookupOf(answered);
        foreach (var (place, alias) in before)
            if (!after.ContainsKey(place))
                alias.End();
    }

    private static ILookup<IPEndPoint, Alias> LookupOf(IReadOnlyList<(IPEndPoint Place, Alias Alias)> answered) =>
        answered.ToLookup(each => each.Place, each => each.Alias);

    private static IPEndPoint? PlaceOf(string? address, int? port) =>
        IPAddress.TryParse(address, out var parsed) && port is > 0 and <= IPEndPoint.MaxPort
            ? new IPEndPoint(parsed, port.Value)
            : null;

    private readonly record struct Heard(long Number, IReadOnlyList<ServiceConnectAlias> Aliases);
}
