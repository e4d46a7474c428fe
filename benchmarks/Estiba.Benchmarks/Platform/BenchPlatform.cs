using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Contracts.Sts;
using Estiba.Demo;
using Estiba.Listeners.Tests;
using Estiba.Platforms;

namespace Estiba.Benchmarks.Platform;

/// <summary>
/// A platform of its own for a benchmark: the built executable on a free port with a data directory that goes
/// afterwards, and with it what it left in Docker.
/// </summary>
internal sealed class BenchPlatform : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _data = Directory.CreateTempSubdirectory("estiba-bench-").FullName;
    private readonly string[] _arguments;
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 });
    private Process _process = null!;

    private BenchPlatform(string command, string[] options)
    {
        var port = FreePort.Take();
        _arguments = [command, "--port", port.ToString(CultureInfo.InvariantCulture), "--data", _data, .. options];
        Endpoint = new Uri($"http://127.0.0.1:{port}");
    }

    internal Uri Endpoint { get; }

    /// <summary>The bytes that the process keeps in memory.</summary>
    internal long ResidentBytes => Status("VmRSS") * 1024;

    /// <summary>The time that it has used the processor since its process began.</summary>
    internal TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    internal AwsClientOptions Client { get; private set; } = null!;

    internal CallContext Caller { get; } =
        new()
        {
            AccountId = "",
            Region = "eu-west-1",
            PrincipalArn = "",
            AccessKeyId = "",
            RequestId = "",
        };

    /// <summary>
    /// Starts one with virtual instances; the time is that from the start of the process to the first answer to a
    /// signed request.
    /// </summary>
    internal static Task<(BenchPlatform Platform, TimeSpan Started)> StartAsync(params string[] options) =>
        StartAsync(new BenchPlatform("up", options));

    /// <summary>
    /// Starts the services alone, for hosts that join. What is measured is how fast they are, not how long a deployment
    /// waits.
    /// </summary>
    internal static Task<(BenchPlatform Platform, TimeSpan Started)> StartServerAsync() =>
        StartAsync(new BenchPlatform("server", ["--healthy-after", "0"]));

    /// <summary>Ends the process without a word to it, as a power cut would.</summary>
    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Starts a process on the same port and data; says how long it took to answer.</summary>
    internal async Task<TimeSpan> StartAgainAsync()
    {
        var start = new ProcessStartInfo(Repository.Executable)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in _arguments)
            start.ArgumentList.Add(argument);

        var watch = Stopwatch.StartNew();
        _process = Process.Start(start) ?? throw new InvalidOperationException("The platform cannot be started.");
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await FirstAnswerAsync(watch);
        return watch.Elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            using (Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
                await process.WaitForExitAsync();
            process.Dispose();
        }

        _http.Dispose();
        await new Leftovers(new Shell(_data, new Dictionary<string, string?>())).RemoveAsync(
            DataLayout.At(_data),
            CancellationToken.None
        );
        Directory.Delete(_data, recursive: true);
    }

    private static async Task<(BenchPlatform Platform, TimeSpan Started)> StartAsync(BenchPlatform platform)
    {
        try
        {
            return (platform, await platform.StartAgainAsync());
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    private async Task FirstAnswerAsync(Stopwatch watch)
    {
        while (watch.Elapsed < Patience)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(Endpoint.Host, Endpoint.Port);
                Client ??= new AwsClientOptions
                {
                    Endpoint = Endpoint,
                    Region = "eu-west-1",
                    Credentials = ReadCredentials(),
                    Http = _http,
                };
                await new StsClient(Client).GetCallerIdentityAsync(new GetCallerIdentityRequest(), Caller);
                return;
            }
            catch (Exception exception) when (exception is SocketException or HttpRequestException or IOException)
            {
                if (_process.HasExited)
                    throw new BenchmarkException(
                        "The platform ended before it answered. Does './estiba up' work here?",
                        exception
                    );
                await Task.Delay(5);
            }
        }

        throw new TimeoutException("The platform did not answer within five minutes.");
    }

    private Func<AwsCredentials> ReadCredentials()
    {
        var lines = File.ReadAllLines(Path.Combine(_data, "credentials"))
            .Select(line => line.Split('=', 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim());
        var credentials = new AwsCredentials(lines["aws_access_key_id"], lines["aws_secret_access_key"]);
        return () => credentials;
    }

    private long Status(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status")
            .First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(
            line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(),
            CultureInfo.InvariantCulture
        );
    }
}
