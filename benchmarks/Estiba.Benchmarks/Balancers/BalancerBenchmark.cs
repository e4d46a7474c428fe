using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Estiba.Benchmarks.Balancers;

/// <summary>
/// Application load balancers beside HAProxy and nginx, each in a process of its own, in turns, in front of the same
/// two web servers on the same processors. Options: seconds for each measurement.
/// </summary>
internal static partial class BalancerBenchmark
{
    private const int Rounds = 3;
    private const int Seconds = 5;
    private const int Connections = 64;
    private const int OpenConnections = 50_000;
    private const int ConnectionsOfAddress = 20_000;
    private const int Reserve = 200;

    internal static async Task RunAsync(string[] arguments)
    {
        var seconds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : Seconds;
        var directory = Directory.CreateTempSubdirectory("estiba-bench-").FullName;
        try
        {
            await WriteCertificateAsync(Path.Combine(directory, "both.pem"));
            using var backends = await Balancer.StartBackendsAsync(directory);
            using var estiba = await Balancer.StartEstibaAsync(directory);
            using var haproxy = await Balancer.StartHaproxyAsync(directory);
            using var nginx = await Balancer.StartNginxAsync(directory);
            Balancer[] balancers = [estiba, haproxy, nginx];

            await WrkAsync(balancers, "100 bytes", seconds, balancer => balancer.Http + Balancer.Small);
            await WrkAsync(balancers, "1 MiB", seconds, balancer => balancer.Http + Balancer.Large);
            await WrkAsync(balancers, "100 bytes, TLS", seconds, balancer => balancer.Tls + Balancer.Small);
            await WrkAsync(
                balancers,
                "100 bytes, a connection for each",
                seconds,
                balancer => balancer.Http + Balancer.Small,
                "Connection: close"
            );
            await Http2Async(balancers, seconds);
            await HoldAsync(estiba);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task WrkAsync(
        Balancer[] balancers,
        string what,
        int seconds,
        Func<Balancer, string> url,
        string? header = null
    )
    {
        var results = balancers.ToDictionary(
            balancer => balancer,
            _ => new List<(double Rate, double P99, double Time)>()
        );
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var balancer in balancers)
            {
                List<string> words = ["-t", "1", "-c", $"{Connections}", "-d", $"{seconds}s", "--latency"];
                if (header is not null)
                    words.AddRange(["-H", header]);
                var before = balancer.ProcessorTime;
                var output = await RunAsync("wrk", [.. words, url(balancer)]);
                var time = (balancer.ProcessorTime - before).TotalMicroseconds / Number(CountPattern(), output);
                if (output.Contains("Non-2xx", StringComparison.Ordinal))
                    throw new BenchmarkException($"{balancer.Name} did not answer every request well:\n{output}");
                // The first round warms up.
                if (round > 0)
                    results[balancer].Add((Number(RatePattern(), output), Milliseconds(output), time));
            }
        }

        foreach (var balancer in balancers)
        {
            Figure.Print(
                "balancer",
                $"{balancer.Name}: {what}",
                Median(results[balancer], result => result.Rate),
                "/s"
            );
            Figure.Print(
                "balancer",
                $"{balancer.Name}: {what}, p99",
                Median(results[balancer], result => result.P99),
                "ms"
            );
            Figure.Print(
                "balancer",
                $"{balancer.Name}: {what}, processor for each request",
                Median(results[balancer], result => result.Time),
                "us"
            );
        }
    }

    private static async Task Http2Async(Balancer[] balancers, int seconds)
    {
        var results = balancers.ToDictionary(balancer => balancer, _ => new List<(double Rate, double Time)>());
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var balancer in balancers)
            {
                var before = balancer.ProcessorTime;
                var output = await RunAsync(
                    "h2load",
                    ["-D", $"{seconds}", "-c", "16", "-m", "16", "-t", "1", balancer.Tls + Balancer.Small]
                );
                if (round > 0)
                    results[balancer]
                        .Add(
                            (
                                Number(Http2RatePattern(), output),
                                (balancer.ProcessorTime - before).TotalMicroseconds
                                    / Number(Http2CountPattern(), output)
                            )
                        );
            }
        }

        foreach (var balancer in balancers)
        {
            Figure.Print(
                "balancer",
                $"{balancer.Name}: 100 bytes, HTTP/2",
                Median(results[balancer], result => result.Rate),
                "/s"
            );
            Figure.Print(
                "balancer",
                $"{balancer.Name}: 100 bytes, HTTP/2, processor for each request",
                Median(results[balancer], result => result.Time),
                "us"
            );
        }
    }

    /// <summary>
    /// What connections cost that are open and silent, each after one request; as many as the processes' limits of open
    /// files allow.
    /// </summary>
    private static async Task HoldAsync(Balancer balancer)
    {
        var files = (await File.ReadAllLinesAsync("/proc/self/limits")).First(line =>
            line.StartsWith("Max open files", StringComparison.Ordinal)
        );
        // A load balancer lets this machine have three eighths of them.
        var most = int.Parse(files.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);
        var count = Math.Min(OpenConnections, most / 8 * 3 - Reserve);
        var before = balancer.MemoryMiB;
        var request = System.Text.Encoding.ASCII.GetBytes(
            $"GET {Balancer.Small} HTTP/1.1\r\nHost: {balancer.Address}\r\n\r\n"
        );
        var sockets = new List<Socket>();
        try
        {
            var answer = new byte[4096];
            for (var number = 0; number < count; number++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                // An address has only so many ports.
                socket.Bind(new IPEndPoint(new IPAddress([127, 7, 1, (byte)(1 + number / ConnectionsOfAddress)]), 0));
                await socket.ConnectAsync(balancer.Address, Balancer.HttpPort);
                await socket.SendAsync(request);
                if (await socket.ReceiveAsync(answer) == 0)
                    throw new BenchmarkException($"{balancer.Name} closed connection {number}.");
            }

            Figure.Print(
                "balancer",
                $"{balancer.Name}: resident with {count} open connections, from {before:0} MiB to",
                balancer.MemoryMiB,
                "MiB"
            );
        }
        finally
        {
            foreach (var socket in sockets)
                socket.Dispose();
        }
    }

    private static async Task<string> RunAsync(string program, IReadOnlyList<string> words)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, words) { UseShellExecute = false, RedirectStandardOutput = true }
            )!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0
                ? output
                : throw new BenchmarkException($"{program} ended with exit code {process.ExitCode}:\n{output}");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new BenchmarkException(
                $"{program}, which the benchmark of load balancers needs, is not installed: apt-get install haproxy "
                    + "nginx-light wrk nghttp2-client.",
                missing
            );
        }
    }

    private static async Task WriteCertificateAsync(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=bench", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(path, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    private static double Median<T>(IEnumerable<T> values, Func<T, double> of) =>
        values.Select(of).Order().ElementAt(Rounds / 2);

    private static double Number(Regex pattern, string output) =>
        pattern.Match(output) is { Success: true } match
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new BenchmarkException($"Not understood:\n{output}");

    private static double Milliseconds(string output)
    {
        var match = P99Pattern().Match(output);
        var value = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "us" => value / 1000,
            "s" => value * 1000,
            _ => value,
        };
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RatePattern();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex CountPattern();

    [GeneratedRegex(@"(\d+) succeeded")]
    private static partial Regex Http2CountPattern();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P99Pattern();

    [GeneratedRegex(@"finished in [^,]+, ([\d.]+) req/s")]
    private static partial Regex Http2RatePattern();
}
