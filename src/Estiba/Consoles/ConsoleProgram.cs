using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Estiba.Consoles;

/// <summary>
/// The console's program while it runs. It ends with this process, however that ends: its standard input closes then.
/// </summary>
internal sealed class ConsoleProgram : IAsyncDisposable
{
    /// <summary>How long it may take until it listens, on a machine that is busy.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How long it may take to end when it is told to; pages that are open lose nothing by it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    // What it has to know of its surroundings. Of the platform's own variables some are secrets, others tune the
    // platform.
    private static readonly string[] Inherited =
    [
        "PATH",
        "HOME",
        "TMPDIR",
        "LANG",
        "TZ",
        "DOTNET_ROOT",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
    ];

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _reading = new();
    private Task _outputs = Task.CompletedTask;

    private ConsoleProgram(Process process, TimeProvider time)
    {
        (_process, _time) = (process, time);
        Ended = EndAsync();
    }

    /// <summary>Where it is beside this program.</summary>
    internal static string UsualPath { get; } = Path.Combine(AppContext.BaseDirectory, "console", "estiba-console");

    /// <summary>Where it listens, in the words of <see cref="ConsoleSettings.Listen"/>.</summary>
    internal string Listening { get; private set; } = "";

    /// <summary>Completes when it has ended, with its exit code.</summary>
    internal Task<int> Ended { get; }

    /// <summary>Starts it; it listens when this returns.</summary>
    /// <param name="path">The program.</param>
    /// <param name="settings">What it is told.</param>
    /// <param name="fault">Gets each line that it writes to its standard error.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Abandons it.</param>
    /// <exception cref="ConsoleException">It cannot be started, or does not come to listen.</exception>
    internal static async Task<ConsoleProgram> StartAsync(
        string path,
        ConsoleSettings settings,
        Action<string> fault,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var process = new Process { StartInfo = StartOf(path) };
        try
        {
            process.Start();
        }
        catch (Win32Exception impossible)
        {
            process.Dispose();
            throw new ConsoleException($"it cannot be started: {impossible.Message}", impossible);
        }

        var program = new ConsoleProgram(process, time);
        try
        {
            await program.BeginAsync(settings, fault, cancellation);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it, if it has not ended by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has not read what it was told, and reads no more.
        }

        try
        {
            await Ended.WaitAsync(Grace, _time);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await Ended;
        }

        // Something that it has started may hold its outputs open.
        _reading.CancelAfter(Grace);
        await _outputs;
        _reading.Dispose();
        _process.Dispose();
    }

    private static ProcessStartInfo StartOf(string path)
    {
        var start = new ProcessStartInfo(path)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var name in start.Environment.Keys.Except(Inherited, StringComparer.Ordinal).ToList())
            start.Environment.Remove(name);
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // whose files in /tmp a kill would leave
        return start;
    }

    private async Task BeginAsync(ConsoleSettings settings, Action<string> fault, CancellationToken cancellation)
    {
        var output = _process.StandardOutput;
        _outputs = EachLineAsync(_process.StandardError, fault, _reading.Token);
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await TellAsync(settings, either.Token);
            Listening = await ReadListeningAsync(output, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ConsoleException($"it did not listen within {Patience.TotalSeconds:0} seconds");
        }

        _outputs = Task.WhenAll(_outputs, EachLineAsync(output, _ => { }, _reading.Token));
    }

    private async Task TellAsync(ConsoleSettings settings, CancellationToken cancellation)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(settings, ConsoleJson.Default.ConsoleSettings);
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync((byte[])[.. line, (byte)'\n'], cancellation);
        }
        catch (IOException)
        {
            // It has ended: how, is seen where it should have answered.
        }
    }

    private async Task<string> ReadListeningAsync(StreamReader output, CancellationToken cancellation)
    {
        if (await output.ReadLineAsync(cancellation) is not { } line)
            throw new ConsoleException($"exit code {await Ended.WaitAsync(cancellation)} before it listened");
        try
        {
            return JsonSerializer.Deserialize(line, ConsoleJson.Default.ConsoleListening)?.Listening
                ?? throw new ConsoleException("it does not say where it listens");
        }
        catch (JsonException unreadable)
        {
            throw new ConsoleException("it does not say where it listens", unreadable);
        }
    }

    private async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    private static async Task EachLineAsync(StreamReader reader, Action<string> line, CancellationToken cancellation)
    {
        try
        {
            while (await reader.ReadLineAsync(cancellation) is { } text)
                line(text);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            // Whoever still writes is not listened to any more.
        }
    }
}
