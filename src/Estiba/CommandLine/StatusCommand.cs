using System.CommandLine;
using Estiba.Platforms;

namespace Estiba.CommandLine;

/// <summary>
/// <c>estiba status</c>: what runs, asked of the platform with the operations that every customer has.
/// </summary>
internal static class StatusCommand
{
    internal static Command Create(Terminal terminal)
    {
        var command = new Command(
            "status",
            "Show whether the platform is well, and what runs: clusters, instances, services, tasks."
        )
        {
            PlatformOptions.Data,
            PlatformOptions.Region,
        };
        command.SetAction((parsed, cancellation) => RunAsync(terminal, parsed, cancellation));
        return command.WithExamples(
            ("the platform of the usual data directory", "estiba status"),
            ("another one, in another region", "estiba status --data /srv/estiba --region us-east-1")
        );
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        var platform = await RunningPlatform.FindAsync(PlatformOptions.DataLayout(parsed), cancellation);
        var region = parsed.GetValue(PlatformOptions.Region) ?? platform.Region;
        await platform.CallAsync(
            async http =>
                StatusTables.Write(
                    terminal.Console,
                    await StatusReport.ReadAsync(platform, region, http, cancellation)
                ),
            cancellation
        );
        return ExitCodes.Success;
    }
}
