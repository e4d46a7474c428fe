using System.CommandLine;
using Estiba.Hosting;
using Spectre.Console;

namespace Estiba.CommandLine;

/// <summary><c>estiba coverage</c>: which operations of AWS this Estiba has, from the contracts themselves.</summary>
internal static class CoverageCommand
{
    private static readonly Option<bool> Write = new("--write")
    {
        Description = "Write docs/compatibility.md in the current directory instead.",
    };

    private static readonly Option<bool> All = new("--all") { Description = "Name every operation." };

    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "coverage",
            "List which operations of each AWS service are implemented, and which are not."
        )
        {
            All,
            Write,
        };
        command.SetAction((parsed, cancellation) => RunAsync(terminal, parsed, cancellation));
        return command.WithExamples(
            ("how much of each service", "estiba coverage"),
            ("operation by operation", "estiba coverage --all"),
            ("in the project's directory: bring its page up to date", "estiba coverage --write")
        );
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(Write))
        {
            if (!Directory.Exists("docs"))
                throw new CommandException("there is no directory docs here: run this in the project's own directory.");
            await File.WriteAllTextAsync(
                CompatibilityPage.Path,
                CompatibilityPage.Render(Modules.Coverage()),
                cancellation
            );
            await terminal.Output.WriteLineAsync($"wrote {CompatibilityPage.Path}");
            return ExitCodes.Success;
        }

        if (parsed.GetValue(All))
            WriteAll(terminal);
        else
            WriteSummary(terminal);
        return ExitCodes.Success;
    }

    private static void WriteSummary(Terminal terminal)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("Service", "Implemented", "Of", "");
        foreach (var service in Modules.Coverage())
        {
            table.AddRow(
                service.Service,
                $"{service.Implemented.Count}",
                $"{service.Total}",
                $"{100 * service.Implemented.Count / service.Total} %"
            );
        }

        terminal.Console.Write(table);
        terminal.Console.WriteLine(
            "An operation that is not implemented answers UnsupportedOperation. --all names them."
        );
    }

    private static void WriteAll(Terminal terminal)
    {
        foreach (var service in Modules.Coverage())
        {
            foreach (var operation in service.Implemented)
                terminal.Output.WriteLine($"{service.Service}\t{operation}\timplemented");
            foreach (var operation in service.Missing)
                terminal.Output.WriteLine($"{service.Service}\t{operation}\tnot implemented");
        }
    }
}
