using System.Net;
using System.Net.Sockets;
using System.Text;
using Estiba.Listeners;
using Estiba.Listeners.Connections;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.LoadBalancing.Tests.Traffic;

/// <summary>A target that speaks HTTP as its test wants.</summary>
internal sealed class StandInTarget : IAsyncDisposable
{
    private readonly Listener _listener;

    private StandInTarget(RequestDelegate answer, HttpProtocols protocols, ServerCertificate? certificate) =>
        _listener = new Listener(
            new ListenerOptions
            {
                EndPoints = [new IPEndPoint(IPAddress.Loopback, 0)],
                Protocols = protocols,
                Certificate = certificate,
                ShutdownGrace = TimeSpan.Zero,
                Server = static kestrel => kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1,
            },
            answer,
            new ConnectionKeeper(
                new ConnectionLimits(1000, 1000, 1000, 1000),
                TimeProvider.System,
                NullLogger<ConnectionKeeper>.Instance
            ),
            NullLoggerFactory.Instance
        );

    public TargetConfiguration Configuration => InState(TargetState.Healthy);

    public TargetConfiguration InState(TargetState state) =>
        new(_listener.EndPoints[0].Address, _listener.EndPoints[0].Port, state);

    public static async Task<StandInTarget> StartAsync(
        RequestDelegate answer,
        HttpProtocols protocols = HttpProtocols.Http1,
        ServerCertificate? certificate = null
    )
    {
        var target = new StandInTarget(answer, protocols, certificate);
        await target._listener.StartAsync();
        return target;
    }

    /// <summary>A target that always says the same.</summary>
    public static Task<StandInTarget> SayingAsync(string text) =>
        StartAsync(http => http.Response.WriteAsync(text, http.RequestAborted));

    public ValueTask DisposeAsync() => _listener.DisposeAsync();
}

/// <summary>An address and port on which nothing listens, and nothing else can.</summary>
internal sealed class UnreachableTarget : IDisposable
{
    private readonly Socket _bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public UnreachableTarget() => _bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public TargetConfiguration Configuration =>
        new(IPAddress.Loopback, ((IPEndPoint)_bound.LocalEndPoint!).Port, TargetState.Healthy);

    public void Dispose() => _bound.Dispose();
}

/// <summary>A target that does with a connection what its test wants.</summary>
internal sealed class RawTarget : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;

    /// <param name="answer">Is given each connection when the head of a request has been read from it.</param>
    public RawTarget(Func<NetworkStream, CancellationToken, Task> answer)
    {
        _listener.Start();
        _accepting = AcceptAsync(answer);
    }

    public TargetConfiguration Configuration =>
        new(IPAddress.Loopback, ((IPEndPoint)_listener.LocalEndpoint).Port, TargetState.Healthy);

    /// <summary>The head of the last request that it was given.</summary>
    public string Head { get; private set; } = "";

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync(Func<NetworkStream, CancellationToken, Task> answer)
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token), answer));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, Func<NetworkStream, CancellationToken, Task> answer)
    {
        using var connection = client;
        try
        {
            var stream = client.GetStream();
            var head = "";
            var buffer = new byte[1];
            while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await stream.ReadAsync(buffer, _end.Token) == 0)
                    return;
                head += (char)buffer[0];
            }
            Head = head;
            await answer(stream, _end.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The load balancer has enough of it, or the test is over.
        }
    }
}
