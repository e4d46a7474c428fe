using Estiba.Benchmarks;
using Estiba.Benchmarks.Registry;
using Estiba.Benchmarks.State;

// Runs the benchmarks that are named, each of which prints one line for each figure.
var benchmarks = new Dictionary<string, Func<string[], Task>>
{
    ["map"] = SortedMapBenchmark.RunAsync,
    ["registry"] = RegistryBenchmark.RunAsync,
    ["registry-server"] = RegistryServer.ServeAsync,
    ["store"] = StoreBenchmark.RunAsync,
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var benchmark))
{
    Console.Error.WriteLine($"Usage: Estiba.Benchmarks {string.Join('|', benchmarks.Keys)} [options]");
    return 2;
}

await benchmark(args[1..]);
return 0;
