using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Estiba.Listeners.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Estiba.Listeners.EventLoops;

/// <summary>
/// Accepts connections on event loops, which serve them as far as they can, and gives Kestrel those that they cannot.
/// </summary>
/// <param name="group">The loops.</param>
/// <param name="serve">Makes what serves a connection.</param>
/// <param name="keeper">Counts the connections.</param>
/// <param name="counters">Counts them too.</param>
/// <param name="loggers">Hears what goes wrong.</param>
public sealed partial class PolledListener(
    EventLoopGroup group,
    Func<EventLoop, PolledListener, IPEndPoint, PolledClient> serve,
    ConnectionKeeper keeper,
    ConnectionCounters counters,
    ILoggerFactory loggers
) : IConnectionListenerFactory, IConnectionListener
{
    private const int Backlog = 512;

    private readonly SocketConnectionContextFactory _factory = new(
        new SocketConnectionFactoryOptions(),
        loggers.CreateLogger<SocketConnectionContextFactory>()
    );

    private readonly ILogger _logger = loggers.CreateLogger<PolledListener>();
    private readonly Channel<ConnectionContext> _handedOver = Channel.CreateUnbounded<ConnectionContext>();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Acceptor> _acceptors = [];
    private Socket? _socket;
    private volatile bool _isUnbound;

    // One for the listener itself until it is unbound.
    private int _served = 1;

    /// <summary>Whether it takes no more requests.</summary>
    public bool IsUnbound => _isUnbound;

    /// <inheritdoc/>
    public EndPoint EndPoint => _socket!.LocalEndPoint!;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        _socket = Bind(endpoint);
        var descriptor = (int)_socket.SafeHandle.DangerousGetHandle();
        SetNonBlocking(descriptor);
        foreach (var loop in group.Loops)
        {
            var acceptor = new Acceptor(loop, this);
            _acceptors.Add(acceptor);
            loop.Post(() => acceptor.Begin(descriptor));
        }
        return ValueTask.FromResult<IConnectionListener>(this);
    }

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _handedOver.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_handedOver.Reader.TryRead(out var connection))
                return connection;
        }
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (_isUnbound || _socket is null)
            return;
        _isUnbound = true;
        await Task.WhenAll(_acceptors.Select(acceptor => OnLoopAsync(acceptor.Loop, acceptor.Close)));
        _socket.Dispose();
        foreach (var loop in group.Loops)
            await OnLoopAsync(loop, () => ForEachClient(loop, static client => client.OnUnbound()));
        _handedOver.Writer.Complete();
        Leave();
    }

    /// <summary>Waits until no loop serves a connection any more, and closes those that are left after a
    /// while.</summary>
    public async Task DrainAsync(TimeSpan grace)
    {
        if (_socket is null)
            return;
        try
        {
            await _ended.Task.WaitAsync(grace);
        }
        catch (TimeoutException)
        {
            foreach (var loop in group.Loops)
                await OnLoopAsync(loop, () => ForEachClient(loop, static client => client.Abort()));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        _factory.Dispose();
        return ValueTask.CompletedTask;
    }

    internal void HandOver(int descriptor, byte[] received, ConnectionTicket ticket, Action<ConnectionContext> tell)
    {
        // A loop has no time for what this takes.
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
                try
                {
                    GiveToKestrel(handle, received, ticket, tell);
                    Leave();
                }
                catch (Exception failure)
                {
                    // The client may have left, or Kestrel has stopped.
                    Log.NotHandedOver(_logger, failure.Message);
                    handle.Dispose();
                    End(ticket);
                }
            },
            state: null
        );
    }

    /// <summary>A connection is closed.</summary>
    internal void End(ConnectionTicket ticket)
    {
        keeper.Close(ticket);
        counters.Close(isRejected: false, hasFailedHandshake: false);
        Leave();
    }

    private static Socket Bind(EndPoint endPoint)
    {
        Socket? socket = null;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
            // What it accepts is like it.
            socket.NoDelay = true;
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException taken)
        {
            socket?.Dispose();
            if (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
                throw new AddressInUseException(taken.Message, taken);
            throw;
        }
    }

    private void GiveToKestrel(
        SafeSocketHandle handle,
        byte[] received,
        ConnectionTicket ticket,
        Action<ConnectionContext> tell
    )
    {
        var connection = _factory.Create(new Socket(handle));
        connection.Features.Set(ticket);
        if (received.Length > 0)
            connection.Transport = new PrefixedTransport(received, connection.Transport);
        tell(connection);
        if (_handedOver.Writer.TryWrite(connection))
            return;
        connection.Abort();
        _ = connection.DisposeAsync().AsTask();
        throw new ConnectionAbortedException("The listener is closed.");
    }

    private void Accept(EventLoop loop, int descriptor, IPEndPoint remote)
    {
        counters.Open();
        if (keeper.Open(remote) is not { } ticket)
        {
            counters.Close(isRejected: true, hasFailedHandshake: false);
            _ = LibC.Close(descriptor);
            return;
        }
        Interlocked.Increment(ref _served);
        var chosen = group.Choose(loop);
        chosen.ChangeLoad(1);
        if (chosen == loop)
            Begin(loop, descriptor, remote, ticket);
        else
            chosen.Post(() => Begin(chosen, descriptor, remote, ticket));
    }

    private void Begin(EventLoop loop, int descriptor, IPEndPoint remote, ConnectionTicket ticket)
    {
        var client = serve(loop, this, remote);
        try
        {
            client.Begin(descriptor, ticket);
        }
        catch
        {
            client.Close();
            throw;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _served) == 0)
            _ended.SetResult();
    }

    private void ForEachClient(EventLoop loop, Action<PolledClient> action) =>
        loop.ForEach<PolledClient>(client =>
        {
            if (client.IsOf(this))
                action(client);
        });

    private static async Task OnLoopAsync(EventLoop loop, Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            try
            {
                action();
            }
            finally
            {
                done.SetResult();
            }
        });
        await done.Task;
    }

    private static void SetNonBlocking(int descriptor)
    {
        const int GetFlags = 3;
        const int SetFlags = 4;
        _ = LibC.Control(descriptor, SetFlags, LibC.Control(descriptor, GetFlags, 0) | LibC.NonBlocking);
    }

    /// <summary>Waits on one loop for connections of the listener's socket.</summary>
    private sealed class Acceptor(EventLoop loop, PolledListener listener) : PolledSocket(loop)
    {
        /// <summary>So many at once, and then others have their turn.</summary>
        private const int Most = 8;

        private int _descriptor;
        private bool _rests;

        internal void Begin(int descriptor)
        {
            _descriptor = descriptor;
            if (!listener.IsUnbound)
                Share(descriptor);
        }

        public override void Close()
        {
            // The socket is the listener's.
            if (IsOpen)
                Detach();
        }

        protected internal override unsafe void OnReady()
        {
            for (var count = 0; count < Most; count++)
            {
                var address = new SocketAddress(AddressFamily.InterNetworkV6);
                var length = address.Buffer.Length;
                int accepted;
                fixed (byte* bytes = address.Buffer.Span)
                    accepted = LibC.Accept(_descriptor, bytes, &length, LibC.NonBlocking | LibC.CloseOnExec);
                if (accepted < 0)
                {
                    var error = Marshal.GetLastPInvokeError();
                    if (error is LibC.Aborted or LibC.Interrupted)
                        continue;
                    // Without descriptors, for one, it is of no use to try at once.
                    _rests = error != LibC.Again;
                    return;
                }
                listener.Accept(Loop, accepted, RemoteOf(address, length));
            }
            GoOnLater();
        }

        protected internal override void OnTick()
        {
            // Perhaps there are descriptors again.
            if (!_rests)
                return;
            _rests = false;
            OnReady();
        }

        protected internal override void OnFault()
        {
            // One client less; others wait.
            GoOnLater();
        }

        private static IPEndPoint RemoteOf(SocketAddress address, int length)
        {
            var isV6 = length > 16;
            var exact = new SocketAddress(isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, length);
            address.Buffer.Span[..length].CopyTo(exact.Buffer.Span);
            var any = new IPEndPoint(isV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
            return (IPEndPoint)any.Create(exact);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A connection was closed instead of being given to Kestrel: {Reason}")]
        public static partial void NotHandedOver(ILogger logger, string reason);
    }
}
