using System.CommandLine;
using Estiba.Hosting;

namespace Estiba.CommandLine;

/// <summary><c>estiba status</c>: what runs, asked of the platform with the operations that every customer has.</summary>
internal static class StatusCommand
{
    internal static Command Create(Terminal terminal)
    {
        var command = new Command("status", "Show what runs: clusters, instances, services, tasks.")
        {
            PlatformOptions.Data, PlatformOptions.Region,
        };
        command.SetAction((parsed, cancellation) => RunAsync(terminal, parsed, cancellation));
        return command.WithExamples(
            ("the platform of the usual data directory", "estiba status"),
            ("another one, in another region", "estiba status --data /srv/estiba --region us-east-1"));
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellation)
    {
        var region = parsed.GetRequiredValue(PlatformOptions.Region);
        var platform = await RunningPlatform.FindAsync(PlatformOptions.DataLayout(parsed), cancellation);
        await platform.CallAsync(async http => StatusTables.Write(terminal.Console, await StatusReport.ReadAsync(platform, region, http, cancellation)), cancellation);
        return ExitCodes.Success;
    }
}
