using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Estiba.Engines.Simulated;

/// <summary>
/// A container engine that only pretends: no process, no network, no disk. For tests of the API and runs with many
/// hosts.
/// </summary>
/// <remarks>
/// It behaves as Docker does where the agent can see it: names are unique, ports belong to one container, a stopped
/// container stays until it is removed, events are told. Deterministic with a clock that stands still and a seed. A
/// running container costs memory only.
/// </remarks>
public sealed partial class SimulatedEngine : IContainerEngine
{
    private const int HexDigits = 64;

    private readonly SimulationOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SimulatedContainer> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedContainer> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<SimulatedContainer>> _byInstance = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EngineVolume> _volumes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EngineNetwork> _networks = new(StringComparer.Ordinal);
    private readonly SimulatedPorts _ports = new();
    private readonly SimulatedImages _images;
    private readonly SimulatedEvents _events = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Exception>> _faults = new(StringComparer.Ordinal);
    private volatile bool _isReachable = true;

    /// <param name="options">How it behaves.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="seed">For ids and jitter.</param>
    public SimulatedEngine(SimulationOptions options, TimeProvider time, int seed)
    {
        _options = options;
        _time = time;
        _random = new Random(seed);
        _images = new SimulatedImages(time);
    }

    /// <summary>
    /// False makes every call fail as if the engine were stopped, and breaks its events; containers stay as they are.
    /// </summary>
    public bool IsReachable
    {
        get => _isReachable;
        set
        {
            _isReachable = value;
            if (!value)
                _events.Break();
        }
    }

