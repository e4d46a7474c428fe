using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>
/// A client's connection and the one to its target: what comes from one goes to the other, ends and resets too.
/// </summary>
/// <remarks>
/// It goes on by the configuration that it began with. The kernel's buffers are all that is between its ends: who does
/// not read stops who writes.
/// </remarks>
internal sealed class TcpFlow(Socket client, NetworkRoutes routes, FlowServices services)
{
    /// <summary>How long a target may take to accept a connection, and an end to come to terms about TLS.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long it is quiet before its segments are counted: the last acknowledgements have come then.
    /// </summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>After how much that needed no waiting others have their turn.</summary>
    private const int Turn = 32;

    private readonly Lock _gate = new();
    private readonly FlowKind _kind = routes.Listener.Tls is null ? FlowKind.Tcp : FlowKind.Tls;
    private FlowSide? _near;
    private FlowSide? _far;
    private Socket? _farSocket;
    private bool _ended;
    private long _activeAt = services.Time.GetTimestamp();
    private long _countedFor = -1;
    private long _countedAt;
    private ulong _segments;

    /// <summary>The target group; null as long as none is chosen.</summary>
    public string? Group { get; private set; }

    /// <summary>The target; null as long as none is chosen.</summary>
    public IPEndPoint? Target { get; private set; }

    /// <summary>How long nothing has come from either end.</summary>
    public TimeSpan Quiet => services.Time.GetElapsedTime(Volatile.Read(ref _activeAt));

    /// <summary>Carries it until it ends.</summary>
    public async Task RunAsync()
    {
        routes.Counters.Begin(_kind);
        try
        {
            if (await OpenAsync())
                await Task.WhenAll(
                    PumpAsync(_near!, _far!, ResetBy.Client, ResetBy.Target),
                    PumpAsync(_far!, _near!, ResetBy.Target, ResetBy.Client)
                );
            Close();
        }
        finally
        {
            routes.Counters.End(_kind);
        }
    }

    /// <summary>Resets both connections; false when they have come to their end already.</summary>
    public bool Reset(ResetBy who)
    {
        lock (_gate)
        {
            if (_ended)
                return false;
            _ended = true;
        }

        routes.Counters.CountReset(who);
        FlowSide.Reset(client);
        if (_farSocket is { } far)
            FlowSide.Reset(far);
        return true;
    }

    /// <summary>Resets it when it has been idle for too long.</summary>
    /// <remarks>Keepalives count, although they carry nothing: where some have come, the time begins anew.</remarks>
    public void CheckIdle()
    {
        var limit = routes.Listener.IdleTimeout;
        var half = limit / 2;
        var quiet = Quiet;
        var activeAt = Volatile.Read(ref _activeAt);
        if (_countedFor != activeAt)
        {
            if (quiet >= (Settled < half ? Settled : half))
                Count(activeAt);
        }
        else if (quiet >= limit && services.Time.GetElapsedTime(_countedAt) >= half)
        {
            if (Segments() == _segments)
                Reset(ResetBy.LoadBalancer);
            else if (Interlocked.CompareExchange(ref _activeAt, services.Time.GetTimestamp(), activeAt) == activeAt)
                Count(Volatile.Read(ref _activeAt));
        }
    }

    private void Count(long activeAt) =>
        (_countedFor, _countedAt, _segments) = (activeAt, services.Time.GetTimestamp(), Segments());

    private async Task<bool> OpenAsync()
    {
        IPEndPoint source;
        IPEndPoint destination;
        try
        {
            client.NoDelay = true;
            source = (IPEndPoint)client.RemoteEndPoint!;
            destination = (IPEndPoint)client.LocalEndPoint!;
            if (routes.Listener.Tls is { } tls)
                await AcceptTlsAsync(tls);
            else
                _near = new PlainSide(client);
        }
        catch (Exception gone) when (IsEnd(gone))
        {
            if (gone is AuthenticationException or OperationCanceledException)
                routes.Counters.CountClientHandshakeError();
            Reset(ResetBy.Client);
            return false;
        }

        if (routes.Choose(source, destination, ProtocolType.Tcp) is not var (group, target))
        {
            Reset(ResetBy.LoadBalancer);
            return false;
        }

        (Group, Target) = (group.Arn, target);
        try
        {
            await ConnectAsync(group, target, source, destination);
            return true;
        }
        catch (Exception gone) when (IsEnd(gone))
        {
            // "The target resets the connection": a client gets to know no more of it.
            if (gone is AuthenticationException)
                routes.Counters.CountTargetHandshakeError();
            Reset(gone is OperationCanceledException ? ResetBy.LoadBalancer : ResetBy.Target);
            return false;
        }
    }

