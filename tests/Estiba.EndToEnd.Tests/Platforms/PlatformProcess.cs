using System.Diagnostics;
using System.Text;

namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary>
/// The built platform as a process of its own, on a free port and a data directory of its own; it may be killed and
/// started again.
/// </summary>
internal sealed class PlatformProcess(string dataDirectory, int port, params string[] arguments) : IAsyncDisposable
{
    private static readonly HttpClient Http = new();
    private readonly StringBuilder _log = new();
    private Process? _process;

    /// <summary>Where it answers; Docker pushes to the same host and port.</summary>
    public Uri Endpoint { get; } = new($"http://localhost:{port}");

    public string Registry => $"localhost:{port}";

    public string DataDirectory => dataDirectory;

    /// <summary>The command that runs it: <c>up</c>, or <c>server</c>.</summary>
    public string Command { get; init; } = "up";

    /// <summary>The engine that it uses; null for the machine's.</summary>
    public string? DockerHost { get; init; }

    /// <summary>What it wrote, over all its lives.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public int ProcessId => (_process ?? throw new InvalidOperationException("not started")).Id;

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(
            Executable,
            [Command, "--port", $"{port}", "--data", dataDirectory, .. arguments]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // whose files in /tmp a kill would leave
        if (DockerHost is not null)
            start.Environment["DOCKER_HOST"] = DockerHost;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.TrueAsync("the platform answers", AnswersAsync, explain: () => Log);
    }

    /// <summary>As a power cut would: it gets no chance to write or say anything.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As a service manager would, and returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{ProcessId}"]);
        await kill.WaitForExitAsync();
        await _process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        _process = null;
    }

    /// <summary>The program that was built with the tests, or an installed one.</summary>
    public static string Executable { get; } =
        System.Environment.GetEnvironmentVariable("ESTIBA_EXECUTABLE")
        ?? Path.Combine(AppContext.BaseDirectory, "estiba");

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"the platform ended with {_process.ExitCode}: {Log}");
        try
        {
            using var response = await Http.GetAsync(Endpoint);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Append(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
    }
}
