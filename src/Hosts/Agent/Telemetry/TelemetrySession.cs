using System.Text;
using Estiba.Agent.Sessions;
using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Contracts.Tcs;
using Estiba.Engines;

namespace Estiba.Agent.Telemetry;

/// <summary>
/// The socket on which the agent says how its containers are: statistics, health, and the instance's own state.
/// </summary>
/// <remarks>Every message carries a signature of its own before the JSON, as AWS's agent sends it.</remarks>
internal sealed class TelemetrySession(
    AgentOptions options,
    AgentIdentity identity,
    TaskReconciler tasks,
    UsageSampler sampler,
    EngineEvents events,
    RequestSigner signer,
    TimeProvider time,
    Random random,
    Func<IReadOnlyList<ServiceConnectMetric>> connections
)
{
    /// <summary>Tasks in one message, at most.</summary>
    private const int TasksPerMessage = 10;

    private const string ContainerRuntime = "CONTAINER_RUNTIME";

    private static readonly TimeSpan HealthPause = TimeSpan.FromSeconds(1);

    private (bool Connected, DateTimeOffset Since)? _runtime;

    /// <summary>Sends what is to be sent at its times, until the connection ends.</summary>
    public async Task RunAsync(ServerSocket socket, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var works = new List<Task>
        {
            ListenAsync(socket, ending.Token),
            PublishAsync(socket, ending.Token),
            PublishHealthAsync(socket, ending.Token),
        };
        var first = await Task.WhenAny(works);
        await ending.CancelAsync();
        await Task.WhenAll(works).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    /// <summary>Answers say nothing new; but silence means that the connection is dead.</summary>
    private async Task ListenAsync(ServerSocket socket, CancellationToken cancellation)
    {
        while (
            await socket.ReceiveAsync(options.HeartbeatTimeout * (1 + random.NextDouble()), cancellation) is not null
        ) { }
    }

    private async Task PublishAsync(ServerSocket socket, CancellationToken cancellation)
    {
        await PublishStatusAsync(socket, cancellation);
        using var timer = new PeriodicTimer(options.TelemetryInterval / 2, time);
        for (var half = 1; await timer.WaitForNextTickAsync(cancellation); half++)
        {
            if (!options.DisableMetrics)
                await sampler.SampleAsync(tasks.Tasks, cancellation);
            if (half % 2 != 0)
                continue;

            if (!options.DisableMetrics)
                await PublishMetricsAsync(socket, cancellation);
            await PublishStatusAsync(socket, cancellation);
        }
    }

    private async Task PublishMetricsAsync(ServerSocket socket, CancellationToken cancellation)
    {
        var messageId = Guid.NewGuid().ToString();
        var metrics = sampler.Take(tasks.Tasks);
        var chunks = metrics.Chunk(TasksPerMessage).DefaultIfEmpty([]).ToArray();
        for (var index = 0; index < chunks.Length; index++)
        {
            await SendAsync(
                socket,
                new PublishMetricsRequest
                {
                    Metadata = new MetricsMetadata
                    {
                        Cluster = options.Cluster,
                        ContainerInstance = identity.ContainerInstanceArn,
                        Idle = metrics.Count == 0,
                        MessageId = messageId,
                        Fin = index == chunks.Length - 1,
                    },
                    TaskMetrics = chunks[index],
                    ServiceConnectMetrics = index == chunks.Length - 1 ? connections() : null,
                    Timestamp = time.GetUtcNow(),
                },
                cancellation
            );
        }
    }

    /// <summary>Health is sent in every interval, and at once when it changes.</summary>
    private async Task PublishHealthAsync(ServerSocket socket, CancellationToken cancellation)
    {
        while (true)
        {
            var changed = tasks.NextHealthChange();
            var health = HealthReport.Of(tasks.Tasks);
            var messageId = Guid.NewGuid().ToString();
            var chunks = health.Chunk(TasksPerMessage).ToArray();
            for (var index = 0; index < chunks.Length; index++)
            {
                await SendAsync(
                    socket,
                    new PublishHealthRequest
                    {
                        Metadata = new HealthMetadata
                        {
                            Cluster = options.Cluster,
                            ContainerInstance = identity.ContainerInstanceArn,
                            MessageId = messageId,
                            Fin = index == chunks.Length - 1,
                        },
                        Tasks = chunks[index],
                        Timestamp = time.GetUtcNow(),
                    },
                    cancellation
                );
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.Delay(HealthPause, time, waiting.Token);
            await Task.WhenAny(changed, Task.Delay(options.TelemetryInterval, time, waiting.Token));
            await waiting.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async Task PublishStatusAsync(ServerSocket socket, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_runtime is not { } known || known.Connected != events.IsConnected)
            _runtime = (events.IsConnected, now);
        await SendAsync(
            socket,
            new PublishInstanceStatusRequest
            {
                Metadata = new InstanceStatusMetadata
                {
                    Cluster = options.Cluster,
                    ContainerInstance = identity.ContainerInstanceArn,
                    RequestId = Guid.NewGuid().ToString(),
                },
                Statuses =
                [
                    new InstanceStatus
                    {
                        Type = ContainerRuntime,
                        Status = events.IsConnected ? "OK" : "IMPAIRED",
                        LastUpdated = now,
                        LastStatusChange = _runtime.Value.Since,
                    },
                ],
                Timestamp = now,
            },
            cancellation
        );
    }

    private Task SendAsync<T>(ServerSocket socket, T message, CancellationToken cancellation)
        where T : IShape<T>
    {
        var body = AgentFrame.Encode(message);
        var head = new StringBuilder();
        foreach (
            var (name, value) in signer
                .Sign(
                    "GET",
                    socket.Address,
                    new Dictionary<string, string>(StringComparer.Ordinal),
                    body,
                    options.Credentials(),
                    options.Region,
                    "ecs"
                )
                .OrderBy(header => header.Key, StringComparer.Ordinal)
        )
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
            if (name == "Authorization")
                head.Append("Host: ").Append(socket.Address.Authority).Append("\r\n");
        }

        return socket.SendAsync(
            (byte[])[.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body],
            cancellation
        );
    }
}
