using System.CommandLine;
using Estiba.Contracts;
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
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            var report = await StatusReport.ReadAsync(platform, region, http, cancellation);
            StatusTables.Write(terminal.Console, report);
            return ExitCodes.Success;
        }
        catch (HttpRequestException unreachable)
        {
            throw new CommandException($"no platform answers at {platform.Endpoint} ({unreachable.Message}). Start it: estiba up", inner: unreachable);
        }
        catch (TaskCanceledException slow) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException($"the platform at {platform.Endpoint} did not answer within 10 seconds.", inner: slow);
        }
        catch (AwsException refused)
        {
            throw new CommandException($"the platform at {platform.Endpoint} refused: {refused.Code}: {refused.Message}", inner: refused);
        }
    }
}
