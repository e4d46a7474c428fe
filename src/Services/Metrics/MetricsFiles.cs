using Estiba.Files;
using Estiba.Metrics.Storage;

namespace Estiba.Metrics;

/// <summary>The files of what was measured, for who checks them or puts them back where no platform runs yet.</summary>
public static class MetricsFiles
{
    /// <summary>Makes the catalog of the files that are there, which must be all that there should be.</summary>
    /// <param name="directory">The directory of the values.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    public static void WriteCatalog(string directory) =>
        MetricStore.MakeCatalog(new StorageOptions { Directory = directory });

    /// <summary>
    /// Reads every file without changing anything, beside a platform that runs or without one, and says what is wrong.
    /// </summary>
    /// <param name="directory">The directory of the values.</param>
    /// <param name="findings">Gets what is found.</param>
    /// <param name="progress">Gets the path of each file that is about to be read.</param>
    /// <param name="cancellation">Gives up.</param>
    public static void Check(
        string directory,
        Action<Finding> findings,
        Action<string> progress,
        CancellationToken cancellation
    ) => StorageCheck.Run(new StorageOptions { Directory = directory }, findings, progress, cancellation);
}
