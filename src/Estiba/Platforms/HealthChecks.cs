using Estiba.Engines;
using Estiba.Files;
using Estiba.Hosting.Health;
using Estiba.State;

namespace Estiba.Platforms;

/// <summary>
/// What must work for a platform to be ready. Each check tries it; none believes what worked a while ago.
/// </summary>
internal static class HealthChecks
{
    private const long LittleSpace = 1024 * 1024 * 1024;

    /// <summary>The checks of a platform.</summary>
    /// <param name="store">Its state.</param>
    /// <param name="data">Where everything is kept, also what modules have beside the store.</param>
    /// <param name="damage">What was found damaged in it.</param>
    internal static IReadOnlyList<HealthCheck> Of(Store store, DataLayout data, Damage damage) =>
        [
            new("store", cancellation => StoreAsync(store, cancellation)),
            .. Modules
                .Files.Where(files => !files.IsPassing)
                .Select(files => files.Folder)
                .Where(data.Has)
                .Select(folder => Directory(folder, data.In(folder))),
            new("disk", _ => Task.FromResult(Disk(data.Root))),
            new("data", _ => Task.FromResult(Data(damage))),
        ];

    /// <summary>A directory in which a file can be written, and lasts.</summary>
    internal static HealthCheck Directory(string name, string path) => new(name, async cancellation =>
        {
            var probe = Path.Combine(path, ProbeFile.Name);
            try
            {
                await using (
                    var file = new FileStream(
                        probe,
                        new FileStreamOptions
                        {
                            Mode = FileMode.Create,
                            Access = FileAccess.Write,
                            UnixCreateMode = PrivateFiles.FileMode,
                        }
                    )
                )
                {
                    await file.WriteAsync(new byte[512], cancellation);
                    file.Flush(flushToDisk: true);
                }

                File.Delete(probe);
                return HealthResult.Ok;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return HealthResult.Failed($"Its directory cannot be written: {FileFault.WithoutPath(failure)}");
            }
        });

    private static async Task<HealthResult> StoreAsync(Store store, CancellationToken cancellation)
    {
        try
        {
            await store.ProbeAsync(cancellation);
            return HealthResult.Ok;
        }
        catch (JournalException failure)
        {
            return HealthResult.Failed($"The state cannot be written: {(failure.InnerException ?? failure).Message}");
        }
    }

    private static HealthResult Data(Damage damage) =>
        damage.Count == 0
            ? HealthResult.Ok
            : HealthResult.Degraded(
                $"{damage.Count} parts of the data directory are damaged or missing: 'estiba verify' says which."
            );

    /// <summary>Little free space is told before it is none: a gibibyte, or a tenth of a small disk.</summary>
    internal static HealthResult Disk(string path)
    {
        var drive = new DriveInfo(path);
        return Disk(drive.AvailableFreeSpace, drive.TotalSize);
    }

    /// <inheritdoc cref="Disk(string)"/>
    internal static HealthResult Disk(long free, long total) =>
        free >= Math.Min(LittleSpace, total / 10)
            ? HealthResult.Ok
            : HealthResult.Degraded($"The disk of the data directory has only {free / (1024 * 1024)} MiB left.");

    /// <summary>The engine answers.</summary>
    /// <param name="engine">What runs the platform's containers, null until it is there.</param>
    internal static HealthCheck Engine(Func<IContainerEngine?> engine) => new("engine", async cancellation =>
        {
            try
            {
                if (engine() is { } there)
                    await there.GetVersionAsync(cancellation);
                return HealthResult.Ok;
            }
            catch (EngineException failure)
            {
                return HealthResult.Degraded($"The container engine does not answer: {failure.Message}");
            }
        });
}
