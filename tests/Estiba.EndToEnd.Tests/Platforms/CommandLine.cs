using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary>What a command answered.</summary>
internal sealed record Answer(string Line, int ExitCode, string Output, string Error)
{
    /// <summary>The output of a command that went well.</summary>
    public string Text =>
        ExitCode == 0
            ? Output.Trim()
            : throw new InvalidOperationException($"{Line}\nended with {ExitCode}: {Error}{Output}");

    /// <summary>The output, read as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException($"{Line} answered nothing");

    /// <summary>What a command that must fail said.</summary>
    public string Refusal =>
        ExitCode != 0
            ? Error.Trim()
            : throw new InvalidOperationException($"{Line}\nwent well, and should not: {Output}");
}

/// <summary>The stock command lines, in bash, in a directory and an environment that are the test's own.</summary>
internal sealed class CommandLine(
    string directory,
    IReadOnlyDictionary<string, string?> environment,
    string prelude = ""
)
{
    public string Directory => directory;

    public IReadOnlyDictionary<string, string?> Environment => environment;

    public async Task<Answer> RunAsync(string line, TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"set -o pipefail\n{prelude}\n{line}"])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(limit ?? TimeSpan.FromMinutes(10));
        }
        catch (TimeoutException slow)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{line} did not end: {await output}{await error}", slow);
        }

        return new Answer(line, process.ExitCode, await output, await error);
    }
}
