using Estiba.CommandLine;
using Spectre.Console;

namespace Estiba.Demo.Production;

/// <summary>What was seen in the steps of a walk, while a client asked for the page.</summary>
internal sealed class Observations
{
    private readonly List<Observation> _all = [];

    /// <summary>All steps.</summary>
    internal IReadOnlyList<Observation> All => _all;

    /// <summary>Notes a step.</summary>
    internal void Add(Observation observation) => _all.Add(observation);

    /// <summary>Shows them with their sum.</summary>
    internal void Show(Terminal terminal)
    {
        if (_all.Count == 0)
            return;
        var sum = _all.Aggregate(LoadCounts.None, (counts, each) => counts + each.Counts);
        var table = new Table().Border(TableBorder.Rounded).AddColumns("step", "seen");
        foreach (var heading in new[] { "time", "requests", "failed", "slowest" })
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var (step, seen, took, counts) in _all)
            table.AddRow(Cells(step, seen, took, counts));
        table.AddEmptyRow();
        table.AddRow(Cells("all of it", "", TimeSpan.FromTicks(_all.Sum(each => each.Took.Ticks)), sum));
        terminal.Console.WriteLine();
        terminal.Console.Write(table);
    }

    private static string[] Cells(string step, string seen, TimeSpan took, LoadCounts counts) =>
        [
            Markup.Escape(step),
            Markup.Escape(seen),
            $"{took:m\\:ss}",
            $"{counts.Requests:N0}",
            counts.Failed == 0 ? "[green]0[/]" : $"[red]{counts.Failed:N0}[/]",
            $"{counts.Slowest.TotalMilliseconds:N0} ms",
        ];
}

/// <summary>What was seen in a step.</summary>
/// <param name="Step">The step, in a few words.</param>
/// <param name="Seen">What became of it.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Counts">The client's requests meanwhile.</param>
internal sealed record Observation(string Step, string Seen, TimeSpan Took, LoadCounts Counts);
