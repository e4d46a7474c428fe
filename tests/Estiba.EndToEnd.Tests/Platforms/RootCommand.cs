using System.Diagnostics;

namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary>Runs what only root may do: as it is where the tests are root, with sudo where that asks nothing.</summary>
internal static class RootCommand
{
    /// <summary>What to put before a command line.</summary>
    public static string Prefix { get; } = System.Environment.UserName == "root" ? "exec " : "exec sudo -n ";

    /// <summary>Runs a line of sh to its end, whatever comes of it.</summary>
    public static async Task<int> RunAsync(string line)
    {
        using var process = Process.Start(
            new ProcessStartInfo("bash", ["-c", $"{Prefix} sh -c \"$1\"", "sh", line])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
