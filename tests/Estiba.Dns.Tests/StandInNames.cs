using System.Net;
using Estiba.Dns.Names;

namespace Estiba.Dns.Tests;

/// <summary>Names that a test has given; all below one of them belongs to it.</summary>
internal sealed class StandInNames : INameSource
{
    public Dictionary<string, IReadOnlyList<NameRecord>> Names { get; } = [];

    /// <summary>What is said of zones.</summary>
    public Dictionary<string, AuthorityRecord> Zones { get; } = [];

    public NameAnswer? Find(string name)
    {
        if (Names.TryGetValue(name, out var records))
            return new NameAnswer(name, records);
        var zone = Names.Keys.FirstOrDefault(each => name.EndsWith("." + each, StringComparison.Ordinal));
        return zone is null ? null : new NameAnswer(zone, Records: null) { Authority = Zones.GetValueOrDefault(zone) };
    }

    public IEnumerable<HostEntry> Hosts() => [];

    /// <summary>Gives a name addresses.</summary>
    public void Set(string name, params string[] addresses) =>
        Names[name] = [.. addresses.Select(address => new AddressRecord(IPAddress.Parse(address)))];

    /// <summary>Gives a name many addresses.</summary>
    public void SetMany(string name, int count) =>
        Set(name, [.. Enumerable.Range(1, count).Select(number => $"10.66.255.{number}")]);
}
