using System.Text.Json.Nodes;
using Estiba.Engines;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>An engine that counts what it is asked, and can be made to hang.</summary>
internal sealed class CountingEngine(IContainerEngine inner) : IContainerEngine
{
    private readonly Lock _gate = new();
    private readonly List<(string Image, RegistryCredentials? Credentials)> _pulled = [];
    private int _versions;

    public int Pulls
    {
        get
        {
            lock (_gate)
                return _pulled.Count;
        }
    }

    public IReadOnlyList<(string Image, RegistryCredentials? Credentials)> Pulled
    {
        get
        {
            lock (_gate)
                return [.. _pulled];
        }
    }

    public async Task PullImageAsync(
        string image,
        RegistryCredentials? credentials,
        IProgress<PullProgress>? progress,
        CancellationToken cancellation
    )
    {
        // Counted once the pull has begun, so that a test may move the clock then.
        var pulling = inner.PullImageAsync(image, credentials, progress, cancellation);
        lock (_gate)
            _pulled.Add((image, credentials));
        await pulling;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>How often it was asked for its version, with which whoever looks for it begins.</summary>
    public int Versions => Volatile.Read(ref _versions);

    public Task<EngineVersion> GetVersionAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _versions);
        return inner.GetVersionAsync(cancellation);
    }

    public Task<EngineInformation> GetInformationAsync(CancellationToken cancellation) =>
        inner.GetInformationAsync(cancellation);

    public Task<ImageInspection?> FindImageAsync(string image, CancellationToken cancellation) =>
        inner.FindImageAsync(image, cancellation);

    public Task<IReadOnlyList<ImageSummary>> ListImagesAsync(CancellationToken cancellation) =>
        inner.ListImagesAsync(cancellation);

    public Task TagImageAsync(string image, string target, CancellationToken cancellation) =>
        inner.TagImageAsync(image, target, cancellation);

    public Task RemoveImageAsync(string image, CancellationToken cancellation) =>
        inner.RemoveImageAsync(image, cancellation);

    public Task<string> CreateContainerAsync(string name, JsonObject definition, CancellationToken cancellation) =>
        inner.CreateContainerAsync(name, definition, cancellation);

    public Task StartContainerAsync(string container, CancellationToken cancellation) =>
        inner.StartContainerAsync(container, cancellation);

    public Task StopContainerAsync(string container, TimeSpan timeout, CancellationToken cancellation) =>
        inner.StopContainerAsync(container, timeout, cancellation);

    public Task KillContainerAsync(string container, string signal, CancellationToken cancellation) =>
        inner.KillContainerAsync(container, signal, cancellation);

    public Task RemoveContainerAsync(string container, bool force, CancellationToken cancellation) =>
        inner.RemoveContainerAsync(container, force, cancellation);

    public Task<ContainerInspection?> FindContainerAsync(string container, CancellationToken cancellation) =>
        inner.FindContainerAsync(container, cancellation);

    public Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    ) => inner.ListContainersAsync(labels, cancellation);

    public IAsyncEnumerable<EngineEvent> ReadEventsAsync(
        DateTimeOffset? since,
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    ) => inner.ReadEventsAsync(since, labels, cancellation);

    public IAsyncEnumerable<LogLine> ReadLogsAsync(string container, LogsQuery query, CancellationToken cancellation) =>
        inner.ReadLogsAsync(container, query, cancellation);

    public Task<ContainerStatistics?> FindStatisticsAsync(string container, CancellationToken cancellation) =>
        inner.FindStatisticsAsync(container, cancellation);

    public IAsyncEnumerable<JsonObject> ReadStatisticsAsync(string container, CancellationToken cancellation) =>
        inner.ReadStatisticsAsync(container, cancellation);

    public Task<EngineVolume?> FindVolumeAsync(string name, CancellationToken cancellation) =>
        inner.FindVolumeAsync(name, cancellation);

    /// <summary>Creating and removing volumes takes for ever, as where a driver waits for a server.</summary>
    public bool VolumesHang { get; init; }

    public Task CreateVolumeAsync(EngineVolume volume, CancellationToken cancellation) =>
        VolumesHang
            ? Task.Delay(Timeout.InfiniteTimeSpan, cancellation)
            : inner.CreateVolumeAsync(volume, cancellation);

    public Task RemoveVolumeAsync(string name, CancellationToken cancellation) =>
        VolumesHang ? Task.Delay(Timeout.InfiniteTimeSpan, cancellation) : inner.RemoveVolumeAsync(name, cancellation);

    public Task<IReadOnlyList<EngineVolume>> ListVolumesAsync(
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    ) => inner.ListVolumesAsync(labels, cancellation);

    public Task<IReadOnlyList<EngineNetwork>> ListNetworksAsync(
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    ) => inner.ListNetworksAsync(labels, cancellation);

    public Task<string> CreateNetworkAsync(EngineNetwork network, CancellationToken cancellation) =>
        inner.CreateNetworkAsync(network, cancellation);

    public Task RemoveNetworkAsync(string network, CancellationToken cancellation) =>
        inner.RemoveNetworkAsync(network, cancellation);
}
