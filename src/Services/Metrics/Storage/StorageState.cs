using Estiba.Files;
using Microsoft.Extensions.Logging;

namespace Estiba.Metrics.Storage;

/// <summary>All that is read: journals that are not blocks yet, and blocks. Whoever reads has one moment's, in which
/// nothing is missing and nothing twice.</summary>
/// <param name="Heads">The journals, the one that is written last.</param>
/// <param name="Blocks">The rest.</param>
internal sealed record StorageSnapshot(IReadOnlyList<JournalHead> Heads, BlockSet Blocks);

/// <summary>A journal, and what is in it.</summary>
/// <param name="Number">Counts up from journal to journal.</param>
/// <param name="Log">The file.</param>
/// <param name="Head">What is in it.</param>
/// <param name="BegunAt">When it was begun, or found.</param>
internal sealed record JournalHead(long Number, FrameLog Log, Head Head, DateTimeOffset BegunAt);

/// <summary>What those have in common that change what is kept.</summary>
/// <param name="options">Where it is.</param>
/// <param name="series">Which series there are.</param>
/// <param name="catalog">Which files there must be.</param>
/// <param name="damage">Hears of damage.</param>
/// <param name="logger">Hears of the rest.</param>
/// <param name="time">The clock.</param>
internal sealed class StorageState(
    StorageOptions options,
    SeriesTable series,
    FileCatalog catalog,
    Damage damage,
    ILogger? logger,
    TimeProvider time
)
{
    private readonly Lock _gate = new();
    private volatile StorageSnapshot _current = new([], BlockSet.Empty);

    internal StorageOptions Options => options;

    internal SeriesTable Series => series;

    internal FileCatalog Catalog => catalog;

    internal Damage Damage => damage;

    internal ILogger? Logger => logger;

    internal TimeProvider Time => time;

    /// <summary>All that is read now.</summary>
    internal StorageSnapshot Current => _current;

    /// <summary>Seconds since 1970.</summary>
    internal long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Puts something else in its place.</summary>
    internal void Change(Func<StorageSnapshot, StorageSnapshot> change)
    {
        lock (_gate)
            _current = change(_current);
    }

    /// <summary>Says that something is damaged.</summary>
    internal void Report(string path, InvalidDataException damaged, uint? of = null) =>
        damage.Report($"{path}#{of}", damaged.Message, damaged);
}
