using Estiba.Files.Segments;
using Estiba.Logs.Events;

namespace Estiba.Logs;

/// <summary>The catalog of log files, for who puts them back where no platform runs yet.</summary>
public static class LogsCatalog
{
    /// <summary>Makes the catalog of the files that are there, which must be all that there should be.</summary>
    /// <param name="directory">The directory of the log events.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    public static void Write(string directory) =>
        SegmentStore.MakeCatalog(new SegmentStoreOptions { Directory = directory, Kind = NewEvent.Kind });
}
