using Estiba.Clients;
using Estiba.CommandLine;
using Estiba.Platforms;

namespace Estiba.Demo;

/// <summary>What the person wants of a demo.</summary>
/// <param name="Port">The platform's port, if it is free.</param>
/// <param name="Exit">End after the walk.</param>
/// <param name="Keep">Leave everything.</param>
/// <param name="Pause">Wait for Enter after each step.</param>
internal sealed record DemoChoices(int Port, bool Exit, bool Keep, bool Pause);

/// <summary>
/// One demo from beginning to end: what is missing is installed, the platform runs, a chapter of the article is walked,
/// and all of it goes away.
/// </summary>
internal sealed class DemoRun(Terminal terminal, TimeProvider time, DemoChoices choices, IChapter chapter)
{
    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="CommandException">A step of the walk failed, or something is missing that could not be
    /// installed.</exception>
    internal async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (await Prerequisites.EnsureAsync(cancellation) is { } code)
            return code;
        await RemoveAbandonedAsync(cancellation);

        using var directory = DemoDirectory.Create(DemoDirectory.UsualParent, time);
        try
        {
            return await RunInAsync(directory, cancellation);
        }
        finally
        {
            await EndAsync(directory);
        }
    }

    private async Task<int> RunInAsync(DemoDirectory directory, CancellationToken cancellation)
    {
        var port = Ports.FirstFree(choices.Port);
        if (port != choices.Port)
            Note($"port {choices.Port} is taken on this machine; the platform uses {port}.");

        await using var log = File.CreateText(Path.Combine(directory.Root, "estiba.log"));
        var dockerHost = await DockerEndpoint.FindAsync(
            new Shell(directory.Work, new Dictionary<string, string?>()),
            cancellation
        );
        var started = time.GetTimestamp();
        var configuration = new PlatformConfiguration
        {
            Data = directory.Data,
            Port = port,
            DockerHost = dockerHost,
        };
        await using var platform = await Platform.StartAsync(configuration, log, time, cancellation);
        Note(
            $"the platform answers at {platform.Endpoint.GetLeftPart(UriPartial.Authority)} after "
                + $"{time.GetElapsedTime(started).TotalSeconds:0.0} s; its log is {directory.Root}/estiba.log"
        );
        if (platform.NewConsoleLink() is { } link)
            Note($"the console, signed in, once, within 12 hours: {link}");

        var environment = (await RunningPlatform.FindAsync(directory.Data, cancellation)).ClientEnvironment(
            PlatformOptions.DefaultRegion
        );
        var shell = await DemoShell.OpenAsync(directory, environment, dockerHost, cancellation);
        var stage = new DemoStage(
            terminal,
            new Walk(terminal, shell, choices.Pause),
            shell,
            directory,
            time,
            platform.AccountId,
            environment.Region,
            port,
            choices
        );
        await chapter.WalkAsync(stage, cancellation);
        if (!choices.Exit)
            await WaitForTheEndAsync(cancellation);
        return ExitCodes.Success;
    }

    /// <summary>Ctrl-C is how it is meant to end, and no failure.</summary>
    private static async Task WaitForTheEndAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private async Task RemoveAbandonedAsync(CancellationToken cancellation)
    {
        foreach (var abandoned in DemoDirectory.Abandoned(DemoDirectory.UsualParent))
        {
            using (abandoned)
            {
                Note("an earlier demo was killed: removing what it left.");
                await new Leftovers(new Shell(abandoned.Root, new Dictionary<string, string?>())).RemoveAsync(
                    abandoned,
                    cancellation
                );
                abandoned.Remove();
            }
        }
    }

    /// <summary>Is not interrupted: a second Ctrl-C ends the process, and then the next demo does this.</summary>
    private async Task EndAsync(DemoDirectory directory)
    {
        if (choices.Keep)
        {
            directory.Keep();
            Note($"kept: estiba up --data {directory.Data.Root} goes on with it.");
            return;
        }

        Note("cleaning up ...");
        await new Leftovers(new Shell(directory.Root, new Dictionary<string, string?>())).RemoveAsync(
            directory,
            CancellationToken.None
        );
        directory.Remove();
    }

    private void Note(string sentence) => terminal.Error.WriteLine($"estiba: {sentence}");
}
