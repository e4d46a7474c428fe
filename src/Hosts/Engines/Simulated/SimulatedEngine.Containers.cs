using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Estiba.Engines.Simulated;

public sealed partial class SimulatedEngine
{
    /// <inheritdoc/>
    public async Task<string> CreateContainerAsync(string name, JsonObject definition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(definition);
        await Call(nameof(CreateContainerAsync), static () => true);
        await DelayAsync(_options.CreateTime, cancellation);
        var image = definition["Image"]?.GetValue<string>() ?? "";
        var script = _options.Script(image);
        if (script.CreateError is { } error)
            throw new EngineException(error, 400);
        if (!_images.Has(image))
            throw new EngineException($"No such image: {image}", 404);

        var host = definition["HostConfig"];
        var container = new SimulatedContainer
        {
            Id = NewId(),
            Name = name,
            Image = image,
            CreatedAt = _time.GetUtcNow(),
            Labels = (definition["Labels"] as JsonObject ?? []).ToDictionary(
                label => label.Key,
                label => label.Value?.GetValue<string>() ?? "",
                StringComparer.Ordinal
            ),
            Script = script,
            Ports = SimulatedPorts.Asked(host?["PortBindings"]),
            NetworkMode = host?["NetworkMode"]?.GetValue<string>() ?? "",
            Status = ContainerStatus.Created,
        };
        lock (_gate)
        {
            if (!_byName.TryAdd(name, container))
                throw new EngineException(
                    $"Conflict. The container name \"/{name}\" is already in use by container "
                        + $"\"{_byName[name].Id}\". You have to remove (or rename) that container to be able to reuse "
                        + "that name.",
                    409
                );
            _byId[container.Id] = container;
            if (container.Labels.TryGetValue(_options.IndexedLabel, out var instance))
            {
                if (!_byInstance.TryGetValue(instance, out var containers))
                    _byInstance[instance] = containers = [];
                containers.Add(container);
            }
        }

        return container.Id;
    }

    /// <inheritdoc/>
    public async Task StartContainerAsync(string container, CancellationToken cancellation)
    {
        var found = await Call(nameof(StartContainerAsync), () => Get(container));
        await DelayAsync(_options.StartTime, cancellation);
        lock (_gate)
        {
            if (found.IsRunning)
                return;
            if (found.Script.StartError is { } error)
                throw new EngineException(error, 400);
            found.Ports = _ports.Take(found.Ports, found.Name);
            found.Status = ContainerStatus.Running;
            found.StartedAt = _time.GetUtcNow();
            found.Began = _time.GetTimestamp();
            found.FinishedAt = null;
            found.Health = found.Script is { HealthyAfter: null, UnhealthyAfter: null }
                ? HealthState.None
                : HealthState.Starting;
            foreach (var line in found.Script.Output)
                found.Print(new LogLine(_time.GetUtcNow(), System.Text.Encoding.UTF8.GetBytes(line), IsError: false));
            Schedule(found);
            Tell("start", found);
        }
    }

    /// <inheritdoc/>
    public async Task StopContainerAsync(string container, TimeSpan timeout, CancellationToken cancellation)
    {
        var found = await Call(nameof(StopContainerAsync), () => Get(container));
        if (!found.IsRunning)
            return;
        await DelayAsync(found.Script.IgnoresStop ? timeout : _options.StopTime, cancellation);
        lock (_gate)
            if (found.IsRunning)
                End(found, found.Script.IgnoresStop ? 137 : 143, outOfMemory: false);
    }

    /// <inheritdoc/>
    public Task KillContainerAsync(string container, string signal, CancellationToken cancellation) =>
        Call(nameof(KillContainerAsync), () =>
        {
            lock (_gate)
            {
                var found = Get(container);
                if (!found.IsRunning)
                    throw new EngineException(
                        $"Cannot kill container: {container}: Container {found.Id} is not running",
                        409
                    );
                End(found, 137, outOfMemory: false);
                return true;
            }
        });

