using System.Diagnostics;
using Estiba.Contracts.Ecs;

namespace Estiba.Benchmarks.Platform;

/// <summary>
/// Signed reads through the gateway at sixteen connections; the client is a process of its own on the same cores.
/// </summary>
internal static class ReadBenchmark
{
    private const int Connections = 16;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    internal static async Task RunAsync()
    {
        var (platform, _) = await BenchPlatform.StartAsync("--engine", "simulated");
        await using (platform)
        {
            var ecs = new EcsClient(platform.Client);
            await ecs.CreateClusterAsync(new CreateClusterRequest { ClusterName = "bench" }, platform.Caller);
            await ReadAsync(ecs, platform, WarmUp);
            var latencies = await ReadAsync(ecs, platform, Length);
            latencies.Sort();
            Figure.Print(
                "reads",
                "signed describe-clusters, 16 connections, p50",
                latencies[latencies.Count / 2],
                "ms"
            );
            Figure.Print(
                "reads",
                "signed describe-clusters, 16 connections, p99",
                latencies[latencies.Count * 99 / 100],
                "ms"
            );
            Figure.Print(
                "reads",
                "signed describe-clusters, 16 connections",
                latencies.Count / Length.TotalSeconds,
                "requests/s"
            );
        }
    }

    private static async Task<List<double>> ReadAsync(EcsClient ecs, BenchPlatform platform, TimeSpan length)
    {
        var watch = Stopwatch.StartNew();
        var all = await Task.WhenAll(
            Enumerable
                .Range(0, Connections)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        var times = new List<double>();
                        while (watch.Elapsed < length)
                        {
                            var start = Stopwatch.GetTimestamp();
                            await ecs.DescribeClustersAsync(
                                new DescribeClustersRequest { Clusters = ["bench"] },
                                platform.Caller
                            );
                            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                        }

                        return times;
                    })
                )
        );
        return [.. all.SelectMany(times => times)];
    }
}