    /// <summary>Containers that run.</summary>
    public int RunningCount
    {
        get
        {
            lock (_gate)
                return _byId.Values.Count(container => container.IsRunning);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _events.Break();
        lock (_gate)
            foreach (var container in _byId.Values)
                container.Timer?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Makes the next call of an operation, named as in <see cref="IContainerEngine"/> (<c>StartContainerAsync</c>),
    /// fail.
    /// </summary>
    public void FailNext(string operation, Exception fault) =>
        _faults.GetOrAdd(operation, static _ => new ConcurrentQueue<Exception>()).Enqueue(fault);

    /// <summary>Ends a container as if its first process had.</summary>
    public void Exit(string container, int exitCode, bool outOfMemory = false)
    {
        lock (_gate)
            if (Find(container) is { IsRunning: true } found)
                End(found, exitCode, outOfMemory);
    }

    /// <summary>Lets a container print a line.</summary>
    public void Print(string container, string line)
    {
        lock (_gate)
        {
            if (Find(container) is not { } found)
                return;
            found.Print(new LogLine(_time.GetUtcNow(), System.Text.Encoding.UTF8.GetBytes(line), IsError: false));
            found.SignalChange();
        }
    }

    /// <summary>
    /// Stops the engine and everything in it, as a stopped Docker Engine does; <see cref="IsReachable"/> brings it
    /// back.
    /// </summary>
    public void Crash()
    {
        IsReachable = false;
        lock (_gate)
            foreach (var container in _byId.Values.Where(container => container.IsRunning).ToArray())
                End(container, 255, outOfMemory: false);
    }

    /// <inheritdoc/>
    public Task<EngineVersion> GetVersionAsync(CancellationToken cancellation) =>
        Call(nameof(GetVersionAsync), static () => new EngineVersion("simulated", "1.41", "1.12", "linux", "amd64"));

    /// <inheritdoc/>
    public Task<EngineInformation> GetInformationAsync(CancellationToken cancellation) =>
        Call(nameof(GetInformationAsync), () => new EngineInformation
            {
                Name = "simulated",
                Processors = _options.Processors,
                Memory = _options.Memory,
                LogDrivers = ["awslogs", "fluentd", "gelf", "journald", "json-file", "syslog", "splunk"],
                VolumeDrivers = ["local"],
            });

    /// <inheritdoc/>
    public async Task PullImageAsync(
        string image,
        RegistryCredentials? credentials,
        IProgress<PullProgress>? progress,
        CancellationToken cancellation
    )
    {
        await Call(nameof(PullImageAsync), () =>
            _options.Script(image).PullError is { } error ? throw new EngineException(error, 404) : true
        );
        if (!_images.Has(image))
            await DelayAsync(_options.PullTime, cancellation);
        _images.Add(image);
    }

    /// <inheritdoc/>
    public Task<ImageInspection?> FindImageAsync(string image, CancellationToken cancellation) =>
        Call(nameof(FindImageAsync), () => _images.Find(image));

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImageSummary>> ListImagesAsync(CancellationToken cancellation) =>
        Call(nameof(ListImagesAsync), _images.List);

    /// <inheritdoc/>
    public Task TagImageAsync(string image, string target, CancellationToken cancellation) =>
        Call(nameof(TagImageAsync), () =>
        {
            if (!_images.Has(image))
                throw new EngineException($"No such image: {image}", 404);
            _images.Add(target);
            return true;
        });

    /// <inheritdoc/>
    public Task RemoveImageAsync(string image, CancellationToken cancellation) => Call(nameof(RemoveImageAsync), () =>
        {
            lock (_gate)
                if (_byId.Values.FirstOrDefault(container => container.Image == image) is { } user)
                    throw new EngineException(
                        $"conflict: unable to remove repository reference \"{image}\" (must force) - container "
                            + $"{user.Id[..12]} is using its referenced image",
                        409
                    );
            _images.Remove(image);
            return true;
        });

    /// <inheritdoc/>
    public Task<EngineVolume?> FindVolumeAsync(string name, CancellationToken cancellation) =>
        Call(nameof(FindVolumeAsync), () => _volumes.GetValueOrDefault(name));

    /// <inheritdoc/>
    public Task CreateVolumeAsync(EngineVolume volume, CancellationToken cancellation) =>
        Call(nameof(CreateVolumeAsync), () => _volumes.TryAdd(volume.Name, volume));

    /// <inheritdoc/>
    public Task RemoveVolumeAsync(string name, CancellationToken cancellation) =>
        Call(nameof(RemoveVolumeAsync), () => _volumes.TryRemove(name, out _));

    /// <inheritdoc/>
    public Task<IReadOnlyList<EngineVolume>> ListVolumesAsync(
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    ) =>
        Call<IReadOnlyList<EngineVolume>>(nameof(ListVolumesAsync), () =>
            [.. _volumes.Values.Where(volume => SimulatedEvents.Carries(volume.Labels, labels))]
        );

    /// <inheritdoc/>
    public Task<IReadOnlyList<EngineNetwork>> ListNetworksAsync(
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    ) =>
        Call<IReadOnlyList<EngineNetwork>>(nameof(ListNetworksAsync), () =>
            [.. _networks.Values.Where(network => SimulatedEvents.Carries(network.Labels, labels))]
        );

    /// <inheritdoc/>
    public Task<string> CreateNetworkAsync(EngineNetwork network, CancellationToken cancellation) =>
        Call(nameof(CreateNetworkAsync), () =>
        {
            var created = network with { Id = NewId() };
            return _networks.TryAdd(network.Name, created)
                ? created.Id
                : throw new EngineException($"network with name {network.Name} already exists", 409);
        });

    /// <inheritdoc/>
    public Task RemoveNetworkAsync(string network, CancellationToken cancellation) =>
        Call(nameof(RemoveNetworkAsync), () =>
            _networks.TryRemove(network, out _)
            || _networks.Values.FirstOrDefault(candidate => candidate.Id == network) is { } found
                && _networks.TryRemove(found.Name, out _)
        );

    /// <summary>Does what is done at once, unless the engine is away or the call is to fail.</summary>
    private Task<T> Call<T>(string operation, Func<T> body)
    {
        try
        {
            Check(operation);
            return Task.FromResult(body());
        }
        catch (EngineException exception)
        {
            return Task.FromException<T>(exception);
        }
    }

    private void Check(string operation)
    {
        if (!_isReachable)
            throw new EngineUnreachableException("Cannot connect to the simulated engine.");
        if (!_faults.IsEmpty && _faults.TryGetValue(operation, out var queue) && queue.TryDequeue(out var fault))
            throw fault;
    }

    private async Task DelayAsync(TimeSpan duration, CancellationToken cancellation)
    {
        if (duration <= TimeSpan.Zero)
            return;
        double stretch;
        lock (_gate)
            stretch = _options.Jitter * _random.NextDouble();
        await Task.Delay(duration * (1 + stretch), _time, cancellation);
        if (!_isReachable)
            throw new EngineUnreachableException("The simulated engine went away.");
    }

    private string NewId()
    {
        Span<byte> bytes = stackalloc byte[HexDigits / 2];
        lock (_gate)
            _random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