    private async Task AcceptTlsAsync(NetworkTls tls)
    {
        var stream = new SslStream(new NetworkStream(client, ownsSocket: false));
        _near = new TlsSide(client, stream);
        using var limit = new CancellationTokenSource(Patience, services.Time);
        await stream.AuthenticateAsServerAsync(
            (_, hello, _, _) =>
            {
                var name = string.IsNullOrEmpty(hello.ServerName) ? null : hello.ServerName;
                var certificate = tls.Certificates(name)
                    ?? throw new AuthenticationException("There is no certificate.");
                return ValueTask.FromResult(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = services.ContextOf(certificate),
                        EnabledSslProtocols = tls.Versions,
                        ApplicationProtocols = tls.Alpn.Count > 0 ? [.. tls.Alpn] : null,
                    }
                );
            },
            null,
            limit.Token
        );
    }

    private async Task ConnectAsync(
        NetworkTargetGroupConfiguration group,
        IPEndPoint target,
        IPEndPoint source,
        IPEndPoint destination
    )
    {
        var socket = FlowSockets.From(destination.Address, SocketType.Stream);
        lock (_gate)
        {
            _farSocket = socket;
            if (_ended)
                socket.Dispose();
        }

        using var limit = new CancellationTokenSource(Patience, services.Time);
        socket.NoDelay = true;
        await socket.ConnectAsync(target, limit.Token);
        var plain = new PlainSide(socket);
        if (group.ProxyProtocol)
            await plain.WriteAsync(ProxyProtocol.Of(source, destination));
        if (group.Secure)
            await ConnectTlsAsync(socket, target, limit.Token);
        else
            _far = plain;
    }

    private async Task ConnectTlsAsync(Socket socket, IPEndPoint target, CancellationToken cancellation)
    {
        // "The load balancer does not validate these certificates" (Target groups, "Routing configuration").
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
        _far = new TlsSide(socket, stream);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = target.Address.ToString(),
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        };
        // The target speaks what was negotiated with the client.
        if (_near is TlsSide { Protocol: { Protocol.IsEmpty: false } protocol })
            options.ApplicationProtocols = [protocol];
        await stream.AuthenticateAsClientAsync(options, cancellation);
    }

    private async Task PumpAsync(FlowSide from, FlowSide to, ResetBy reader, ResetBy writer)
    {
        var failing = reader;
        try
        {
            for (var turn = 1; ; turn++)
            {
                failing = reader;
                await from.WaitAsync();
                using var buffer = services.Buffers.Rent();
                var read = await from.ReadAsync(buffer.Memory);
                if (read == 0)
                    break;
                Touch();
                failing = writer;
                await to.WriteAsync(buffer.Memory[..read]);
                Touch();
                routes.Counters.CountBytes(_kind, read);
                if (turn % Turn == 0)
                    await Task.Yield();
            }

            failing = writer;
            await to.EndAsync();
        }
        catch (Exception gone) when (IsEnd(gone))
        {
            Reset(failing);
        }
    }

    private void Close()
    {
        lock (_gate)
            _ended = true;
        _near?.Close();
        _far?.Close();
    }

    private void Touch() => Volatile.Write(ref _activeAt, services.Time.GetTimestamp());

    private ulong Segments() => TcpSegments.Of(client) + (_farSocket is { } far ? (ulong)TcpSegments.Of(far) << 32 : 0);

    private static bool IsEnd(Exception exception) =>
        exception
            is SocketException
                or IOException
                or ObjectDisposedException
                or AuthenticationException
                or InvalidOperationException
                or OperationCanceledException;
}
