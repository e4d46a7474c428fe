using System.CommandLine;
using Estiba.Backups;

namespace Estiba.CommandLine;

/// <summary><c>estiba restore</c>: makes a data directory of a backup.</summary>
internal static class RestoreCommand
{
    private static readonly Argument<string> File = new("file") { Description = "What 'estiba backup' has written." };

    private static readonly Option<bool> SamePlatform = new("--same-platform")
    {
        Description =
            "The original is gone for good: start the restored one without asking, and take over what containers "
            + "of it are on this machine.",
    };

    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "restore",
            "Make a data directory of a backup. Everything is compared with its checksums first; a directory that "
                + "is not empty is left alone."
        )
        {
            File,
            PlatformOptions.Data,
            SamePlatform,
        };
        command.SetAction((parsed, cancellation) => RunAsync(terminal, parsed, cancellation));
        return command.WithExamples(
            ("in place of a directory that is lost", "estiba restore estiba.tar.gz --same-platform"),
            ("beside the original, to look at it", "estiba restore estiba.tar.gz --data /tmp/restored")
        );
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        var source = Path.GetFullPath(parsed.GetRequiredValue(File));
        if (!System.IO.File.Exists(source))
            throw new CommandException($"there is no file {source}.");
        var progress = new Progress(terminal, "restoring");
        var layout = PlatformOptions.DataLayout(parsed);
        var restored = await Task.Run(
            () => Restore.Read(source, layout, parsed.GetValue(SamePlatform), progress.Report, cancellation),
            cancellation
        );
        terminal.WriteLine(
            $"{layout.Root} has the {restored.Files.Count} files of {restored.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC. "
                + "Start the platform: estiba up, or estiba server."
        );
        return ExitCodes.Success;
    }
}
