using System.Diagnostics;
using System.Net;
using Estiba.Benchmarks.Platform;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Estiba.Engines.Simulated;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scale;

/// <summary>
/// All simulated hosts of a cluster, in this process, and what the server has acknowledged of their reports.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    private const int Registrations = 32;
    private const int SampledTasks = 4096;

    private readonly IPEndPoint _server;
    private readonly ReportSigner _reportSigner;
    private readonly string[] _sample = new string[SampledTasks];
    private int _sampled;

    private Fleet(BenchPlatform platform)
    {
        Client = platform.Client;
        Caller = platform.Caller;
        Ecs = new EcsClient(Client);
        _server = new IPEndPoint(IPAddress.Loopback, platform.Endpoint.Port);
        _reportSigner = new ReportSigner(platform.Endpoint, Caller.Region, Client.Credentials(), TimeProvider.System);
    }

    internal List<SimulatedHost> Hosts { get; } = [];

    internal AwsClientOptions Client { get; }

    internal CallContext Caller { get; }

    internal EcsClient Ecs { get; }

    /// <summary>Signs the hosts' sockets.</summary>
    internal RequestSigner Signer { get; } = new(TimeProvider.System);

    /// <summary>Says what a host's engine can do; it runs nothing.</summary>
    internal SimulatedEngine Engine { get; } = new(new SimulationOptions(), TimeProvider.System, seed: 1);

    /// <summary>Counts tasks whose being running is durable.</summary>
    internal Milestones? Running { get; set; }

    /// <summary>Counts tasks whose end is durable.</summary>
    internal Milestones? Stopped { get; set; }

    /// <summary>Registers and connects the hosts.</summary>
    internal static async Task<Fleet> StartAsync(BenchPlatform platform, int hosts, int cpu, int memory)
    {
        var fleet = new Fleet(platform);
        for (var number = 0; number < hosts; number++)
            fleet.Hosts.Add(new SimulatedHost(fleet, number, cpu, memory));
        await Parallel.ForEachAsync(
            fleet.Hosts,
            new ParallelOptions { MaxDegreeOfParallelism = Registrations },
            async (host, _) => await host.StartAsync()
        );
        await fleet.WhenReadyAsync();
        return fleet;
    }

    /// <summary>Waits until every host's socket is open and the server has sent it its manifest.</summary>
    internal async Task WhenReadyAsync()
    {
        while (!Hosts.TrueForAll(host => host.IsReady))
            await Task.Delay(10);
    }

    internal ReportConnection Connect() => new(_reportSigner, _server);

    /// <summary>The server has acknowledged a report.</summary>
    internal void Acknowledged(in HostReport report)
    {
        if (!report.IsRunning)
        {
            Stopped?.Add();
            return;
        }

        // Every so many of the tasks are remembered, for whoever asks for some.
        var count = Interlocked.Increment(ref _sampled);
        if (count <= SampledTasks || count % 64 == 0)
            _sample[count % SampledTasks] = $"{report.Host.TaskArnPrefix}{report.Task:x32}";
        Running?.Add();
    }

    /// <summary>Some of the tasks that run or ran; none while there are too few.</summary>
    internal IReadOnlyList<string> SomeTasks(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => _sample[Random.Shared.Next(SampledTasks)])
                .Where(task => task is not null),
        ];

    public async ValueTask DisposeAsync() =>
        await Parallel.ForEachAsync(Hosts, async (host, _) => await host.DisposeAsync());
}
