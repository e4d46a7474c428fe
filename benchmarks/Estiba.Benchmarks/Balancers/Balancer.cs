using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Estiba.Listeners;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Benchmarks.Balancers;

/// <summary>
/// A load balancer in a process of its own, with a loopback address of its own, in front of the same two web servers.
/// </summary>
internal sealed class Balancer(string name, IPAddress address, Process process) : IDisposable
{
    internal const int HttpPort = 8080;
    internal const int TlsPort = 8443;
    internal const string Small = "/small";
    internal const string Large = "/large";
    private const int BackendPort = 8081;

    private static readonly IPAddress[] Backends = [IPAddress.Parse("127.7.0.11"), IPAddress.Parse("127.7.0.12")];
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(20);

    internal string Name => name;

    internal IPAddress Address => address;

    internal string Http => $"http://{address}:{HttpPort}";

    internal string Tls => $"https://{address}:{TlsPort}";

    /// <summary>What it holds in memory, in MiB.</summary>
    internal double MemoryMiB
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / (1024.0 * 1024);
        }
    }

    /// <summary>The processor's time that it has had, with that of the processes that it has started.</summary>
    internal TimeSpan ProcessorTime
    {
        get
        {
            var children = File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children");
            var time = TimeOf(process.Id);
            foreach (var child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                time += TimeOf(int.Parse(child, CultureInfo.InvariantCulture));
            return time;

            static TimeSpan TimeOf(int id)
            {
                using var its = Process.GetProcessById(id);
                return its.TotalProcessorTime;
            }
        }
    }

    /// <summary>nginx as the web servers: small answers from memory, and a file of 1 MiB.</summary>
    internal static async Task<Balancer> StartBackendsAsync(string directory)
    {
        await File.WriteAllBytesAsync(Path.Combine(directory, "large"), new byte[1024 * 1024]);
        var listens = string.Concat(Backends.Select(backend => $"listen {backend}:{BackendPort};\n"));
        return await StartNginxAsync(
            "backends",
            Backends[0],
            BackendPort,
            directory,
            $$"""
            server {
                {{listens}}
                location = {{Small}} { default_type text/plain; return 200 "{{new string('x', 100)}}"; }
                location = {{Large}} { root {{directory}}; }
            }
            """
        );
    }

    /// <summary>This program again, as a load balancer.</summary>
    internal static async Task<Balancer> StartEstibaAsync(string directory)
    {
        var address = IPAddress.Parse("127.7.0.1");
        var process = Start(Environment.ProcessPath!, "balancer-server", $"{address}", directory);
        return await AnsweringAsync(new Balancer("estiba", address, process), HttpPort);
    }

    /// <summary>HAProxy as its manual configures it, with a thread for each processor.</summary>
    internal static async Task<Balancer> StartHaproxyAsync(string directory)
    {
        var address = IPAddress.Parse("127.7.0.2");
        var configuration = Path.Combine(directory, "haproxy.cfg");
        var servers = string.Join(
            "\n    ",
            Backends.Select((backend, index) => $"server b{index} {backend}:{BackendPort}")
        );
        await File.WriteAllTextAsync(
            configuration,
            $"""
            global
                nbthread {Environment.ProcessorCount}
                maxconn 4000
            defaults
                mode http
                option forwardfor
                option http-keep-alive
                http-reuse always
                timeout connect 10s
                timeout client 60s
                timeout server 60s
            frontend plain
                bind {address}:{HttpPort}
                default_backend web
            frontend secure
                bind {address}:{TlsPort} ssl crt {directory}/both.pem alpn h2,http/1.1
                default_backend web
            backend web
                balance roundrobin
                {servers}

            """
        );
        var process = Start("haproxy", "-db", "-f", configuration);
        return await AnsweringAsync(new Balancer("haproxy", address, process), HttpPort);
    }

    /// <summary>nginx as a proxy that keeps its connections to the web servers.</summary>
    internal static Task<Balancer> StartNginxAsync(string directory)
    {
        var address = IPAddress.Parse("127.7.0.3");
        var servers = string.Concat(Backends.Select(backend => $"server {backend}:{BackendPort};\n"));
        return StartNginxAsync(
            "nginx",
            address,
            HttpPort,
            directory,
            $$"""
            upstream web {
                {{servers}}
                keepalive 64;
            }
            server {
                listen {{address}}:{{HttpPort}};
                listen {{address}}:{{TlsPort}} ssl http2;
                ssl_certificate {{directory}}/both.pem;
                ssl_certificate_key {{directory}}/both.pem;
                location / {
                    proxy_pass http://web;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                }
            }
            """
        );
    }

    /// <summary>Is the load balancer that <see cref="StartEstibaAsync"/> starts, until its input ends.</summary>
    internal static async Task ServeAsync(string[] arguments)
    {
        var (address, directory) = (IPAddress.Parse(arguments[0]), arguments[1]);
        var pem = Path.Combine(directory, "both.pem");
        using var certificate = ServerCertificate.Load(pem, pem);
        var group = new TargetGroupConfiguration
        {
            Arn = "web",
            Targets =
            [
                .. Backends.Select(backend => new TargetConfiguration(
                    backend,
                    BackendPort,
                    TargetState.Healthy,
                    DateTimeOffset.UnixEpoch
                )),
            ],
        };
        var plain = new ListenerConfiguration
        {
            Arn = "plain",
            LoadBalancerArn = "web",
            Addresses = [new ZonalAddress(address, "local")],
            Port = HttpPort,
            Rules = [new RuleConfiguration { Action = new ForwardAction([new WeightedTargetGroup(group, 1)], null) }],
        };
        await using var traffic = new LoadBalancerTraffic(
            new LoadBalancerTrafficOptions
            {
                CookieKey = new byte[32],
                UsesEventLoops = !arguments.Contains("kestrel"),
            },
            TimeProvider.System,
            Random.Shared,
            NullLoggerFactory.Instance
        );
        var faults = await traffic.ApplyAsync(
            [plain, plain with { Arn = "secure", Port = TlsPort, Certificates = _ => certificate }],
            CancellationToken.None
        );
        foreach (var fault in faults)
            await Console.Error.WriteLineAsync($"{fault.EndPoint}: {fault.Reason}");
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Until whoever has started this process has ended.
        }
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    private static async Task<Balancer> StartNginxAsync(
        string name,
        IPAddress address,
        int port,
        string directory,
        string servers
    )
    {
        var configuration = Path.Combine(directory, $"{name}.conf");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            user root;
            daemon off;
            worker_processes {{Environment.ProcessorCount}};
            pid {{directory}}/{{name}}.pid;
            error_log {{directory}}/{{name}}.log;
            events { worker_connections 4000; }
            http {
                access_log off;
                keepalive_requests 1000000000;
                sendfile on;
                {{servers}}
            }
            """
        );
        var process = Start("nginx", "-c", configuration);
        return await AnsweringAsync(new Balancer(name, address, process), port);
    }

    private static Process Start(string program, params string[] arguments)
    {
        try
        {
            return Process.Start(
                new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true }
            )!;
        }
        catch (Win32Exception missing)
        {
            throw new BenchmarkException(
                $"{program}, which the benchmark of load balancers needs, is not installed: apt-get install haproxy "
                    + "nginx-light wrk nghttp2-client.",
                missing
            );
        }
    }

    private static async Task<Balancer> AnsweringAsync(Balancer balancer, int port)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(balancer.Address, port);
                return balancer;
            }
            catch (SocketException failure)
            {
                if (watch.Elapsed < LongestStart)
                    continue;
                balancer.Dispose();
                throw new BenchmarkException($"{balancer.Name} did not start; its words are above.", failure);
            }
        }
    }
}
