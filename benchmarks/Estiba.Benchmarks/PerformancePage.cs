using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Estiba.Benchmarks;

/// <summary>
/// Runs every benchmark in a process of its own and writes the figures into <c>docs/performance.md</c>, between its two
/// marks, with the machine and how busy it was before each.
/// </summary>
internal static class PerformancePage
{
    private const string Begin = "<!-- figures -->";
    private const string End = "<!-- end of figures -->";

    /// <returns>Whether every benchmark came to its end; where one did not, the page stays as it is.</returns>
    internal static async Task<bool> WriteAsync(IEnumerable<string> benchmarks)
    {
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"Measured on {Conditions.Machine()}.").AppendLine();
        table.AppendLine("| benchmark | what | measured | unit | busy before |").AppendLine("|---|---|---|---|---|");
        foreach (var benchmark in benchmarks)
        {
            var busy = await Conditions.BusyAsync();
            using var process = Process.Start(
                new ProcessStartInfo(Environment.ProcessPath!, [benchmark])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                }
            )!;
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                Console.WriteLine(line);
                if (line.Split('\t') is [var name, var what, var value, var unit])
                    table.AppendLine(
                        CultureInfo.InvariantCulture,
                        $"| {name} | {what} | {value} | {unit} | {busy:0} % |"
                    );
            }

            await process.WaitForExitAsync();
            if (process.ExitCode == 0)
                continue;
            await Console.Error.WriteLineAsync(
                $"bench: {benchmark} did not come to its end, and docs/performance.md is left as it was."
            );
            return false;
        }

        var path = Path.Combine(Repository.Root, "docs", "performance.md");
        var page = await File.ReadAllTextAsync(path);
        var (start, stop) = (
            page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length,
            page.IndexOf(End, StringComparison.Ordinal)
        );
        await File.WriteAllTextAsync(path, $"{page[..start]}\n{table}{page[stop..]}");
        Console.WriteLine($"{path} is written.");
        return true;
    }
}
