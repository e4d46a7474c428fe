using System.Diagnostics;
using System.Text;

namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary>
/// A Docker Engine of the test's own, beside the machine's: it may be stopped and started without harm to anybody.
/// </summary>
/// <remarks>
/// It keeps its hands off the packet filter, which the machine's engine rules: ports are published by its proxy alone.
/// Needs root.
/// </remarks>
/// <param name="root">The world's directory.</param>
/// <param name="environment">Variables that it is started with, such as the credentials that its log drivers sign
/// with.</param>
internal sealed class SecondEngine(string root, IReadOnlyDictionary<string, string?>? environment = null)
    : IAsyncDisposable
{
    private const string Bridge = "estibae2e0";
    private readonly StringBuilder _log = new();
    private Process? _process;

    /// <summary>For DOCKER_HOST.</summary>
    public string Host => $"unix://{Socket}";

    private string Socket => Path.Combine(root, "engine", "docker.sock");

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var directory = Directory.CreateDirectory(Path.Combine(root, "engine")).FullName;
        await RootCommand.RunAsync(
            $"ip link show {Bridge} >/dev/null 2>&1 || (ip link add {Bridge} type bridge && ip addr add "
                + $"10.199.0.1/24 dev {Bridge} && ip link set {Bridge} up)"
        );
        var start = new ProcessStartInfo(
            "bash",
            [
                "-c",
                RootCommand.Prefix
                    + "env "
                    + string.Join(
                        ' ',
                        (environment ?? new Dictionary<string, string?>())
                            .Where(variable => variable.Value is not null)
                            .Select(variable => $"{variable.Key}='{variable.Value}'")
                    )
                    + " "
                    + $"dockerd --host {Host} --data-root {directory}/data --exec-root {directory}/exec --pidfile "
                    + $"{directory}/pid "
                    + $"--bridge {Bridge} --iptables=false --ip6tables=false --ip-masq=false --group \"$(id -gn)\"",
            ]
        )
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Eventually.TrueAsync("the second engine answers", AnswersAsync, TimeSpan.FromSeconds(120), () =>
            _log.ToString()
        );
    }

    /// <summary>Stops it as a service manager does; its containers end with it.</summary>
    public async Task StopAsync()
    {
        var pid = Path.Combine(root, "engine", "pid");
        if (File.Exists(pid))
            await RootCommand.RunAsync($"kill -TERM $(cat {pid})");
        if (_process is not null)
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));
        _process?.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await RootCommand.RunAsync($"ip link delete {Bridge}; rm -rf {Path.Combine(root, "engine")}");
    }

    private async Task<bool> AnswersAsync()
    {
        using var docker = Process.Start(
            new ProcessStartInfo("docker", ["--host", Host, "version"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        await docker.WaitForExitAsync();
        return docker.ExitCode == 0;
    }

    private void Append(string? line)
    {
        lock (_log)
            _log.AppendLine(line);
    }
}

/// <summary>
/// Tests with an engine of their own share its bridge, and the blocks of addresses that it foresees must stay free.
/// </summary>
[CollectionDefinition(nameof(SecondEngine), DisableParallelization = true)]
public sealed class SecondEngines;
