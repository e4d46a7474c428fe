using System.Net.Sockets;
using System.Threading.Channels;
using Estiba.Agent;
using Estiba.Agent.Sessions;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Engines.Simulated;
using Microsoft.Extensions.Logging.Abstractions;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scale;

/// <summary>
/// A host whose containers only pretend: it registers, keeps its socket and acknowledges as the agent does, with the
/// agent's own code, and reports each task that it is given as running, and as stopped when it should be, at once.
/// </summary>
internal sealed class SimulatedHost : IAsyncDisposable
{
    private const int FirstPort = 32768;
    private const int Ports = 28_000;

    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    private readonly Fleet _fleet;
    private readonly AgentOptions _options;
    private readonly ReportConnection _reports;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<HostReport> _outgoing = Channel.CreateUnbounded<HostReport>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly Dictionary<UInt128, int> _tasks = [];
    private AgentIdentity? _identity;
    private Task _work = Task.CompletedTask;
    private long _sequenceNumber = 1;
    private int _started;

    internal SimulatedHost(Fleet fleet, int number, int cpu, int memory)
    {
        _fleet = fleet;
        _reports = fleet.Connect();
        _options = new AgentOptions
        {
            Cluster = ScaleWorkload.Cluster,
            Region = fleet.Caller.Region,
            Credentials = fleet.Client.Credentials,
            InstanceId = $"i-{number:x17}",
            Cpu = cpu,
            Memory = memory,
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ecs.availability-zone"] = $"{fleet.Caller.Region}{(char)('a' + number % 3)}",
                ["ecs.instance-type"] = "m5.24xlarge",
            },
        };
    }

    /// <summary>What the ARNs of its tasks begin with.</summary>
    internal string TaskArnPrefix { get; private set; } = "";

    /// <summary>Whether the server has told it what it should run.</summary>
    internal bool IsReady { get; private set; }

    /// <summary>The tasks that run here.</summary>
    internal int TaskCount => _tasks.Count;

    internal async Task StartAsync()
    {
        var registration = new Registration(
            _options,
            offersCredentials: false,
            _fleet.Engine,
            _fleet.Ecs,
            () => _fleet.Caller,
            new IdentityFile(null),
            TimeProvider.System,
            Random.Shared,
            NullLogger.Instance
        );
        _identity = await registration.RegisterAsync(_stopping.Token);
        TaskArnPrefix = Arn.TryParse(_identity.ContainerInstanceArn, out var arn)
            ? (arn with { Resource = $"task/{ScaleWorkload.Cluster}/" }).ToString()
            : throw new InvalidOperationException($"{_identity.ContainerInstanceArn} is no ARN.");
        var keeper = new SessionKeeper(
            _options,
            _identity,
            _fleet.Ecs,
            () => _fleet.Caller,
            _fleet.Signer,
            TimeProvider.System,
            Random.Shared,
            NullLogger.Instance
        );
        _work = Task.WhenAll(
            ReportAllAsync(_stopping.Token),
            keeper.RunAsync(
                "task",
                static answer => answer.Endpoint,
                SocketQuery,
                ConverseAsync,
                connected => IsReady &= connected,
                _stopping.Token
            )
        );
    }

    /// <summary>A power cut: its connections are gone, and it never comes back.</summary>
    internal Task CutAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _reports.Dispose();
    }

    private Dictionary<string, string> SocketQuery() =>
        new(StringComparer.Ordinal)
        {
            ["agentHash"] = EstibaAgent.Hash,
            ["agentVersion"] = Registration.AgentVersion,
            ["clusterArn"] = ScaleWorkload.Cluster,
            ["containerInstanceArn"] = _identity!.ContainerInstanceArn,
            ["dockerVersion"] = "DockerVersion: simulated",
            ["protocolVersion"] = "2",
            ["sendCredentials"] = "true",
            ["seqNum"] = _sequenceNumber.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };

    private async Task ConverseAsync(ServerSocket socket, CancellationToken cancellation)
    {
        while (await socket.ReceiveAsync(Silence, cancellation) is { } bytes)
        {
            var frame = HostFrame.Read(bytes.Span);
            switch (frame.Type)
            {
                case nameof(PayloadMessage):
                    Take(frame);
                    await AcknowledgeAsync(socket, frame, cancellation);
                    break;
                case nameof(TaskManifestMessage):
                    await AcknowledgeAsync(socket, frame, cancellation);
                    await CompareAsync(socket, frame, cancellation);
                    IsReady = true;
                    break;
                case nameof(TaskStopVerificationAck):
                    foreach (var (id, _) in frame.Tasks)
                        Stop(id);
                    break;
                case nameof(HeartbeatMessage):
                    await socket.SendAsync(new HeartbeatAckRequest { MessageId = frame.MessageId }, cancellation);
                    break;
            }
        }
    }

    private void Take(HostFrame frame)
    {
        _sequenceNumber = frame.SequenceNumber ?? _sequenceNumber;
        foreach (var (id, run) in frame.Tasks)
        {
            if (run)
                Run(id);
            else
                Stop(id);
        }
    }

    // A task that is sent again is reported again: the server may not have heard of it.
    private void Run(UInt128 id)
    {
        if (!_tasks.TryGetValue(id, out var port))
            _tasks[id] = port = FirstPort + _started++ % Ports;
        Report(id, port);
    }

    private void Stop(UInt128 id)
    {
        _tasks.Remove(id);
        Report(id, port: 0);
    }

    private void Report(UInt128 id, int port) =>
        _outgoing.Writer.TryWrite(
            new HostReport(this, id, port, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds())
        );

    private Task AcknowledgeAsync(ServerSocket socket, HostFrame frame, CancellationToken cancellation) =>
        socket.SendAsync(
            new AckRequest
            {
                Cluster = ScaleWorkload.Cluster,
                ContainerInstance = _identity!.ContainerInstanceArn,
                MessageId = frame.MessageId,
            },
            cancellation
        );

    private async Task CompareAsync(ServerSocket socket, HostFrame manifest, CancellationToken cancellation)
    {
        var wanted = manifest.Tasks.Where(task => task.Run).Select(task => task.Id).ToHashSet();
        var candidates = _tasks
            .Keys.Where(id => !wanted.Contains(id))
            .Select(id => new TaskIdentifier { TaskArn = $"{TaskArnPrefix}{id:x32}", DesiredStatus = "STOPPED" })
            .ToList();
        if (candidates.Count > 0)
            await socket.SendAsync(
                new TaskStopVerificationMessage { MessageId = manifest.MessageId, StopCandidates = candidates },
                cancellation
            );
    }

    private async Task ReportAllAsync(CancellationToken cancellation)
    {
        var retry = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30), Random.Shared);
        await foreach (var report in _outgoing.Reader.ReadAllAsync(cancellation))
        {
            while (!await TrySubmitAsync(report, cancellation))
                await Task.Delay(retry.Next(), cancellation);
            retry.Reset();
            _fleet.Acknowledged(report);
        }
    }

    private async ValueTask<bool> TrySubmitAsync(HostReport report, CancellationToken cancellation)
    {
        try
        {
            await _reports.SubmitAsync(report, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
