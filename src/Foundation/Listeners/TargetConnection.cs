using System.Net;
using System.Net.Sockets;

namespace Estiba.Listeners;

/// <summary>
/// A connection to a server to which requests are forwarded. It fails soon where the server's host no longer
/// acknowledges what it is sent: a host that is gone closes nothing, and a request to it would wait until the idle
/// timeout is over.
/// </summary>
/// <remarks>
/// The kernel's limit (<c>TCP_USER_TIMEOUT</c>) also counts while a server has no room for more, which one that reads
/// slowly may for long. So it holds as long as no more is sent before an answer than the head of a request takes: that
/// finds room.
/// </remarks>
public sealed class TargetConnection : NetworkStream
{
    /// <summary>How long sent bytes may remain without acknowledgement.</summary>
    public static readonly TimeSpan AcknowledgementLimit = TimeSpan.FromSeconds(5);

    /// <summary>So much is sent of a request while the limit holds.</summary>
    public const int MostBeforeAnswer = 32 << 10;
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;

    private readonly Action<TargetConnection>? _disposed;
    private int _sentSinceAnswer;
    private bool _isLimited;

    private TargetConnection(Socket socket, Action<TargetConnection>? disposed)
        : base(socket, ownsSocket: true)
    {
        _disposed = disposed;
        Limit(AcknowledgementLimit);
    }

    /// <summary>Opens one.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="disposed">Hears of its end.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="SocketException">The server cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public static async ValueTask<TargetConnection> OpenAsync(
        EndPoint target,
        TimeSpan limit,
        Action<TargetConnection>? disposed,
        CancellationToken cancellation
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(limit);
        try
        {
            await socket.ConnectAsync(target, limited.Token);
            return new TargetConnection(socket, disposed);
        }
        catch (Exception failure)
        {
            socket.Dispose();
            if (failure is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new TimeoutException(
                    $"{target} did not accept a connection within {limit.TotalSeconds} s.",
                    failure
                );
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isLimited && (_sentSinceAnswer += buffer.Length) > MostBeforeAnswer)
            Limit(TimeSpan.Zero);
        return base.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _sentSinceAnswer = 0;
        return base.ReadAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed?.Invoke(this);
        base.Dispose(disposing);
    }

    /// <param name="limit">Zero for the system's own, which is a quarter of an hour.</param>
    private void Limit(TimeSpan limit)
    {
        _isLimited = limit > TimeSpan.Zero;
        if (OperatingSystem.IsLinux())
            Socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((int)limit.TotalMilliseconds));
    }
}
