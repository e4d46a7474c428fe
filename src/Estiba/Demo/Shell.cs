using System.Diagnostics;
using System.Text;

namespace Estiba.Demo;

/// <summary>
/// Runs command lines as a person at a terminal would: in bash, in one directory, with one environment.
/// </summary>
/// <param name="directory">Where the commands run.</param>
/// <param name="environment">What differs from this process's environment; a null value takes a variable away.</param>
/// <param name="prelude">Runs before each line, unseen: functions that the lines use.</param>
internal sealed class Shell(string directory, IReadOnlyDictionary<string, string?> environment, string prelude = "")
{
    private readonly Dictionary<string, string?> _environment = new(environment);

    /// <summary>Sets a variable for the lines that follow.</summary>
    internal void Set(string variable, string value) => _environment[variable] = value;

    /// <summary>Runs one line to its end.</summary>
    /// <param name="line">As a person would type it.</param>
    /// <param name="silence">Kills the command when it has written nothing for this long.</param>
    /// <param name="cancellation">Kills the command.</param>
    internal async Task<ShellAnswer> RunAsync(string line, TimeSpan? silence, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = Describe(line) };
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var everything = new StringBuilder();
        var output = new StringBuilder();

        void Take(string? text, StringBuilder? also)
        {
            if (text is null)
                return;
            lock (everything)
            {
                everything.Append(text).Append('\n');
                also?.Append(text).Append('\n');
            }

            if (silence is { } limit)
                silent.CancelAfter(limit);
        }

        process.OutputDataReceived += (_, data) => Take(data.Data, output);
        process.ErrorDataReceived += (_, data) => Take(data.Data, also: null);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (silence is { } first)
            silent.CancelAfter(first);
        try
        {
            await process.WaitForExitAsync(silent.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
            return new ShellAnswer(124, output.ToString(), everything.Append("(no answer)\n").ToString());
        }

        return new ShellAnswer(process.ExitCode, output.ToString(), everything.ToString());
    }

    private ProcessStartInfo Describe(string line)
    {
        var start = new ProcessStartInfo("bash")
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"set -o pipefail\n{prelude}\n{line}");
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        return start;
    }
}

/// <summary>What a command answered.</summary>
/// <param name="ExitCode">0 when it went well, 124 when it was killed for its silence.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Everything">Standard output and standard error, as they came.</param>
internal sealed record ShellAnswer(int ExitCode, string Output, string Everything)
{
    internal bool Succeeded => ExitCode == 0;
}
