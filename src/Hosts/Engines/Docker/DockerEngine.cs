using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Estiba.Engines.Docker;

/// <summary>Docker Engine 20.10 or later, over its unix socket ("Docker Engine API", v1.41).</summary>
/// <remarks>
/// Thread-safe; one serves every agent of a process. Nothing is kept but connections and the API version agreed.
/// </remarks>
public sealed partial class DockerEngine : IContainerEngine
{
    /// <summary>Only these: every run of a health check makes three more events that say nothing new.</summary>
    private static readonly string[] EventsRead =
    [
        "start",
        "die",
        "oom",
        "pause",
        "unpause",
        "destroy",
        "health_status",
    ];

    private readonly DockerConnection _docker;

    /// <param name="socketPath">The engine's unix socket.</param>
    public DockerEngine(string socketPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(socketPath);
        SocketPath = socketPath;
        _docker = new DockerConnection(socketPath);
    }

    /// <summary>The unix socket that it talks to.</summary>
    public string SocketPath { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _docker.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<EngineVersion> GetVersionAsync(CancellationToken cancellation)
    {
        var version = await _docker.VersionAsync(cancellation);
        return new EngineVersion(
            version.Version,
            version.ApiVersion,
            version.MinApiVersion ?? version.ApiVersion,
            version.Os ?? "linux",
            version.Arch ?? "amd64"
        );
    }

    /// <inheritdoc/>
    public async Task<EngineInformation> GetInformationAsync(CancellationToken cancellation)
    {
        var info = await _docker.GetAsync("info", DockerJson.Default.DockerInfo, cancellation);
        return new EngineInformation
        {
            Name = info.Name ?? "",
            Processors = info.Ncpu,
            Memory = info.MemTotal,
            KernelVersion = info.KernelVersion ?? "",
            OperatingSystem = info.OperatingSystem ?? "",
            SecurityOptions = info.SecurityOptions ?? [],
            RootDirectory = info.DockerRootDir ?? "",
            LogDrivers = info.Plugins?.Log ?? [],
            VolumeDrivers = info.Plugins?.Volume ?? [],
        };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<EngineEvent> ReadEventsAsync(
        DateTimeOffset? since,
        IReadOnlyList<string> labels,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var path = "events?filters=" + Filters(("type", ["container"]), ("event", EventsRead), ("label", labels));
        if (since is { } time)
            path += "&since=" + Seconds(time);

        using var response = await _docker.SendAsync(HttpMethod.Get, path, content: null, cancellation);
        await using var stream = await _docker.OpenAsync(response, cancellation);
        await foreach (var message in ReadJsonAsync(stream, DockerJson.Default.DockerEvent, cancellation))
        {
            if (message is not { Action: { } action, Actor: { Id: { } id } actor })
                continue;
            yield return new EngineEvent(action, id, actor.Attributes ?? [], FromNanoseconds(message.TimeNano));
        }

        throw _docker.Unreachable(new IOException("The events stream ended."));
    }

    /// <summary>Values that follow each other in a stream; a broken stream is an engine that went away.</summary>
    private async IAsyncEnumerable<T> ReadJsonAsync<T>(
        Stream stream,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json,
        [EnumeratorCancellation] CancellationToken cancellation
    )
        where T : class
    {
        await using var values = JsonSerializer
            .DeserializeAsyncEnumerable(stream, json, topLevelValues: true, cancellation)
            .GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await values.MoveNextAsync())
                    yield break;
            }
            catch (Exception exception)
                when ((DockerConnection.IsBroken(exception) || exception is JsonException)
                    && !cancellation.IsCancellationRequested
                )
            {
                _docker.Forget();
                throw _docker.Unreachable(exception);
            }

            if (values.Current is { } value)
                yield return value;
        }
    }

    private static string Filters(params ReadOnlySpan<(string Name, IReadOnlyList<string> Values)> filters)
    {
        var map = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (name, values) in filters)
            if (values.Count > 0)
                map[name] = [.. values];
        return Uri.EscapeDataString(JsonSerializer.Serialize(map, DockerJson.Default.DictionaryStringListString));
    }

    /// <summary>Docker's form of a time in a query: seconds, a point and nanoseconds.</summary>
    private static string Seconds(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        return $"{ticks / TimeSpan.TicksPerSecond}.{ticks % TimeSpan.TicksPerSecond * 100:D9}";
    }

    private static DateTimeOffset FromNanoseconds(long nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);

    /// <summary>Docker's "never" is the year 1.</summary>
    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(
            text,
            System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal,
            out var time
        )
        && time.Year > 1
            ? time
            : null;
}
