using System.Net;
using System.Net.Sockets;
using System.Text;
using Estiba.Listeners;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Rules;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.LoadBalancing.Tests.Traffic;

/// <summary>Traffic on an address that no other test has, and clients of it.</summary>
internal sealed class TrafficWorld : IAsyncDisposable
{
    public const int Port = 8080;
    public const string Zone = "eu-west-1a";
    public const string LoadBalancer = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/1";
    public const string Group = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/1";

    /// <summary>How long anything may take that a test waits for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<IDisposable> _owned = [];

    public LoadBalancerTraffic Traffic { get; }

    /// <summary>127.0.0.0/8 is this machine's alone: 24 bits of chance find a free one.</summary>
    public IPAddress Address { get; } =
        new([127, (byte)Random.Shared.Next(100, 250), (byte)Random.Shared.Next(256), (byte)Random.Shared.Next(1, 255)]);

    public ServerCertificate Certificate { get; private set; } = null!;

    public string Url => $"http://{Address}:{Port}";

    public HttpClient Client { get; }

    public TrafficWorld(bool usesEventLoops = true)
    {
        Traffic = new(
            new LoadBalancerTrafficOptions
            {
                CookieKey = new byte[32],
                ShutdownGrace = Patience,
                UsesEventLoops = usesEventLoops,
            },
            TimeProvider.System,
            Random.Shared,
            NullLoggerFactory.Instance
        );
        Client = NewClient();
        Certificate = Own(TestCertificate.Of("www.example.com"));
    }

    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>A client with connections of its own.</summary>
    public HttpClient NewClient(Action<SocketsHttpHandler>? change = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        };
        change?.Invoke(handler);
        return Own(new HttpClient(handler) { Timeout = Patience });
    }

    /// <summary>A client that finds every name at the load balancer, and knows its certificates.</summary>
    public HttpClient NewTlsClient(params ServerCertificate[] trusted) =>
        NewClient(handler =>
        {
            handler.SslOptions.CertificateChainPolicy = TestCertificate.Trusting(trusted);
            handler.ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(Address, Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            };
        });

    public ListenerConfiguration Listener(params RuleConfiguration[] rules) =>
        new()
        {
            Arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/web/1/2",
            LoadBalancerArn = LoadBalancer,
            Addresses = [new ZonalAddress(Address, Zone)],
            Port = Port,
            Rules = rules,
        };

    public ListenerConfiguration Forwarding(params TargetConfiguration[] targets) =>
        ForwardingTo(new TargetGroupConfiguration { Arn = Group, Targets = targets });

    public ListenerConfiguration ForwardingTo(TargetGroupConfiguration group) =>
        Listener(new RuleConfiguration { Action = new ForwardAction([new WeightedTargetGroup(group)]) });

    public async Task ApplyAsync(params ListenerConfiguration[] listeners) =>
        (await Traffic.ApplyAsync(listeners, CancellationToken.None)).ShouldBeEmpty();

    /// <summary>Sends a request as it is written, and reads until the other end closes.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var connection = new TcpClient();
        await connection.ConnectAsync(Address, Port, limit.Token);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(limit.Token);
    }

    /// <summary>Waits for what is meant.</summary>
    public static async Task UntilAsync(Func<bool> isSo, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!isSo())
        {
            limit.IsCancellationRequested.ShouldBeFalse(what);
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned)
            owned.Dispose();
        await Traffic.DisposeAsync();
    }
}
