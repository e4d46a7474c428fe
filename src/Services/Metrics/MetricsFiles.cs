using Estiba.Hosting;
using Estiba.Metrics.Storage;

namespace Estiba.Metrics;

/// <summary>The files of what was measured, where no platform runs yet or beside one.</summary>
internal static class MetricsFiles
{
    /// <summary>Makes the catalog of the files that are there, which must be all that there should be.</summary>
    /// <param name="directory">The directory of the values.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    internal static void WriteCatalog(string directory) =>
        MetricStore.MakeCatalog(new StorageOptions { Directory = directory });

    /// <summary>Reads every file without changing anything, and says what is wrong.</summary>
    internal static Task CheckAsync(FilesCheck check)
    {
        // A directory of a version without metrics has none.
        if (!Directory.Exists(check.Directory))
            return Task.CompletedTask;
        StorageCheck.Run(
            new StorageOptions { Directory = check.Directory },
            check.Findings,
            check.Progress,
            check.Cancellation
        );
        return Task.CompletedTask;
    }
}
