using System.CommandLine;
using Estiba.Backups;

namespace Estiba.CommandLine;

/// <summary><c>estiba backup</c>: all that a platform keeps, in one file, while it runs.</summary>
internal static class BackupCommand
{
    private static readonly Argument<string> File = new("file")
    {
        Description = "The file to write, for its owner alone; it is compressed where its name ends in gz.",
    };

    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "backup",
            "Write everything that a platform keeps into one file. The platform may run meanwhile. Keys and "
                + "passwords are in it."
        )
        {
            File,
            PlatformOptions.Data,
        };
        command.SetAction((parsed, cancellation) => RunAsync(terminal, parsed, cancellation));
        return command.WithExamples(
            ("the usual data directory", "estiba backup estiba.tar.gz"),
            (
                "another one, without compression: images are compressed already",
                "estiba backup /backup/estiba.tar --data /srv/estiba"
            )
        );
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        var target = Path.GetFullPath(parsed.GetRequiredValue(File));
        var progress = new Progress(terminal, "writing");
        var layout = PlatformOptions.DataLayout(parsed);
        var written = await Task.Run(
            () => Backup.Write(layout, target, progress.Report, TimeProvider.System, cancellation),
            cancellation
        );
        terminal.WriteLine(
            $"{target} has {written.Files.Count} files of {layout.Root}. It holds keys: keep it as private as the "
                + "directory."
        );
        return ExitCodes.Success;
    }
}
