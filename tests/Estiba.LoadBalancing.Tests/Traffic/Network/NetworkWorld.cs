using System.Net;
using System.Net.Sockets;
using System.Text;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.LoadBalancing.Tests.Traffic.Network;

/// <summary>Traffic of a network load balancer on addresses that no other test has, and clients of it.</summary>
internal sealed class NetworkWorld : IAsyncDisposable
{
    public const int Port = 8081;
    public const string LoadBalancer = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/db/1";
    public const string Group = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/db/1";
    public const string Zone = "eu-west-1a";
    public const string OtherZone = "eu-west-1b";

    private readonly List<IDisposable> _owned = [];

    public NetworkWorld(TimeProvider? time = null, FlowLimits? limits = null, TimeSpan? grace = null)
    {
        var options = new NetworkTrafficOptions { ShutdownGrace = grace ?? TrafficWorld.Patience };
        Traffic = new NetworkTraffic(
            limits is null ? options : options with { Limits = limits },
            time ?? TimeProvider.System,
            NullLoggerFactory.Instance
        );
    }

    public NetworkTraffic Traffic { get; }

    public IPAddress Address { get; } = NewAddress();

    public NetworkCounters Counters => Traffic.CountersOf(LoadBalancer)!;

    /// <summary>127.0.0.0/8 is this machine's alone: 24 bits of chance find a free one.</summary>
    public static IPAddress NewAddress() =>
        new([127, (byte)Random.Shared.Next(100, 250), (byte)Random.Shared.Next(256), (byte)Random.Shared.Next(1, 255)]);

    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    public NetworkListenerConfiguration Listener(
        NetworkTargetGroupConfiguration group,
        NetworkProtocol protocol = NetworkProtocol.Tcp
    ) =>
        new()
        {
            Arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/net/db/1/2",
            LoadBalancerArn = LoadBalancer,
            Addresses = [new ZonalAddress(Address, Zone)],
            Port = Port,
            Protocol = protocol,
            Groups = [new WeightedNetworkTargetGroup(group)],
        };

    public static NetworkTargetGroupConfiguration GroupOf(params NetworkTarget[] targets) =>
        new() { Arn = Group, Targets = targets };

    public static NetworkTarget Healthy(IPEndPoint endPoint) => new(endPoint, TargetState.Healthy);

    public void Forward(params NetworkTarget[] targets) => Apply(Listener(GroupOf(targets)));

    public void Apply(params NetworkListenerConfiguration[] listeners) => Traffic.Apply(listeners).ShouldBeEmpty();

    public async Task<Socket> ConnectAsync(IPAddress? to = null)
    {
        var socket = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        await socket.ConnectAsync(new IPEndPoint(to ?? Address, Port), limit.Token);
        return socket;
    }

    /// <summary>Connects, and reads the name that a <see cref="NamedTarget"/> says.</summary>
    public async Task<string> NameAsync(IPAddress? to = null)
    {
        using var socket = await ConnectAsync(to);
        return await ReadAllAsync(socket);
    }

    public static async Task SendAsync(Socket socket, string text)
    {
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), SocketFlags.None, limit.Token);
    }

    /// <summary>Reads as many characters as are expected, or until the end.</summary>
    public static async Task<string> ReadAsync(Socket socket, int length)
    {
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        var buffer = new byte[length];
        var read = 0;
        while (
            read < length
            && await socket.ReceiveAsync(buffer.AsMemory(read), SocketFlags.None, limit.Token) is > 0 and var more
        )
            read += more;
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    public static async Task<string> ReadAllAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token) is > 0 and var read)
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        return text.ToString();
    }

    public static async Task<string> EchoAsync(Socket socket, string text)
    {
        await SendAsync(socket, text);
        return await ReadAsync(socket, text.Length);
    }

    /// <summary>The other end resets the connection, now or at last.</summary>
    public static async Task ShouldBeResetAsync(Socket socket)
    {
        var failure = await Should.ThrowAsync<SocketException>(() => ReadAsync(socket, 1));
        failure.SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
    }

    /// <summary>A new connection is reset: it may be before its client knows that it was accepted.</summary>
    public async Task ShouldResetNewOnesAsync()
    {
        var failure = await Should.ThrowAsync<SocketException>(async () => await ReadAsync(await ConnectAsync(), 1));
        failure.SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
    }

    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned)
            owned.Dispose();
        await Traffic.DisposeAsync();
    }
}

/// <summary>A target that does with each connection what its test wants.</summary>
internal sealed class SocketTarget : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    public SocketTarget(Func<Socket, CancellationToken, Task> serve)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync(serve);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public NetworkTarget Healthy => NetworkWorld.Healthy(EndPoint);

    /// <summary>How many connections it has accepted.</summary>
    public int Accepted { get; private set; }

    /// <summary>Sends back what comes, and ends when the other end does.</summary>
    public static SocketTarget Echoing() =>
        new(
            async (socket, cancellation) =>
            {
                var buffer = new byte[4096];
                while (await socket.ReceiveAsync(buffer, cancellation) is > 0 and var read)
                    await socket.SendAsync(buffer.AsMemory(0, read), cancellation);
                socket.Shutdown(SocketShutdown.Send);
            }
        );

    /// <summary>Says its name, and ends.</summary>
    public static SocketTarget Saying(string name) =>
        new((socket, cancellation) => socket.SendAsync(Encoding.ASCII.GetBytes(name), cancellation).AsTask());

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task AcceptAsync(Func<Socket, CancellationToken, Task> serve)
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_end.Token);
                Accepted++;
                _connections.Add(ServeAsync(socket, serve));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket, Func<Socket, CancellationToken, Task> serve)
    {
        using var connection = socket;
        try
        {
            await serve(socket, _end.Token);
        }
        catch (Exception over) when (over is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other end has enough of it, or the test is over.
        }
    }
}
