namespace Estiba.Benchmarks.Platform;

/// <summary>
/// How quickly the platform answers its first signed request, and what it keeps in memory when nobody asks for
/// anything.
/// </summary>
internal static class StartBenchmark
{
    private const int Rounds = 7;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    internal static async Task RunAsync()
    {
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var (platform, started) = await BenchPlatform.StartAsync();
            await platform.DisposeAsync();
            times.Add(started.TotalSeconds);
        }

        Figure.Print("start", "to the first answered request, median", times.Order().ElementAt(Rounds / 2), "s");
        Figure.Print("start", "to the first answered request, slowest", times.Max(), "s");

        var (idle, _) = await BenchPlatform.StartAsync("--instances", "2");
        await using (idle)
        {
            await Task.Delay(Idle);
            Figure.Print("start", "resident, idle, with two virtual instances", idle.ResidentBytes / 1048576d, "MiB");
        }
    }
}
