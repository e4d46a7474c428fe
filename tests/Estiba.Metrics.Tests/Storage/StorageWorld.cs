using Estiba.Files;
using Estiba.Metrics.Series;
using Estiba.Metrics.Storage;

namespace Estiba.Metrics.Tests.Storage;

/// <summary>A store of values in a directory of its own, with journals that are soon full, and a clock that stands
/// still.</summary>
internal sealed class StorageWorld : IAsyncDisposable
{
    internal static readonly Scope Scope = new("123456789012", "eu-west-1");

    private readonly TemporaryDirectory _own = new();

    private StorageWorld(string? path, VirtualTime? time, StorageOptions? options)
    {
        Time = time ?? new VirtualTime();
        Options = (options ?? new StorageOptions { Directory = "", JournalBytes = 4 << 10 }) with
        {
            Directory = path ?? _own.Path,
        };
    }

    internal StorageOptions Options { get; private set; }

    internal VirtualTime Time { get; }

    internal Damage Damage { get; private set; } = new();

    internal MetricStore Store { get; private set; } = null!;

    internal long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    internal static async Task<StorageWorld> OpenAsync(
        string? path = null,
        VirtualTime? time = null,
        StorageOptions? options = null
    )
    {
        var world = new StorageWorld(path, time, options);
        try
        {
            world.Store = await MetricStore.OpenAsync(world.Options, world.Time, damage: world.Damage);
        }
        catch
        {
            world._own.Dispose();
            throw;
        }

        return world;
    }

    internal async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Damage = new Damage();
        Store = await MetricStore.OpenAsync(Options, Time, damage: Damage);
    }

    internal static Metric Metric(string name) => new("App", name, [new MetricDimension("Service", name)]);

    /// <summary>Puts one value so many seconds after now.</summary>
    internal Task PutAsync(string name, double value, long after = 0, bool isHighResolution = false) =>
        PutAsync(name, Summary.Of(value), after, isHighResolution);

    internal Task PutAsync(string name, Summary values, long after = 0, bool isHighResolution = false) =>
        Store.PutAsync(Scope, [new Measurement(Metric(name), "Count", Now + after, isHighResolution, values)]);

    internal static Statistic Statistic(string text) =>
        Estiba.Metrics.Series.Statistic.TryParse(text, out var statistic)
            ? statistic
            : throw new ArgumentException(text);

    /// <summary>A statistic of all that was put of a metric, period by period.</summary>
    internal IReadOnlyList<Datapoint> Read(string name, string statistic, int period = 60, long from = 0) =>
        Store.Read(Scope, new SeriesQuery(Metric(name), Statistic(statistic), period, from, Now + 3 * 3600));

    /// <summary>All values that were put of a metric, added up.</summary>
    internal double Total(string name, int period = 60) => Read(name, "Sum", period).Sum(point => point.Value);

    internal string[] Blocks(string tier = "") =>
        Directory.GetFiles(Path.Combine(Options.BlockDirectory, tier), "*.block", SearchOption.AllDirectories);

    internal string[] Journals() => Directory.GetFiles(Options.JournalDirectory, "*.journal");

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _own.Dispose();
    }
}
