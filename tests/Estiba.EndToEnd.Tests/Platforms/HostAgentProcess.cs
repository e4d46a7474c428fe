using System.Diagnostics;
using System.Text;

namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary><c>estiba agent</c> as a process of its own, with the world's keys in its environment.</summary>
internal sealed class HostAgentProcess(World world, string cluster) : IAsyncDisposable
{
    private readonly StringBuilder _log = new();
    private Process? _process;

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    private string Directory => Path.Combine(world.Root, "host-agent");

    public void Start()
    {
        var start = new ProcessStartInfo(
            PlatformProcess.Executable,
            ["agent", "--cluster", cluster, "--data", Directory]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in world.Commands.Environment)
            start.Environment[name] = value;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // whose files in /tmp a kill would leave
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public async Task KillAsync()
    {
        if (_process is not { HasExited: false })
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        await world.Commands.RunAsync(
            $"docker ps -aq --filter label=estiba.instance=$(cat {Directory}/instance-id) | xargs -r docker rm -f -v"
        );
    }

    private void Append(string? line)
    {
        lock (_log)
            _log.AppendLine(line);
    }
}
