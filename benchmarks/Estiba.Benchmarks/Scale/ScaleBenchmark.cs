using System.Diagnostics;
using Estiba.Benchmarks.Platform;
using Estiba.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scale;

/// <summary>
/// A real server with its SQLite journal, and in this second process all the hosts of a cluster, over real sockets:
/// from <c>create-service</c> to the last task reported <c>RUNNING</c>; then a rolling deployment, the loss of a tenth
/// of the hosts, and a server that is killed.
/// </summary>
internal sealed class ScaleBenchmark
{
    private const int RolledOutTasks = 10_000;
    private const int LostHosts = 100;

    /// <summary>So long nothing may happen before the benchmark fails.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly BenchPlatform _server;
    private readonly Fleet _fleet;
    private readonly ScaleOptions _options;
    private readonly ScaleWorkload _workload;

    private ScaleBenchmark(BenchPlatform server, Fleet fleet, ScaleWorkload workload, ScaleOptions options)
    {
        (_server, _fleet, _workload, _options) = (server, fleet, workload, options);
    }

    internal static async Task RunAsync(string[] arguments)
    {
        var options = ScaleOptions.Read(arguments);
        var (server, _) = await BenchPlatform.StartServerAsync();
        await using (server)
        {
            var workload = new ScaleWorkload(new EcsClient(server.Client), server.Caller, options);
            await workload.PrepareAsync();

            // Room for as many tasks again: deployments and lost hosts need it.
            var room = (options.Tasks / options.Hosts + 1) * 2;
            var watch = Stopwatch.StartNew();
            var fleet = await Fleet.StartAsync(
                server,
                options.Hosts,
                room * ScaleWorkload.TaskCpu,
                room * ScaleWorkload.TaskMemory
            );
            await using (fleet)
            {
                Figure.Print(
                    "scale",
                    $"{options.Size}: hosts registered and connected",
                    watch.Elapsed.TotalSeconds,
                    "s"
                );
                await new ScaleBenchmark(server, fleet, workload, options).RunAsync();
            }
        }
    }

    private async Task RunAsync()
    {
        await LaunchAsync();
        if (_options.Rollout)
            await RollOutAsync(Math.Min(RolledOutTasks, _options.Tasks));
        if (_options.Loss)
            await LoseHostsAsync(Math.Min(LostHosts, _options.Hosts / 10));
        if (_options.Recovery)
            await RecoverAsync();
    }

    private async Task LaunchAsync()
    {
        var before = _server.ResidentBytes;
        var running = _fleet.Running = new Milestones(_options.Tasks);
        var processors = new ProcessorShares(_server);
        await using var probe = new DescribeProbe(_fleet);
        await using var placed = new PlacedProbe(_fleet, running, _options.Tasks);
        await _workload.CreateServicesAsync();
        await running.WhenCompleteAsync(Patience);
        _fleet.Running = null;

        var what = _options.Size;
        Print(what, "from the first create-service to the last RUNNING", running.Length.TotalSeconds, "s");
        Print(what, "tasks running", _options.Tasks / running.Length.TotalSeconds, "tasks/s");
        Print(what, "first RUNNING", running.UntilFirst.TotalSeconds, "s");
        for (var tenth = 1; tenth <= running.Rates.Count; tenth++)
            Print(what, $"rate of tenth {tenth}", running.Rates[tenth - 1], "tasks/s");
        Print(what, "last tenth against the first", running.Rates[^1] / running.Rates[0] * 100, "%");
        placed.Print(what);
        processors.Print(what, _options.Tasks);
        Print(what, "server's memory, resident", _server.ResidentBytes / 1048576d, "MiB");
        Print(what, "server's memory for each task", (_server.ResidentBytes - before) / (double)_options.Tasks, "B");
        probe.Print(what);
    }

    private async Task RollOutAsync(int tasks)
    {
        await using var probe = new DescribeProbe(_fleet);
        var watch = Stopwatch.StartNew();
        var stopped = _fleet.Stopped = new Milestones(tasks);
        var running = _fleet.Running = new Milestones(tasks);
        var processors = new ProcessorShares(_server);
        var (services, rolledOut) = await _workload.BeginRolloutAsync(tasks);
        await running.WhenCompleteAsync(Patience);
        await stopped.WhenCompleteAsync(Patience);
        await _workload.WhenRolledOutAsync(services);
        var what = $"{_options.Size}: rolling deployment of {rolledOut:N0} tasks";
        (_fleet.Running, _fleet.Stopped) = (null, null);
        Print(what, "complete", watch.Elapsed.TotalSeconds, "s");
        processors.Print(what, rolledOut);
        probe.Print(what);
    }

    private async Task LoseHostsAsync(int hosts)
    {
        await using var probe = new DescribeProbe(_fleet);
        var lost = _fleet.Hosts.Take(hosts).ToList();
        var tasks = lost.Sum(host => host.TaskCount);
        var running = _fleet.Running = new Milestones(tasks);
        _fleet.Hosts.RemoveRange(0, hosts);
        await Task.WhenAll(lost.Select(host => host.CutAsync()));
        await running.WhenCompleteAsync(Patience);
        _fleet.Running = null;
        var what = $"{_options.Size}: loss of {hosts:N0} hosts with {tasks:N0} tasks";
        Print(what, "until the first runs elsewhere", running.UntilFirst.TotalSeconds, "s");
        Print(what, "until all run elsewhere", running.Length.TotalSeconds, "s");
        probe.Print(what);
    }

    private async Task RecoverAsync()
    {
        var watch = Stopwatch.StartNew();
        await _server.KillAsync();
        var answered = await _server.StartAgainAsync();
        await _fleet.WhenReadyAsync();
        var what = $"{_options.Size}: server killed";
        Print(what, "from its start to the first answer", answered.TotalSeconds, "s");
        Print(what, "from its end until every host is connected", watch.Elapsed.TotalSeconds, "s");
        Print(what, "server's memory for each task afterwards", _server.ResidentBytes / (double)_options.Tasks, "B");
    }

    private static void Print(string during, string what, double value, string unit) =>
        Figure.Print("scale", $"{during}: {what}", value, unit);
}
