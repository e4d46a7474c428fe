using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Estiba.LoadBalancing.Traffic.Http1;

/// <summary>The connections to the targets of a group: those in use, and those that wait for the next
/// request.</summary>
internal sealed class TargetConnections : IDisposable
{
    /// <summary>How long a connection to a target may take ("HTTP 504").</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long one waits for the next request.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(1);

    /// <summary>How exactly times of silence are kept.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly bool _secure;
    private readonly ConcurrentDictionary<IPEndPoint, ConcurrentStack<TargetConnection>> _idle = new();
    private readonly ConcurrentDictionary<TargetConnection, IPEndPoint> _all = new();
    private readonly Timer _timer;
    private volatile bool _disposed;

    /// <param name="secure">Whether targets speak TLS.</param>
    public TargetConnections(bool secure)
    {
        _secure = secure;
        _timer = new Timer(static it => ((TargetConnections)it!).CheckTimes(), this, Tick, Tick);
    }

    /// <summary>A connection that waits; null where none does.</summary>
    public TargetConnection? TakeIdle(IPEndPoint target)
    {
        if (_idle.TryGetValue(target, out var waiting))
            while (waiting.TryPop(out var connection))
            {
                if (connection is { WhyAborted: Aborted.Not } && !connection.IsStale())
                    return connection;
                Close(connection);
            }
        return null;
    }

    /// <summary>A new connection.</summary>
    /// <exception cref="TargetUnreachableException">There is none to be had.</exception>
    /// <exception cref="OperationCanceledException">Nobody wants it any more.</exception>
    public async ValueTask<TargetConnection> OpenAsync(IPEndPoint target, CancellationToken cancellation)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ConnectTimeout);
        try
        {
            await socket.ConnectAsync(target, limit.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (_secure)
                stream = await SecureAsync(stream, target, limit.Token);
            var connection = new TargetConnection(socket, stream);
            _all[connection] = target;
            return connection;
        }
        catch (Exception failure)
        {
            socket.Dispose();
            if (failure is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new TargetUnreachableException("It did not answer in time.", failure);
            if (failure is SocketException or IOException or AuthenticationException)
                throw new TargetUnreachableException(failure.Message, failure);
            throw;
        }
    }

    /// <summary>A request was answered whole, and the connection can take the next.</summary>
    public void Keep(TargetConnection connection)
    {
        connection.End();
        if (_disposed || !_all.TryGetValue(connection, out var target))
            Close(connection);
        else
            _idle.GetOrAdd(target, static _ => new ConcurrentStack<TargetConnection>()).Push(connection);
    }

    /// <summary>Nobody can use it any more.</summary>
    public void Close(TargetConnection connection)
    {
        _all.TryRemove(connection, out _);
        connection.Dispose();
    }

    /// <summary>Closes the connections that wait; those in use end with their requests.</summary>
    public void Dispose()
    {
        _disposed = true;
        _timer.Dispose();
        foreach (var waiting in _idle.Values)
            while (waiting.TryPop(out var connection))
                Close(connection);
    }

    private void CheckTimes()
    {
        var now = Environment.TickCount64;
        foreach (var connection in _all.Keys)
            connection.AbortIfSilent(now);
        foreach (var (target, waiting) in _idle)
        {
            // Those that wait longest lie lowest: all are taken out, and those that are young go back.
            if (waiting.IsEmpty)
                continue;
            var taken = new TargetConnection[waiting.Count];
            var count = waiting.TryPopRange(taken);
            for (var place = count - 1; place >= 0; place--)
                if (now - taken[place].IdleSince < IdleTimeout.TotalMilliseconds && !taken[place].IsStale())
                    waiting.Push(taken[place]);
                else
                    Close(taken[place]);
        }
    }

    private static async Task<Stream> SecureAsync(Stream inner, IPEndPoint target, CancellationToken cancellation)
    {
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = target.Address.ToString(),
            // "The load balancer does not validate these certificates" (Target groups, "Routing configuration").
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        };
        await stream.AuthenticateAsClientAsync(options, cancellation);
        return stream;
    }
}

/// <summary>A target cannot be connected with.</summary>
internal sealed class TargetUnreachableException(string message, Exception inner) : IOException(message, inner);
