using Estiba.Listeners;
using Estiba.Listeners.EventLoops;

namespace Estiba.LoadBalancing.Traffic.Plain;

/// <summary>A connection that carries one request after the other to a target, and what has been received of an
/// answer.</summary>
internal sealed class PlainTarget(IdleTargets idle) : PolledSocket(idle.Loop)
{
    /// <summary>How long a connection waits for a request before it is closed.</summary>
    private const int LongestIdle = 60_000;

    private byte[]? _received;
    private int _start;
    private int _end;
    private byte[]? _unsent;
    private int _unsentAt;
    private int _unsentEnd;
    private int _sentSinceAnswer;
    private bool _isLimited;
    private long _idleSince;

    /// <summary>Whose request it carries; null while it waits for one.</summary>
    public PlainClient? Client { get; private set; }

    /// <summary>Whether it has carried a request before, and may have been closed by the target meanwhile.</summary>
    public bool IsReused { get; private set; }

    /// <summary>Whether the connection is made.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Whether the target has neither closed it nor said anything that is not read.</summary>
    public bool IsQuiet => IsOpen && !IsReadable && !HasEnded;

    /// <summary>What has been received and not been consumed.</summary>
    public Span<byte> Received => _received.AsSpan(_start, _end - _start);

    /// <summary>Whether something waits to be sent.</summary>
    public bool HasUnsent => _unsent is not null;

    /// <summary>Why the connection was not made, or broke.</summary>
    public int Error => LastError;

    /// <summary>Begins to connect for a request.</summary>
    /// <returns>False when that has failed at once.</returns>
    public bool TryConnect(PlainClient client)
    {
        Client = client;
        return Connect(idle.Address);
    }

    /// <summary>Whether an attempt to connect is decided.</summary>
    /// <param name="hasFailed">How.</param>
    public bool IsDecided(out bool hasFailed)
    {
        hasFailed = false;
        if (!IsWritable)
            return false;
        hasFailed = HasFailedToConnect();
        IsConnected = !hasFailed;
        if (IsConnected)
        {
            LimitAcknowledgement(TargetConnection.AcknowledgementLimit);
            _isLimited = true;
        }
        return true;
    }

    /// <summary>Is used for a request.</summary>
    public void Use(PlainClient client)
    {
        Client = client;
        _sentSinceAnswer = 0;
    }

    /// <summary>Sends all of it, now or when there is room.</summary>
    /// <returns>False when the connection is broken.</returns>
    public bool TrySend(ReadOnlySpan<byte> bytes)
    {
        var count = SendSome(bytes);
        if (count < 0)
            return false;
        if (count == bytes.Length)
            return true;
        _unsent = Loop.Buffers.Rent(bytes.Length - count);
        bytes[count..].CopyTo(_unsent);
        (_unsentAt, _unsentEnd) = (0, bytes.Length - count);
        return true;
    }

    /// <summary>Sends what waits.</summary>
    /// <returns>False when the connection is broken.</returns>
    public bool TryFlush()
    {
        if (_unsent is null || !IsWritable)
            return true;
        var count = Send(_unsent.AsSpan(_unsentAt, _unsentEnd - _unsentAt));
        if (count < 0)
            return false;
        _unsentAt += count;
        if (_unsentAt == _unsentEnd)
            ReleaseUnsent();
        return true;
    }

    /// <summary>Sends what there is room for.</summary>
    /// <inheritdoc cref="PolledSocket.Send"/>
    public int SendSome(ReadOnlySpan<byte> bytes)
    {
        // The kernel's limit also counts while the target has no room for more, which one that reads slowly may for
        // long.
        if (_isLimited && (_sentSinceAnswer += bytes.Length) > TargetConnection.MostBeforeAnswer)
        {
            LimitAcknowledgement(TimeSpan.Zero);
            _isLimited = false;
        }
        return IsWritable ? Send(bytes) : 0;
    }

    /// <summary>Receives more.</summary>
    /// <param name="expected">How much is known to come.</param>
    /// <inheritdoc cref="PolledSocket.Receive"/>
    public int ReceiveMore(long expected)
    {
        if (!IsReadable)
            return WouldWait;
        MakeRoom(expected);
        var count = Receive(_received.AsSpan(_end));
        if (count > 0)
            _end += count;
        else
            Release();
        return count;
    }

    /// <summary>The first of what was received is done with.</summary>
    public void Consume(int count)
    {
        _start += count;
        Release();
    }

    /// <summary>The request is answered: another one may follow, or the connection ends with it.</summary>
    public void End(bool isUsable)
    {
        Client = null;
        ReleaseUnsent();
        if (!isUsable || !Received.IsEmpty || !IsStillQuiet())
        {
            Close();
            return;
        }
        IsReused = true;
        _idleSince = Loop.Now;
        idle.Return(this);
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (Client is null && IsReused)
            idle.Forget(this);
        Client = null;
        _start = _end;
        Release();
        ReleaseUnsent();
        base.Close();
    }

    protected override void OnReady()
    {
        if (Client is { } client)
            client.Continue();
        else if (!IsQuiet)
            Close();
    }

    protected override void OnTick()
    {
        if (Client is null && Loop.Now - _idleSince >= LongestIdle)
            Close();
    }

    protected override void OnFault()
    {
        var client = Client;
        Close();
        client?.Close();
    }

    // What has filled a buffer to its end may have been all.
    private bool IsStillQuiet()
    {
        if (IsReadable && !HasEnded)
        {
            Span<byte> more = stackalloc byte[1];
            return Receive(more) == WouldWait;
        }
        return IsQuiet;
    }

    private void MakeRoom(long expected)
    {
        var held = _end - _start;
        if (_received is null)
            _received = Loop.Buffers.Rent(expected > BufferPool.Small ? BufferPool.Large : BufferPool.Small);
        else if (_end == _received.Length && _start > 0)
        {
            _received.AsSpan(_start, held).CopyTo(_received);
            (_start, _end) = (0, held);
        }
        else if (_end == _received.Length)
        {
            var larger = Loop.Buffers.Rent(_received.Length * 2);
            _received.AsSpan(0, _end).CopyTo(larger);
            Loop.Buffers.Return(_received);
            _received = larger;
        }
    }

    private void Release()
    {
        if (_start != _end)
            return;
        _start = _end = 0;
        if (_received is null)
            return;
        Loop.Buffers.Return(_received);
        _received = null;
    }

    private void ReleaseUnsent()
    {
        if (_unsent is null)
            return;
        Loop.Buffers.Return(_unsent);
        _unsent = null;
    }
}
