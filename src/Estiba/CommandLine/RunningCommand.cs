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
        // A journal is read by more people than a terminal, and later: services print no link that signs in.
        if (!ServiceManager.HasJournal && platform.NewConsoleLink() is { } link)
            await terminal.Output.WriteLineAsync($"The console, signed in, once, within 12 hours: {link}");
        ServiceManager.Ready();
        try
        {
            await platform.Refused.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            ServiceManager.Stopping();
            terminal.Say("estiba: stopping ...");
        }

        return platform.Refused.IsCompleted
            ? throw new CommandException(
                $"another process has taken over {configuration.Data.Root}, so this one has stopped. That one must be "
                    + "stopped before this one is started again; containers go on running."
            )
            : ExitCodes.Success;
    }
}
