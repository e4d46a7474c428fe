using System.Diagnostics;
using Estiba.CommandLine;

namespace Estiba.Demo;

/// <summary>
/// Sees to it that Docker Engine and the <c>aws</c> command are there, installing them where that is possible.
/// </summary>
internal static class Prerequisites
{
    /// <summary>
    /// The script's word for: the group docker was given to this user, but this process does not have it yet.
    /// </summary>
    private const int NotInGroupYet = 77;
    private const string StartedAgain = "ESTIBA_STARTED_AGAIN";

    /// <summary>Installs what is missing.</summary>
    /// <returns>null to go on; an exit code when the same command ran to its end in a process that is in the group
    /// docker.</returns>
    /// <exception cref="CommandException">Something is missing; the script said what to run.</exception>
    internal static async Task<int?> EnsureAsync(CancellationToken cancellation)
    {
        var code = await EmbeddedScript.RunAsync(EmbeddedScript.InstallDocker, [], cancellation);
        if (code == 0)
            return null;
        if (code == NotInGroupYet && Environment.GetEnvironmentVariable(StartedAgain) is null)
            return await StartAgainInGroupAsync(cancellation);
        throw new CommandException("the demo needs Docker Engine and the aws command line; what to do is above.");
    }

    private static async Task<int> StartAgainInGroupAsync(CancellationToken cancellation)
    {
        var command = string.Join(
            ' ',
            Environment
                .GetCommandLineArgs()
                .Skip(1)
                .Prepend(Environment.ProcessPath!)
                .Select(argument => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'")
        );
        var start = new ProcessStartInfo("sg", ["docker", "-c", command]);
        start.Environment[StartedAgain] = "1";
        using var process = Process.Start(start) ?? throw new CommandException("sg did not start; run: newgrp docker");
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // The terminal told it as well; it cleans up and ends by itself.
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return process.ExitCode;
    }
}
