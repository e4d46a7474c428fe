using System.Diagnostics;

namespace Estiba.Ecr.Tests.Clients;

/// <summary>Runs a program of the machine and gives what it says.</summary>
internal static class Command
{
    /// <summary>Runs a program that must succeed.</summary>
    public static async Task<string> RunAsync(
        string program,
        string[] arguments,
        string input = "",
        string? dockerConfig = null
    )
    {
        var (exitCode, said) = await TryAsync(program, arguments, input, dockerConfig);
        exitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {said}");
        return said;
    }

    public static async Task<(int ExitCode, string Said)> TryAsync(
        string program,
        string[] arguments,
        string input = "",
        string? dockerConfig = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (dockerConfig is not null)
            start.Environment["DOCKER_CONFIG"] = dockerConfig;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
