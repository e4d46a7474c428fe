namespace Estiba.Metrics.Storage;

/// <summary>The block files that there are, by tier and window, in the order of their journals. Never changes: a change
/// makes another.</summary>
internal sealed class BlockSet
{
    private readonly Dictionary<(Tier, long), BlockFile[]> _files;

    private BlockSet(Dictionary<(Tier, long), BlockFile[]> files)
    {
        _files = files;
        Floor = files
            .Keys.Where(key => key.Item1 == Tier.FiveMinutes || key.Item1 == Tier.Hours)
            .Select(key => key.Item2 + key.Item1.Window)
            .DefaultIfEmpty(long.MinValue)
            .Max();
    }

    /// <summary>None.</summary>
    internal static BlockSet Empty { get; } = new([]);

    /// <summary>Before it nothing is kept in minutes any more, and nothing can be put. Seconds since 1970.</summary>
    internal long Floor { get; }

    /// <summary>All of them.</summary>
    internal IEnumerable<BlockFile> All => _files.Values.SelectMany(files => files);

    /// <summary>The windows of a tier that have any.</summary>
    internal IEnumerable<long> Windows(Tier tier) =>
        _files.Keys.Where(key => key.Item1 == tier).Select(key => key.Item2);

    /// <summary>The files of a window.</summary>
    internal BlockFile[] In(Tier tier, long window) => _files.GetValueOrDefault((tier, window), []);

    /// <summary>With some more, and without others.</summary>
    internal BlockSet With(IEnumerable<BlockFile> added, IEnumerable<BlockFile> removed)
    {
        var files = new Dictionary<(Tier, long), BlockFile[]>(_files);
        foreach (var file in removed)
        {
            var key = (file.Name.Tier, file.Name.Window);
            if (files[key].Length == 1)
                files.Remove(key);
            else
                files[key] = [.. files[key].Where(other => other != file)];
        }

        foreach (var file in added)
        {
            var key = (file.Name.Tier, file.Name.Window);
            files[key] = [.. files.GetValueOrDefault(key, []).Append(file).OrderBy(each => each.Name.First)];
        }

        return new BlockSet(files);
    }
}
