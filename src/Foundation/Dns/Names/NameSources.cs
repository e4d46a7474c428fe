using System.Collections.Immutable;

namespace Estiba.Dns.Names;

/// <summary>The name sources of a platform. Modules find it in their host, and add theirs when they open.</summary>
public sealed class NameSources : INameSource
{
    private ImmutableArray<INameSource> _sources = [];

    /// <summary>
    /// Adds one; where several know a name, the first that was added and has something of it answers, or else the
    /// first.
    /// </summary>
    public void Add(INameSource source) => ImmutableInterlocked.Update(ref _sources, sources => sources.Add(source));

    /// <inheritdoc/>
    public NameAnswer? Find(string name)
    {
        NameAnswer? first = null;
        foreach (var source in _sources)
        {
            if (source.Find(name) is not { } answer)
                continue;
            if (answer.Records is { Count: > 0 })
                return answer;
            first ??= answer;
        }

        return first;
    }

    /// <inheritdoc/>
    public IEnumerable<HostEntry> Hosts() => _sources.SelectMany(source => source.Hosts());
}
