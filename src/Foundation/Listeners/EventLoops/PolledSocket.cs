using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Estiba.Listeners.EventLoops;

/// <summary>A socket that an <see cref="EventLoop"/> waits for. Used by the loop's thread alone.</summary>
public abstract unsafe class PolledSocket(EventLoop loop)
{
    /// <summary>Nothing can be received, or sent, now; <see cref="OnReady"/> is called when that changes.</summary>
    public const int WouldWait = -1;

    /// <summary>The connection is broken.</summary>
    public const int Broken = -2;

    private const uint ForStreams = LibC.In | LibC.Out | LibC.PeerHangUp | LibC.EdgeTriggered;

    /// <summary>The loop.</summary>
    public EventLoop Loop { get; } = loop;

    /// <summary>Whether it is not closed yet.</summary>
    public bool IsOpen => Descriptor >= 0;

    /// <summary>What the operating system knows it by; negative once it is closed.</summary>
    internal int Descriptor { get; private set; } = -1;

    /// <summary>Tells it from others that had the same descriptor before.</summary>
    internal uint Life { get; set; }

    /// <summary>Whether there may be something to receive, or an end.</summary>
    protected bool IsReadable { get; set; }

    /// <summary>Whether something can be sent.</summary>
    protected bool IsWritable { get; private set; }

    /// <summary>Whether the other end has said that it sends no more, or is gone.</summary>
    protected bool HasEnded { get; private set; }

    /// <summary>Why the last connection attempt, or the last call, failed.</summary>
    protected int LastError { get; private set; }

    /// <summary>Something has changed.</summary>
    protected internal abstract void OnReady();

    /// <summary>About a second has passed.</summary>
    protected internal virtual void OnTick() { }

    /// <summary>One of its own methods has thrown.</summary>
    protected internal virtual void OnFault() => Close();

    /// <summary>Closes it.</summary>
    public virtual void Close() => CloseDescriptor();

    internal void CloseDescriptor()
    {
        if (Descriptor < 0)
            return;
        Loop.Forget(this);
        _ = LibC.Close(Descriptor);
        Descriptor = -1;
    }

    internal void Mark(uint events)
    {
        const uint Ends = LibC.PeerHangUp | LibC.HangUp | LibC.Error;
        IsReadable |= (events & (LibC.In | Ends)) != 0;
        IsWritable |= (events & (LibC.Out | Ends)) != 0;
        HasEnded |= (events & Ends) != 0;
    }

    /// <summary>Waits for an accepted or connecting socket.</summary>
    /// <param name="descriptor">The socket, which does not block.</param>
    /// <param name="isConnected">Whether something can be sent at once.</param>
    protected void Open(int descriptor, bool isConnected)
    {
        Descriptor = descriptor;
        IsWritable = isConnected;
        try
        {
            Loop.Register(this, ForStreams);
        }
        catch (IOException)
        {
            CloseDescriptor();
            throw;
        }
    }

    /// <summary>Waits for connections on a socket that several loops wait for.</summary>
    private protected void Share(int descriptor)
    {
        Descriptor = descriptor;
        Loop.Register(this, LibC.In | LibC.Exclusive | LibC.EdgeTriggered);
    }

    /// <summary>Begins to connect; <see cref="OnReady"/> is called when it is decided.</summary>
    /// <returns>False when it has failed at once.</returns>
    protected bool Connect(SocketAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var family = address.Family == AddressFamily.InterNetworkV6 ? 10 : 2;
        var descriptor = LibC.Socket(family, 1 | LibC.NonBlocking | LibC.CloseOnExec, 0);
        if (descriptor < 0)
        {
            LastError = Marshal.GetLastPInvokeError();
            return false;
        }
        SetOption(descriptor, LibC.TcpLevel, LibC.NoDelay, 1);
        int result;
        fixed (byte* bytes = address.Buffer.Span)
            result = LibC.Connect(descriptor, bytes, address.Size);
        if (result < 0 && Marshal.GetLastPInvokeError() is var error and not LibC.InProgress)
        {
            LastError = error;
            _ = LibC.Close(descriptor);
            return false;
        }
        Open(descriptor, isConnected: false);
        return true;
    }

    /// <summary>Whether the attempt to connect has come to nothing; <see cref="LastError"/> says why.</summary>
    protected bool HasFailedToConnect()
    {
        int error;
        var length = sizeof(int);
        if (LibC.GetOption(Descriptor, LibC.SocketLevel, LibC.SocketError, &error, &length) < 0)
            error = Marshal.GetLastPInvokeError();
        LastError = error;
        return error != 0;
    }

    /// <summary>Receives what there is.</summary>
    /// <returns>How many bytes; 0 at the end, <see cref="WouldWait"/> or <see cref="Broken"/>.</returns>
    protected int Receive(Span<byte> buffer)
    {
        nint count;
        fixed (byte* bytes = buffer)
        {
            do count = LibC.Receive(Descriptor, bytes, (nuint)buffer.Length, 0);
            while (count < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        }
        if (count < 0)
        {
            LastError = Marshal.GetLastPInvokeError();
            IsReadable = false;
            return LastError == LibC.Again ? WouldWait : Broken;
        }
        // Less than there was room for is all that there was; what comes from now on is told.
        if (count < buffer.Length && !HasEnded)
            IsReadable = false;
        return (int)count;
    }

    /// <summary>Sends as much as there is room for.</summary>
    /// <returns>How many bytes, or <see cref="Broken"/>.</returns>
    protected int Send(ReadOnlySpan<byte> buffer)
    {
        nint count;
        fixed (byte* bytes = buffer)
        {
            do count = LibC.Send(Descriptor, bytes, (nuint)buffer.Length, LibC.NoSignal);
            while (count < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        }
        IsWritable = count == buffer.Length;
        if (count >= 0)
            return (int)count;
        LastError = Marshal.GetLastPInvokeError();
        return LastError == LibC.Again ? 0 : Broken;
    }

    /// <summary>Has sent bytes that nobody acknowledges for so long break the connection.</summary>
    /// <param name="limit">Zero for the system's own.</param>
    protected void LimitAcknowledgement(TimeSpan limit) =>
        SetOption(Descriptor, LibC.TcpLevel, LibC.UserTimeout, (int)limit.TotalMilliseconds);

    /// <summary>Closes it so that the other end cannot take it for a good end.</summary>
    protected void Reset()
    {
        if (!IsOpen)
            return;
        var linger = stackalloc int[] { 1, 0 };
        _ = LibC.SetOption(Descriptor, LibC.SocketLevel, LibC.Linger, linger, 2 * sizeof(int));
        Close();
    }

    /// <summary>Has <see cref="OnReady"/> called once more when all others have had their turn.</summary>
    protected void GoOnLater() => Loop.RunAgain(this);

    /// <summary>Gives the socket to somebody else, who has to close it.</summary>
    protected int Detach()
    {
        Loop.Unregister(this);
        var descriptor = Descriptor;
        Descriptor = -1;
        return descriptor;
    }

    private protected static void SetOption(int descriptor, int level, int name, int value) =>
        _ = LibC.SetOption(descriptor, level, name, &value, sizeof(int));
}