    /// <inheritdoc/>
    public Task RemoveContainerAsync(string container, bool force, CancellationToken cancellation) =>
        Call(nameof(RemoveContainerAsync), () =>
        {
            lock (_gate)
            {
                if (Find(container) is not { } found)
                    return false;
                if (found.IsRunning && !force)
                    throw new EngineException(
                        $"You cannot remove a running container {found.Id}. Stop the container before attempting "
                            + "removal or force remove",
                        409
                    );
                if (found.IsRunning)
                    End(found, 137, outOfMemory: false);
                _byId.Remove(found.Id);
                _byName.Remove(found.Name);
                if (
                    found.Labels.TryGetValue(_options.IndexedLabel, out var instance)
                    && _byInstance.TryGetValue(instance, out var containers)
                )
                {
                    containers.Remove(found);
                    if (containers.Count == 0)
                        _byInstance.Remove(instance);
                }

                Tell("destroy", found);
                return true;
            }
        });

    /// <inheritdoc/>
    public Task<ContainerInspection?> FindContainerAsync(string container, CancellationToken cancellation) =>
        Call(nameof(FindContainerAsync), () =>
        {
            lock (_gate)
                return Find(container)?.Inspect();
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    ) => Call<IReadOnlyList<ContainerSummary>>(nameof(ListContainersAsync), () =>
        {
            var byLabel = _options.IndexedLabel + "=";
            lock (_gate)
            {
                IEnumerable<SimulatedContainer> candidates = labels.FirstOrDefault(label =>
                    label.StartsWith(byLabel, StringComparison.Ordinal)
                )
                    is { } instance
                    ? _byInstance.GetValueOrDefault(instance[byLabel.Length..]) ?? []
                    : _byId.Values;
                return
                [
                    .. candidates
                        .Where(container => SimulatedEvents.Carries(container.Labels, labels))
                        .Select(container => new ContainerSummary(
                            container.Id,
                            container.Name,
                            container.Image,
                            SimulatedImages.IdOf(container.Image),
                            container.Status,
                            container.CreatedAt,
                            container.Labels
                        )),
                ];
            }
        });

    /// <inheritdoc/>
    public IAsyncEnumerable<EngineEvent> ReadEventsAsync(
        DateTimeOffset? since,
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    )
    {
        Check(nameof(ReadEventsAsync));
        return _events.ReadAsync(labels, cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        string container,
        LogsQuery query,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        var found = await Call(nameof(ReadLogsAsync), () => Get(container));
        var read = 0;
        while (true)
        {
            LogLine[] lines;
            Task? change;
            lock (_gate)
            {
                lines = [.. found.Output.Skip(read)];
                read = found.Output.Count;
                change = query.Follow && found.IsRunning ? found.NextChange() : null;
            }

            foreach (var line in lines)
                if (query.Since is not { } since || line.At >= since)
                    yield return line;

            if (change is null)
                yield break;
            await change.WaitAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public Task<ContainerStatistics?> FindStatisticsAsync(string container, CancellationToken cancellation) =>
        Call(nameof(FindStatisticsAsync), () =>
        {
            lock (_gate)
                return Find(container) is { IsRunning: true } found ? Statistics(found) : null;
        });

    /// <inheritdoc/>
    public async IAsyncEnumerable<JsonObject> ReadStatisticsAsync(
        string container,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        while (await FindStatisticsAsync(container, cancellation) is { } statistics)
        {
            yield return InDockersForm(statistics);
            await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellation);
        }
    }

    private static JsonObject InDockersForm(ContainerStatistics statistics) =>
        new()
        {
            ["read"] = statistics.At.UtcDateTime,
            ["cpu_stats"] = new JsonObject
            {
                ["cpu_usage"] = new JsonObject { ["total_usage"] = statistics.ProcessorNanoseconds },
                ["online_cpus"] = statistics.Processors,
            },
            ["memory_stats"] = new JsonObject
            {
                ["usage"] = statistics.MemoryBytes,
                ["limit"] = statistics.MemoryLimitBytes,
            },
            ["networks"] = new JsonObject
            {
                ["eth0"] = new JsonObject
                {
                    ["rx_bytes"] = statistics.Network!.ReceivedBytes,
                    ["tx_bytes"] = statistics.Network.SentBytes,
                },
            },
        };

    /// <summary>A steady load of a twentieth of a processor and 32 MiB.</summary>
    private ContainerStatistics Statistics(SimulatedContainer container)
    {
        var running = _time.GetElapsedTime(container.Began);
        var bytes = (long)running.TotalSeconds * 1000;
        return new ContainerStatistics
        {
            At = _time.GetUtcNow(),
            Processors = _options.Processors,
            ProcessorNanoseconds = running.Ticks * 100 / 20,
            MemoryBytes = 32 * 1024 * 1024,
            MemoryLimitBytes = _options.Memory,
            Network = new NetworkCounters(bytes, bytes / 500, 0, 0, bytes, bytes / 500, 0, 0),
            StorageReadBytes = bytes,
            StorageWriteBytes = bytes,
        };
    }

    private SimulatedContainer? Find(string container) =>
        _byId.GetValueOrDefault(container) ?? _byName.GetValueOrDefault(container);

    private SimulatedContainer Get(string container)
    {
        lock (_gate)
            return Find(container) ?? throw new EngineException($"No such container: {container}", 404);
    }

    /// <summary>Sets a timer for the next thing that its script has in store, if there is one.</summary>
    private void Schedule(SimulatedContainer container)
    {
        var script = container.Script;
        var ran = _time.GetElapsedTime(container.Began);
        TimeSpan? next = null;
        if (container.Health == HealthState.Starting)
            next = Earlier(script.HealthyAfter, script.UnhealthyAfter);
        else if (container.Health == HealthState.Healthy)
            next = script.UnhealthyAfter;
        next = Earlier(next, script.RunsFor);
        if (next is not { } due)
            return;

        container.Timer?.Dispose();
        var delay = due > ran ? due - ran : TimeSpan.Zero;
        container.Timer = _time.CreateTimer(_ => Continue(container), state: null, delay, Timeout.InfiniteTimeSpan);
    }

    private void Continue(SimulatedContainer container)
    {
        lock (_gate)
        {
            if (!container.IsRunning)
                return;
            var script = container.Script;
            var ran = _time.GetElapsedTime(container.Began);
            if (ran >= script.RunsFor)
            {
                End(container, script.ExitCode, script.OutOfMemory);
                return;
            }

            if (ran >= script.UnhealthyAfter)
                SetHealth(container, HealthState.Unhealthy);
            else if (ran >= script.HealthyAfter)
                SetHealth(container, HealthState.Healthy);
            Schedule(container);
        }
    }

    private void SetHealth(SimulatedContainer container, HealthState health)
    {
        if (container.Health == health)
            return;
        container.Health = health;
        container.HealthCheckedAt = _time.GetUtcNow();
        Tell(health == HealthState.Healthy ? "health_status: healthy" : "health_status: unhealthy", container);
    }

    private void End(SimulatedContainer container, int exitCode, bool outOfMemory)
    {
        container.Timer?.Dispose();
        container.Timer = null;
        container.Status = ContainerStatus.Exited;
        container.ExitCode = exitCode;
        container.OutOfMemory = outOfMemory;
        container.FinishedAt = _time.GetUtcNow();
        _ports.Release(container.Ports);
        container.SignalChange();
        Tell("die", container);
    }

    private void Tell(string action, SimulatedContainer container) =>
        _events.Tell(new EngineEvent(action, container.Id, container.Labels, _time.GetUtcNow()));

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) =>
        one is null ? other
        : other is null || one < other ? one
        : other;
}
