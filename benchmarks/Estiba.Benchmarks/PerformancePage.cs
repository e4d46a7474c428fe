using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Estiba.Benchmarks;

/// <summary>Runs every benchmark in a process of its own and writes the figures into <c>docs/performance.md</c>, between its two marks.</summary>
internal static class PerformancePage
{
    private const string Begin = "<!-- figures -->";
    private const string End = "<!-- end of figures -->";

    internal static async Task WriteAsync(IEnumerable<string> benchmarks)
    {
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"Measured on {Machine()}.").AppendLine();
        table.AppendLine("| benchmark | what | measured | unit |").AppendLine("|---|---|---|---|");
        foreach (var benchmark in benchmarks)
        {
            await foreach (var line in RunAsync(benchmark))
            {
                Console.WriteLine(line);
                if (line.Split('\t') is [var name, var what, var value, var unit]) table.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {what} | {value} | {unit} |");
            }
        }

        var path = Path.Combine(Repository.Root, "docs", "performance.md");
        var page = await File.ReadAllTextAsync(path);
        var (start, stop) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        await File.WriteAllTextAsync(path, $"{page[..start]}\n{table}{page[stop..]}");
        Console.WriteLine($"{path} is written.");
    }

    private static async IAsyncEnumerable<string> RunAsync(string benchmark)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [benchmark]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line) yield return line;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The benchmark {benchmark} failed.");
    }

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "an unknown processor";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824d;
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores of {model}, {memory:0} GiB, .NET {Environment.Version}, {DateTime.UtcNow:yyyy-MM-dd}");
    }
}
