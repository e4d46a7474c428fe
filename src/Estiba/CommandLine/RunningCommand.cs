using System.Net;
using Estiba.Platforms;

namespace Estiba.CommandLine;

/// <summary>
/// What <c>up</c> and <c>server</c> do: run a platform until they are told to stop, which is their proper end.
/// </summary>
internal static class RunningCommand
{
    internal static async Task<int> RunAsync(
        Terminal terminal,
        PlatformConfiguration configuration,
        CancellationToken cancellation
    )
    {
        await using var platform = await Platform.StartAsync(
            configuration,
            terminal.Error,
            TimeProvider.System,
            cancellation
        );
        var endpoint = configuration.Endpoint.GetLeftPart(UriPartial.Authority);
        await terminal.Output.WriteLineAsync(
            $"Estiba {Version.Text} answers at {endpoint}, account {platform.AccountId}. Ctrl-C stops it; "
                + "containers go on running."
        );
        if (configuration.Bind is { } bound && !IPAddress.IsLoopback(bound))
            await terminal.Output.WriteLineAsync($"It listens on {bound}, where other machines reach it.");
        var data = configuration.Data == DataLayout.Default ? "" : $" --data {configuration.Data.Root}";
        await terminal.Output.WriteLineAsync($"In another terminal: eval \"$(estiba env{data})\"");
        ServiceManager.Ready();
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            ServiceManager.Stopping();
            await terminal.Error.WriteLineAsync("estiba: stopping ...");
        }

        return ExitCodes.Success;
    }
}
