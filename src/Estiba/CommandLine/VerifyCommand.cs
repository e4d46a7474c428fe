using System.CommandLine;
using Estiba.State;
using Estiba.State.Journals;
using Estiba.Verification;

namespace Estiba.CommandLine;

/// <summary><c>estiba verify</c>: whether a data directory is as it was written.</summary>
internal static class VerifyCommand
{
    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "verify",
            "Check everything in a data directory against its checksums, and say what is wrong. The platform may "
                + "run meanwhile; nothing is changed."
        )
        {
            PlatformOptions.Data,
        };
        command.SetAction((parsed, cancellation) => RunAsync(terminal, parsed, cancellation));
        return command.WithExamples(
            ("the usual data directory", "estiba verify"),
            (
                "another one, and do something when it is not sound",
                "estiba verify --data /srv/estiba || echo 'restore a backup'"
            )
        );
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        var layout = PlatformOptions.DataLayout(parsed);
        if (!Directory.Exists(layout.Root))
            throw new CommandException($"there is no directory {layout.Root}.");
        var progress = new Progress(terminal, "checking");
        var faults = 0;
        try
        {
            await Task.Run(
                () =>
                    DataCheck.RunAsync(
                        layout,
                        finding =>
                        {
                            if (!finding.IsNote)
                                faults++;
                            terminal.WriteLine(
                                $"{(finding.IsNote ? "note" : "fault")}: {finding.Sentence}",
                                finding.IsNote ? Colour.Grey : Colour.Yellow
                            );
                        },
                        progress.Report,
                        cancellation
                    ),
                cancellation
            );
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new CommandException(
                $"{denied.Message} Only the owner of {layout.Root} can check it.",
                inner: denied
            );
        }

        var running = StateCheck.HolderOf(layout.State) is { } process
            ? $", while process {process} works with it"
            : "";
        terminal.WriteLine(
            faults == 0
                ? $"{layout.Root} is sound{running}."
                : $"{layout.Root} has {faults} fault{(faults == 1 ? "" : "s")}{running}."
        );
        return faults == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }
}
