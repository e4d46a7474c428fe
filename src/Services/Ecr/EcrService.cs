using Estiba.Contracts.Ecr;
using Estiba.Ecr.Authorization;
using Estiba.Ecr.GarbageCollection;
using Estiba.Ecr.Images;
using Estiba.Ecr.Layers;
using Estiba.Ecr.Lifecycle;
using Estiba.Ecr.Registry;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Registry.Http;
using Estiba.Files;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Ecr;

/// <summary>
/// This room, put together: ECR's operations, the registry behind <c>docker push</c>, and the sweep that both need.
/// </summary>
public sealed class EcrService : IDisposable
{
    private readonly BlobStore _blobs;
    private readonly BlobUploads _uploads;
    private readonly RegistrySweep _sweep;

    /// <summary>Opens the registry's files.</summary>
    /// <param name="store">The store, opened with <see cref="Tables"/> among its tables.</param>
    /// <param name="options">Where the files are, and the address of the registry.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Hears of requests that fail and of sweeps.</param>
    /// <exception cref="IOException">The data directory cannot be written.</exception>
    /// <exception cref="InvalidDataException">All blobs are gone that the state names; the message says what to
    /// do.</exception>
    public EcrService(Store store, EcrOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        var directory = Path.Combine(options.DataDirectory, EcrModule.Folder);
        var logger = loggers.CreateLogger("Estiba.Ecr");
        PrivateFiles.CreateDirectory(Path.Combine(directory, BlobStore.Folder));
        var files = new FileDirectory(directory);
        var damage = options.Damage ?? new Damage(logger);
        _blobs = new BlobStore(files, damage, time);
        MissingBlobs.Report(store.Current, _blobs, files, options, damage);
        _uploads = new BlobUploads(files, options.MaximumUploads, options.UploadPatience, time);
        _sweep = new RegistrySweep(store, _blobs, _uploads, new ImageExpiration(store, time), options, time, logger);
        var tokens = new RegistryTokens(options.TokenKey.ToArray());
        var layers = new LayerStore(store, _blobs, _uploads, options, time);
        var images = new ImageRegistry(store, _blobs, files, time);
        Api = new EcrApi(store, images, layers, _uploads, tokens, options, time);
        Endpoint = new RegistryEndpoint(
            new RegistryAuthentication(tokens, options, time),
            new RegistryAccess(options),
            new BlobRequests(store, _blobs, layers),
            new UploadRequests(store, _uploads, layers, options),
            new ManifestRequests(store, images, time),
            new ListRequests(store),
            directory,
            logger
        );
    }

    /// <summary>The tables of this room, for opening the store.</summary>
    public static IReadOnlyList<Table> Tables { get; } =
    [
        EcrTables.Registries,
        EcrTables.Repositories,
        EcrTables.Images,
        EcrTables.Tags,
        EcrTables.Layers,
        EcrTables.UnlinkedBlobs,
    ];

    /// <summary>ECR's operations.</summary>
    public IEcrApi Api { get; }

    /// <summary>What answers under <c>/v2/</c>.</summary>
    public RegistryEndpoint Endpoint { get; }

    internal BlobStore Blobs => _blobs;

    /// <summary>
    /// Removes what nothing needs any more; due at the start and every <see cref="EcrOptions.SweepInterval"/>.
    /// </summary>
    internal Task<SweepResult> SweepAsync(CancellationToken cancellation) => _sweep.SweepAsync(cancellation);

    /// <inheritdoc />
    public void Dispose()
    {
        _uploads.Dispose();
        _blobs.Dispose();
    }
}
