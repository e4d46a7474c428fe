using System.Buffers.Binary;
using System.Diagnostics;

namespace Estiba.Benchmarks.Registry;

/// <summary>
/// Pushing and pulling, side by side with Debian's docker-registry, each in a process of its own, in turns. Options:
/// the size of the large layer in MiB.
/// </summary>
internal static class RegistryBenchmark
{
    private const int Rounds = 5;
    private const int Pulls = 4;
    private const int LargeLayer = 300;
    private const int SmallLayer = 16 * 1024;
    private const int SmallLayers = 100;

    internal static async Task RunAsync(string[] arguments)
    {
        using var other = await RegistryServer.StartDockerRegistryAsync();
        using var estiba = await RegistryServer.StartEstibaAsync();
        RegistryServer[] servers = [estiba, other];

        var before = servers.ToDictionary(server => server, server => server.MemoryMiB);
        var large = arguments.Length > 0 ? int.Parse(arguments[0]) : LargeLayer;
        await MeasureAsync(
            servers,
            $"one layer of {large} MiB",
            "MiB/s",
            seconds => large / seconds,
            round => [Layer(large * 1024 * 1024, round, 0)]
        );
        await MeasureAsync(
            servers,
            $"{SmallLayers} layers of 16 KiB",
            "layers/s",
            seconds => SmallLayers / seconds,
            round => [.. Enumerable.Range(0, SmallLayers).Select(number => Layer(SmallLayer, round, number))]
        );
        foreach (var server in servers)
            Figure.Print(
                "registry",
                $"{server.Name}: resident, from {before[server]:0} MiB at the start to",
                server.MemoryMiB,
                "MiB"
            );
    }

    private static async Task MeasureAsync(
        RegistryServer[] servers,
        string what,
        string unit,
        Func<double, double> rate,
        Func<int, List<(string Digest, byte[] Content)>> layers
    )
    {
        var pushes = servers.ToDictionary(server => server, _ => new List<double>());
        var pulls = servers.ToDictionary(server => server, _ => new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var image = layers(round);
            // Whoever comes second finds the caches and the disk as the first has left them: so they take turns at
            // that, too.
            foreach (var server in round % 2 == 0 ? servers : servers.Reverse())
            {
                using var client = new RegistryClient(server);
                pushes[server].Add(await TimeAsync(() => client.PushAsync(image, $"round-{round}")));
                for (var time = 0; time < Pulls; time++)
                    pulls[server].Add(await TimeAsync(() => client.PullAsync($"round-{round}")));
                if (round > 0)
                    continue;
                // The first round warms up.
                pushes[server].Clear();
                pulls[server].Clear();
            }
        }
        foreach (var server in servers)
        {
            Figure.Print("registry", $"{server.Name}: push, {what}", rate(Median(pushes[server])), unit);
            Figure.Print("registry", $"{server.Name}: pull, {what}", rate(Median(pulls[server])), unit);
        }
    }

    private static (string Digest, byte[] Content) Layer(int size, int round, int number)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        BinaryPrimitives.WriteInt32LittleEndian(content, round);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(4), number);
        return (RegistryClient.DigestOf(content), content);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
