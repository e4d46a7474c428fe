using Estiba.CommandLine;
using Estiba.Demo.Production;

namespace Estiba.Tests.Demo.Production;

public sealed class ObservationsTests
{
    [Fact]
    public void The_table_has_each_step_and_the_sum_with_what_failed()
    {
        var observations = new Observations();
        var well = LoadCounts.None.Answered(200, "version 1", TimeSpan.FromMilliseconds(12));
        observations.Add(new Observation("a rolling deployment", "version 2", TimeSpan.FromSeconds(61), well + well));
        observations.Add(
            new Observation(
                "an instance is gone",
                "replaced",
                TimeSpan.FromSeconds(9),
                well.Lost().Answered(503, null, TimeSpan.Zero)
            )
        );
        var output = new StringWriter();

        observations.Show(new Terminal(output, TextWriter.Null));

        var lines = output
            .ToString()
            .Split('\n')
            .Select(line => line.Split('\u2502').Select(cell => cell.Trim()).ToList())
            .ToList();
        lines.ShouldContain(cells =>
            cells.SequenceEqual(Row("a rolling deployment", "version 2", "1:01", "2", "0", "12 ms"))
        );
        lines.ShouldContain(cells =>
            cells.SequenceEqual(Row("an instance is gone", "replaced", "0:09", "3", "2", "12 ms"))
        );
        lines.ShouldContain(cells => cells.SequenceEqual(Row("all of it", "", "1:10", "5", "2", "12 ms")));
    }

    private static IEnumerable<string> Row(params string[] cells) => ["", .. cells, ""];
}
