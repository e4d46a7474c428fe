using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Contracts.Sts;

namespace Estiba.Benchmarks.Platform;

/// <summary>A platform of its own for a benchmark: the built executable on a free port with a data directory that goes afterwards.</summary>
internal sealed class BenchPlatform : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _data;
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 });

    private BenchPlatform(Process process, string data, int port)
    {
        _process = process;
        _data = data;
        Endpoint = new Uri($"http://127.0.0.1:{port}");
    }

    internal Uri Endpoint { get; }

    /// <summary>The bytes that the process keeps in memory.</summary>
    internal long ResidentBytes => Status("VmRSS") * 1024;

    internal AwsClientOptions Client { get; private set; } = null!;

    internal CallContext Caller { get; } = new() { AccountId = "", Region = "eu-west-1", PrincipalArn = "", AccessKeyId = "", RequestId = "" };

    /// <summary>Starts it; <paramref name="started"/> is the time from the start of the process to the first answer to a signed request.</summary>
    internal static async Task<(BenchPlatform Platform, TimeSpan Started)> StartAsync(params string[] options)
    {
        var data = Directory.CreateTempSubdirectory("estiba-bench-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo(Repository.Executable)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["up", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", data, .. options]) start.ArgumentList.Add(argument);

        var watch = Stopwatch.StartNew();
        var process = Process.Start(start) ?? throw new InvalidOperationException("The platform cannot be started.");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var platform = new BenchPlatform(process, data, port);
        await platform.FirstAnswerAsync(watch);
        return (platform, watch.Elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        using (Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private async Task FirstAnswerAsync(Stopwatch watch)
    {
        while (watch.Elapsed < Patience)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(Endpoint.Host, Endpoint.Port);
                Client ??= new AwsClientOptions { Endpoint = Endpoint, Region = "eu-west-1", Credentials = ReadCredentials(), Http = _http };
                await new StsClient(Client).GetCallerIdentityAsync(new GetCallerIdentityRequest(), Caller);
                return;
            }
            catch (Exception exception) when (exception is SocketException or HttpRequestException or IOException)
            {
                if (_process.HasExited) throw new InvalidOperationException("The platform ended before it answered. Does './estiba up' work here?", exception);
                await Task.Delay(5);
            }
        }

        throw new TimeoutException("The platform did not answer within a minute.");
    }

    private Func<AwsCredentials> ReadCredentials()
    {
        var lines = File.ReadAllLines(Path.Combine(_data, "credentials")).Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim());
        var credentials = new AwsCredentials(lines["aws_access_key_id"], lines["aws_secret_access_key"]);
        return () => credentials;
    }

    private long Status(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
