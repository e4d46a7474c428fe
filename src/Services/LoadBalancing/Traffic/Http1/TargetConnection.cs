using System.Buffers;
using System.Net.Sockets;

namespace Estiba.LoadBalancing.Traffic.Http1;

/// <summary>A connection to a target. One request at a time uses it.</summary>
/// <remarks>
/// Reads and writes take no cancellation token, which would cost every request a registration: whoever has enough of it
/// aborts the connection, and what waits on it fails.
/// </remarks>
internal sealed class TargetConnection(Socket socket, Stream stream) : IDisposable
{
    private const int BufferBytes = 16 * 1024;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private long _deadline;
    private int _aborted;

    /// <summary>Whether a request was answered over it before.</summary>
    public bool IsReused { get; private set; }

    /// <summary>Whether a byte of the present answer has come.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Why it was given up; <see cref="Aborted.Not"/> as long as it was not.</summary>
    public Aborted WhyAborted => (Aborted)Volatile.Read(ref _aborted);

    /// <summary>How long it has been idle since its last request. Milliseconds.</summary>
    public long IdleSince { get; private set; }

    /// <summary>What has come and was not consumed.</summary>
    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>How long nothing may happen on it while it is used.</summary>
    private long Patience { get; set; }

    /// <summary>A request begins.</summary>
    public void Begin(TimeSpan patience)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
        HasAnswered = false;
        Patience = (long)patience.TotalMilliseconds;
        Touch();
    }

    /// <summary>A request was answered, and nothing else has come.</summary>
    public void End()
    {
        Volatile.Write(ref _deadline, 0);
        IsReused = true;
        IdleSince = Environment.TickCount64;
        ReturnBuffer();
    }

    /// <summary>Something has happened: from now on it may be silent for as long again.</summary>
    public void Touch() => Volatile.Write(ref _deadline, Environment.TickCount64 + Patience);

    /// <summary>Whether the target has closed it, or said something that nobody asked for.</summary>
    public bool IsStale()
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Gives it up when it has been silent for too long.</summary>
    public void AbortIfSilent(long now)
    {
        if (Volatile.Read(ref _deadline) is > 0 and var deadline && now >= deadline)
            Abort(Aborted.Silent);
    }

    /// <summary>Whatever waits on it fails.</summary>
    public void Abort(Aborted why)
    {
        if (Interlocked.CompareExchange(ref _aborted, (int)why, (int)Aborted.Not) == (int)Aborted.Not)
            socket.Dispose();
    }

    /// <summary>Takes bytes out of <see cref="Buffered"/>.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>Waits for more bytes in <see cref="Buffered"/>, in which there must be room.</summary>
    /// <returns>False at the end of what the target sends.</returns>
    /// <exception cref="IOException">It broke, or was aborted.</exception>
    public async ValueTask<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer!.Length)
        {
            MakeRoom();
        }

        var count = await ReadAsync(_buffer.AsMemory(_end));
        _end += count;
        return count > 0;
    }

    /// <summary>Reads past <see cref="Buffered"/>, which must be empty.</summary>
    /// <returns>0 at the end of what the target sends.</returns>
    /// <exception cref="IOException">It broke, or was aborted.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> target)
    {
        int count;
        try
        {
            count = await stream.ReadAsync(target);
        }
        catch (ObjectDisposedException gone)
        {
            throw new IOException("The connection was given up.", gone);
        }

        HasAnswered |= count > 0;
        Touch();
        return count;
    }

    /// <summary>Sends bytes.</summary>
    /// <exception cref="IOException">It broke, or was aborted.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await stream.WriteAsync(bytes);
        }
        catch (ObjectDisposedException gone)
        {
            throw new IOException("The connection was given up.", gone);
        }

        Touch();
    }

    public void Dispose()
    {
        Volatile.Write(ref _deadline, 0);
        stream.Dispose();
        ReturnBuffer();
    }

    private void MakeRoom()
    {
        var length = _end - _start;
        var target = _start > 0 ? _buffer! : ArrayPool<byte>.Shared.Rent(_buffer!.Length * 2);
        Buffer.BlockCopy(_buffer!, _start, target, 0, length);
        if (target != _buffer)
            ArrayPool<byte>.Shared.Return(_buffer!);
        (_buffer, _start, _end) = (target, 0, length);
    }

    private void ReturnBuffer()
    {
        if (_buffer is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
        (_buffer, _start, _end) = (null, 0, 0);
    }
}

/// <summary>Why a connection was given up.</summary>
internal enum Aborted
{
    Not,

    /// <summary>Nothing happened on it for too long.</summary>
    Silent,

    /// <summary>The client is gone.</summary>
    ByClient,

    /// <summary>The client's body broke off, or was none.</summary>
    BodyBroken,

    /// <summary>The target has answered, and what is left of the request is not wanted any more.</summary>
    Done,
}
