using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Estiba.Metrics.Storage;

/// <summary>What a block file holds, as its name says: of which time, and from which journals.</summary>
/// <param name="Tier">How finely.</param>
/// <param name="Window">The beginning of its time. Seconds since 1970.</param>
/// <param name="First">The first journal that it was made of.</param>
/// <param name="Last">The last one.</param>
internal sealed record BlockName(Tier Tier, long Window, long First, long Last)
{
    internal const string Extension = ".block";

    /// <summary>Where it ends. Seconds since 1970, exclusive.</summary>
    internal long End => Window + Tier.Window;

    /// <summary>The path in the store's directory, for example <c>blocks/minutes/1772323200.1-4.block</c>.</summary>
    internal string Path =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{StorageOptions.BlockFolder}/{Tier.Name}/{Window}.{First}-{Last}{Extension}"
        );

    /// <summary>Whether a journal is in it, as far as it had anything of this time: one alone may
    /// be unfinished.</summary>
    internal bool ProvesFlushed(long journal) =>
        First <= journal && journal <= Last && (First < Last || Tier == Tier.FiveMinutes || Tier == Tier.Hours);

    /// <summary>Whether all that is in another one is in this, too. Beside a coarser block there may be finer ones: of
    /// journals that were flushed after it was made.</summary>
    internal bool Replaces(BlockName other) =>
        this != other
        && Window == other.Window
        && First <= other.First
        && other.Last <= Last
        && (Tier == other.Tier || other.Tier.Coarser == Tier || other.Tier.Coarser?.Coarser == Tier);

    /// <summary>Reads a path that ends as <see cref="Path"/> does.</summary>
    internal static bool TryParse(string path, [NotNullWhen(true)] out BlockName? name)
    {
        name = null;
        var folder = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path));
        var parts = System.IO.Path.GetFileNameWithoutExtension(path).Split('.', '-');
        if (
            !path.EndsWith(Extension, StringComparison.Ordinal)
            || Tier.All.FirstOrDefault(tier => tier.Name == folder) is not { } tier
            || parts.Length != 3
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var window)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
        )
            return false;
        name = new BlockName(tier, window, first, last);
        return true;
    }
}
