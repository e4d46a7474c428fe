using Estiba.Benchmarks;
using Estiba.Benchmarks.Logs;
using Estiba.Benchmarks.Platform;
using Estiba.Benchmarks.Registry;
using Estiba.Benchmarks.State;

// ./bench NAME runs one benchmark, which prints a line for each figure; ./bench all runs every one and writes docs/performance.md.
var benchmarks = new Dictionary<string, Func<string[], Task>>
{
    ["start"] = StartBenchmark.RunAsync,
    ["reads"] = ReadBenchmark.RunAsync,
    ["tasks"] = TaskStartBenchmark.RunAsync,
    ["registry"] = RegistryBenchmark.RunAsync,
    ["store"] = StoreBenchmark.RunAsync,
    ["map"] = SortedMapBenchmark.RunAsync,
    ["logs"] = LogsBenchmark.RunAsync,
};

switch (args)
{
    // The registry benchmark runs its server in a process of its own.
    case ["registry-server", .. var options]:
        await RegistryServer.ServeAsync(options);
        return 0;
    case ["all"]:
        await PerformancePage.WriteAsync(benchmarks.Keys);
        return 0;
    case [var name, .. var rest] when benchmarks.TryGetValue(name, out var benchmark):
        await benchmark(rest);
        return 0;
    default:
        Console.Error.WriteLine($"Usage: ./bench all | {string.Join(" | ", benchmarks.Keys)}");
        return args is ["--help"] ? 0 : 2;
}
