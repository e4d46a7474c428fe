using Estiba.Benchmarks;
using Estiba.Benchmarks.Logs;
using Estiba.Benchmarks.Platform;
using Estiba.Benchmarks.Registry;
using Estiba.Benchmarks.Scale;
using Estiba.Benchmarks.Scheduling;
using Estiba.Benchmarks.State;

// ./bench NAME runs one benchmark, which prints a line for each figure; ./bench all runs every one and writes docs/performance.md.
var benchmarks = new Dictionary<string, Func<string[], Task>>
{
    ["start"] = StartBenchmark.RunAsync,
    ["reads"] = ReadBenchmark.RunAsync,
    ["tasks"] = TaskStartBenchmark.RunAsync,
    ["store"] = StoreBenchmark.RunAsync,
    ["map"] = SortedMapBenchmark.RunAsync,
    ["logs"] = LogsBenchmark.RunAsync,
    ["placement"] = PlacementBenchmark.RunAsync,
    ["registry"] = RegistryBenchmark.RunAsync,
    ["scale"] = ScaleBenchmark.RunAsync,
};

switch (args)
{
    case ["all"]:
        await PerformancePage.WriteAsync(benchmarks.Keys);
        return 0;
    // Not a benchmark: the process that the one of the registry starts beside itself.
    case ["registry-server", .. var place]:
        await RegistryServer.ServeAsync(place);
        return 0;
    case [var name, .. var options] when benchmarks.TryGetValue(name, out var benchmark):
        try
        {
            await benchmark(options);
            return 0;
        }
        catch (ArgumentException wrong)
        {
            Console.Error.WriteLine($"bench: {wrong.Message}");
            return 2;
        }
    default:
        Console.Error.WriteLine($"Usage: ./bench all | {string.Join(" | ", benchmarks.Keys)}");
        return args is ["--help"] ? 0 : 2;
}
