using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Estiba.Listeners;

namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>
/// A connection that carries one request after the other to a target, and what has been received of the answer. Only
/// <see cref="Abort"/> may be called at any time.
/// </summary>
internal sealed class Http1Connection : IDisposable
{
    /// <summary>Most heads fit into it, and most small answers with theirs.</summary>
    private const int BufferLength = 8 << 10;

    private readonly TargetConnection _stream;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private TimeSpan _longestSilence;
    private long _movedAt;
    private bool _isTimed;
    private bool _rests;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private volatile bool _isAborted;

    public Http1Connection(TargetConnection stream, TimeProvider time)
    {
        _stream = stream;
        _time = time;
        _ended.Token.UnsafeRegister(static stream => ((TargetConnection)stream!).Dispose(), stream);
        _timer = time.CreateTimer(
            static connection => ((Http1Connection)connection!).EndSilence(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>Whether it has carried a request before, and may have been closed by the target meanwhile.</summary>
    public bool IsReused { get; private set; }

    /// <summary>Since when it has waited for a request.</summary>
    public long IdleSince { get; private set; }

    /// <summary>Is cancelled when nothing has moved for too long, and when the connection is aborted.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Whether nothing has moved for too long.</summary>
    public bool WasSilent => _ended.IsCancellationRequested && !_isAborted;

    /// <summary>What has been received and not been consumed.</summary>
    public Span<byte> Received => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Begins a request.</summary>
    /// <param name="longestSilence">After so long without <see cref="Moved"/> it ends.</param>
    public void Begin(TimeSpan longestSilence)
    {
        Moved();
        lock (_gate)
        {
            var mayBeLate = !_isTimed || longestSilence < _longestSilence;
            (_longestSilence, _rests, _isTimed) = (longestSilence, false, true);
            // To set a timer for each request is dear; the one of an earlier request looks whether there is a later.
            if (mayBeLate)
                _timer.Change(longestSilence, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Something came or went.</summary>
    public void Moved() => Volatile.Write(ref _movedAt, _time.GetTimestamp());

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes, CancellationToken.None);

    /// <summary>Receives more.</summary>
    /// <returns>Whether there is any.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReceiveAsync()
    {
        MakeRoom();
        var count = await ReceiveAsync(_buffer.AsMemory(_end));
        _end += count;
        return count > 0;
    }

    /// <summary>Receives into memory of somebody else; only where nothing is left that was received before.</summary>
    /// <returns>How many bytes; none at the end.</returns>
    public ValueTask<int> ReceiveAsync(Memory<byte> memory) => _stream.ReadAsync(memory, CancellationToken.None);

    /// <summary>The first of what was received is done with.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>The request is over; the connection keeps nothing of it.</summary>
    public void Rest()
    {
        lock (_gate)
            _rests = true;
        Release();
        IsReused = true;
        IdleSince = _time.GetTimestamp();
    }

    /// <summary>Whether the target has neither closed it nor said anything that nobody asked for.</summary>
    public bool CanBeUsedAgain()
    {
        try
        {
            return !_ended.IsCancellationRequested && !_stream.Socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Closes it, and lets end what waits for it.</summary>
    public void Abort()
    {
        _isAborted = true;
        _timer.Dispose();
        _ended.Cancel();
    }

    /// <summary>Closes it when nothing waits for it any more.</summary>
    public void Dispose()
    {
        Abort();
        Release();
    }

    private void Release()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }

    private void EndSilence()
    {
        lock (_gate)
        {
            if (_rests)
            {
                _isTimed = false;
                return;
            }
            var left = _longestSilence - _time.GetElapsedTime(Volatile.Read(ref _movedAt));
            if (left > TimeSpan.Zero)
            {
                _timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }
        }
        _ended.Cancel();
    }

    private void MakeRoom()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_end < _buffer.Length)
            return;
        var received = Received;
        var larger = received.Length < _buffer.Length / 2 ? _buffer.Length : _buffer.Length * 2;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(BufferLength, larger));
        received.CopyTo(buffer);
        var length = received.Length;
        Release();
        (_buffer, _end) = (buffer, length);
    }
}
