using System.Diagnostics;
using System.Text;
using Estiba.Logs.Filters;

namespace Estiba.Benchmarks.Logs;

/// <summary>How many lines a filter pattern of each kind decides on in a second.</summary>
internal static class PatternBenchmark
{
    private const int Lines = 1_000_000;

    internal static void Run()
    {
        var access = Enumerable.Range(0, 10_000).Select(i => Encoding.UTF8.GetBytes(AccessLog.Line(i))).ToArray();
        var json = Enumerable.Range(0, 10_000).Select(i => Encoding.UTF8.GetBytes(AccessLog.Json(i))).ToArray();
        Measure("terms", "GET -curl", access);
        Measure("a phrase", "\" 503 \"", access);
        Measure("optional terms", "?favicon ?orders ?users", access);
        Measure("a regular expression", "%users/[0-9]+%", access);
        Measure("fields", "[ip, ..., status = 5*, bytes > 1000, referrer, agent, id]", access);
        Measure("JSON", "{ $.level = \"error\" && $.request.status >= 500 }", json);
    }

    private static void Measure(string what, string pattern, byte[][] messages)
    {
        var compiled = FilterPattern.Parse(pattern);
        foreach (var message in messages)
            _ = compiled.Matches(message);

        var clock = Stopwatch.StartNew();
        var found = 0;
        for (var i = 0; i < Lines; i++)
            if (compiled.Matches(messages[i % messages.Length]))
                found++;
        Figure.Print(
            "logs",
            $"pattern of {what} ({100.0 * found / Lines:0.#} % match)",
            Lines / clock.Elapsed.TotalSeconds,
            "lines/s"
        );
    }
}
