using Estiba.Benchmarks;
using Estiba.Benchmarks.Balancers;
using Estiba.Benchmarks.Calls;
using Estiba.Benchmarks.Logs;
using Estiba.Benchmarks.Metrics;
using Estiba.Benchmarks.Platform;
using Estiba.Benchmarks.Registry;
using Estiba.Benchmarks.Scale;
using Estiba.Benchmarks.Scaling;
using Estiba.Benchmarks.Scheduling;
using Estiba.Benchmarks.State;

// ./bench NAME runs one benchmark, which prints a line for each figure; ./bench all runs every one and writes
// docs/performance.md.
var benchmarks = new Dictionary<string, Func<string[], Task>>
{
    ["start"] = _ => StartBenchmark.RunAsync(),
    ["reads"] = _ => ReadBenchmark.RunAsync(),
    ["tasks"] = _ => TaskStartBenchmark.RunAsync(),
    ["store"] = StoreBenchmark.RunAsync,
    ["map"] = SortedMapBenchmark.RunAsync,
    ["calls"] = _ => CallBenchmark.RunAsync(),
    ["logs"] = LogsBenchmark.RunAsync,
    ["metrics"] = MetricsBenchmark.RunAsync,
    ["alarms"] = AlarmsBenchmark.RunAsync,
    ["placement"] = PlacementBenchmark.RunAsync,
    ["steps"] = StepsBenchmark.RunAsync,
    ["registry"] = RegistryBenchmark.RunAsync,
    ["balancer"] = BalancerBenchmark.RunAsync,
    ["scale"] = ScaleBenchmark.RunAsync,
    ["scaling"] = _ => ScalingBenchmark.RunAsync(),
};

switch (args)
{
    case ["all"]:
        return await PerformancePage.WriteAsync(benchmarks.Keys) ? 0 : 1;
    // Not benchmarks: the processes that those of the registry and of load balancers start beside themselves.
    case ["registry-server", .. var place]:
        await RegistryServer.ServeAsync(place);
        return 0;
    case ["balancer-server", .. var place]:
        await Balancer.ServeAsync(place);
        return 0;
    case [var name, .. var options] when benchmarks.TryGetValue(name, out var benchmark):
        try
        {
            Console.Error.WriteLine($"On {Conditions.Machine()}; {await Conditions.BusyAsync():0} % busy before.");
            await benchmark(options);
            return 0;
        }
        catch (ArgumentException wrong)
        {
            Console.Error.WriteLine($"bench: {wrong.Message}");
            return 2;
        }
        catch (BenchmarkException impossible)
        {
            Console.Error.WriteLine($"bench: {impossible.Message}");
            return 1;
        }
    default:
        Console.Error.WriteLine($"Usage: ./bench all | {string.Join(" | ", benchmarks.Keys)}");
        return args is ["--help"] ? 0 : 2;
}
