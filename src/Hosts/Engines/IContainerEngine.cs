using System.Text.Json.Nodes;

namespace Estiba.Engines;

/// <summary>What the agent asks of a container engine: Docker's own vocabulary, one method per thing done.</summary>
/// <remarks>
/// Every method may throw <see cref="EngineException"/> with the engine's own message, or
/// <see cref="EngineUnreachableException"/> when nobody answers; the latter says nothing about the container.
/// An implementation may be shared by many agents and called from many threads.
/// </remarks>
public interface IContainerEngine : IAsyncDisposable
{
    /// <summary>Who answers: product, version, API version, operating system and architecture.</summary>
    Task<EngineVersion> GetVersionAsync(CancellationToken cancellation);

    /// <summary>What the host has: processors, memory in bytes, plugins, security options.</summary>
    Task<EngineInformation> GetInformationAsync(CancellationToken cancellation);

    /// <summary>Pulls an image; completes when every layer is there.</summary>
    /// <param name="image">The reference with its tag or digest.</param>
    /// <param name="credentials">For the registry; null pulls anonymously.</param>
    /// <param name="progress">Told of each layer's progress, if given.</param>
    /// <param name="cancellation">Abandons the pull; layers that are complete stay.</param>
    Task PullImageAsync(
        string image,
        RegistryCredentials? credentials,
        IProgress<PullProgress>? progress,
        CancellationToken cancellation
    );

    /// <summary>The image of this reference or id; null when the engine does not have it.</summary>
    Task<ImageInspection?> FindImageAsync(string image, CancellationToken cancellation);

    /// <summary>All images, without intermediate ones.</summary>
    Task<IReadOnlyList<ImageSummary>> ListImagesAsync(CancellationToken cancellation);

    /// <summary>
    /// Gives <paramref name="image"/> the further name <paramref name="target"/> (repository and tag).
    /// </summary>
    Task TagImageAsync(string image, string target, CancellationToken cancellation);

    /// <summary>
    /// Removes a name of an image, and the image with its last name. Refused (409) while a container uses it.
    /// </summary>
    Task RemoveImageAsync(string image, CancellationToken cancellation);

    /// <summary>Creates a container from Docker's own create form.</summary>
    /// <param name="name">Unique on the engine; 409 when it is taken.</param>
    /// <param name="definition">The body of Docker's "Create a container": config members, <c>HostConfig</c>,
    /// <c>NetworkingConfig</c>.</param>
    /// <param name="cancellation">The container may exist nevertheless.</param>
    /// <returns>The container's id.</returns>
    Task<string> CreateContainerAsync(string name, JsonObject definition, CancellationToken cancellation);

    /// <summary>Starts a container; nothing happens when it runs already.</summary>
    Task StartContainerAsync(string container, CancellationToken cancellation);

    /// <summary>
    /// Sends the stop signal, then SIGKILL after <paramref name="timeout"/>; completes when the container has stopped.
    /// </summary>
    Task StopContainerAsync(string container, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>
    /// Sends a signal (SIGKILL by default) to the container's first process; 409 when it does not run.
    /// </summary>
    Task KillContainerAsync(string container, string signal, CancellationToken cancellation);

    /// <summary>Removes a container and its anonymous volumes; nothing happens when it does not exist.</summary>
    Task RemoveContainerAsync(string container, bool force, CancellationToken cancellation);

    /// <summary>
    /// Everything the agent wants to know of one container, by id or name; null when it does not exist.
    /// </summary>
    Task<ContainerInspection?> FindContainerAsync(string container, CancellationToken cancellation);

    /// <summary>
    /// All containers, running or not, that carry every one of <paramref name="labels"/> (<c>key</c> or
    /// <c>key=value</c>).
    /// </summary>
    Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    );

    /// <summary>
    /// What happens to containers that carry all <paramref name="labels"/>, from <paramref name="since"/> on, until the
    /// stream breaks.
    /// </summary>
    /// <remarks>The stream ends with an exception; the reader resumes with the time of the last event.</remarks>
    IAsyncEnumerable<EngineEvent> ReadEventsAsync(
        DateTimeOffset? since,
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    );

    /// <summary>A container's output, line by line, with the time at which the engine saw it.</summary>
    /// <remarks>
    /// With <see cref="LogsQuery.Follow"/> it ends when the container stops, if not before: an engine may lose its way
    /// where it rotates files. Only for log drivers that can be read back.
    /// </remarks>
    IAsyncEnumerable<LogLine> ReadLogsAsync(string container, LogsQuery query, CancellationToken cancellation);

    /// <summary>One reading of a running container's counters; null when it does not run.</summary>
    Task<ContainerStatistics?> FindStatisticsAsync(string container, CancellationToken cancellation);

    /// <summary>
    /// Readings of a running container about once a second until it stops, in Docker's own form ("Get container stats
    /// based on resource usage").
    /// </summary>
    IAsyncEnumerable<JsonObject> ReadStatisticsAsync(string container, CancellationToken cancellation);

    /// <summary>The volume of this name; null when it does not exist.</summary>
    Task<EngineVolume?> FindVolumeAsync(string name, CancellationToken cancellation);

    /// <summary>Creates a volume; the one of the same name and driver is taken if there is one.</summary>
    Task CreateVolumeAsync(EngineVolume volume, CancellationToken cancellation);

    /// <summary>Removes a volume; nothing happens when it does not exist. Refused (409) while it is in use.</summary>
    Task RemoveVolumeAsync(string name, CancellationToken cancellation);

    /// <summary>All volumes that carry every one of <paramref name="labels"/>.</summary>
    Task<IReadOnlyList<EngineVolume>> ListVolumesAsync(IReadOnlyList<string> labels, CancellationToken cancellation);

    /// <summary>All networks that carry every one of <paramref name="labels"/>.</summary>
    Task<IReadOnlyList<EngineNetwork>> ListNetworksAsync(IReadOnlyList<string> labels, CancellationToken cancellation);

    /// <summary>Creates a network and returns its id; 409 when the name is taken.</summary>
    Task<string> CreateNetworkAsync(EngineNetwork network, CancellationToken cancellation);

    /// <summary>
    /// Removes a network by name or id; nothing happens when it does not exist. Refused (403) while containers are
    /// attached.
    /// </summary>
    Task RemoveNetworkAsync(string network, CancellationToken cancellation);
}
