using System.Diagnostics;

namespace Estiba.Compute.Tests.Networking;

/// <summary>The docker command line, as a person would use it.</summary>
internal static class DockerCommand
{
    /// <summary>Runs docker; fails the test when it fails.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await TryAsync("docker", arguments);
        code.ShouldBe(0, $"docker {string.Join(' ', arguments)}: {error}");
        return output.Trim();
    }

    public static async Task<(int Code, string Output, string Error)> TryAsync(
        string command,
        params string[] arguments
    )
    {
        using var process = Process.Start(
            new ProcessStartInfo(command, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
