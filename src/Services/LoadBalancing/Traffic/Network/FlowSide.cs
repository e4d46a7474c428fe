using System.Net.Security;
using System.Net.Sockets;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>One end of a connection that is carried: the client's or the target's.</summary>
internal abstract class FlowSide(Socket socket)
{
    public Socket Socket => socket;

    /// <summary>Waits until there is something to read, or the end. Holds no buffer meanwhile.</summary>
    public abstract ValueTask<int> WaitAsync();

    /// <summary>Reads; 0 is the end.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer);

    /// <summary>Writes all.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Says that nothing more will be written; the other way stays open.</summary>
    public abstract ValueTask EndAsync();

    /// <summary>Closes when both ways have come to their ends.</summary>
    public virtual void Close() => socket.Dispose();

    /// <summary>Closes at once and says so: RST.</summary>
    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The other end was faster.
        }

        socket.Dispose();
    }
}

/// <summary>An end that is read as it comes.</summary>
internal sealed class PlainSide(Socket socket) : FlowSide(socket)
{
    public override ValueTask<int> WaitAsync() => Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer) => Socket.ReceiveAsync(buffer, SocketFlags.None);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await Socket.SendAsync(bytes, SocketFlags.None)..];
    }

    public override ValueTask EndAsync()
    {
        Socket.Shutdown(SocketShutdown.Send);
        return default;
    }
}

/// <summary>An end that speaks TLS.</summary>
internal sealed class TlsSide(Socket socket, SslStream stream) : FlowSide(socket)
{
    /// <summary>What was negotiated by ALPN; empty for nothing.</summary>
    public SslApplicationProtocol Protocol => stream.NegotiatedApplicationProtocol;

    public override ValueTask<int> WaitAsync() => stream.ReadAsync(Memory<byte>.Empty);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer) => stream.ReadAsync(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);

    public override async ValueTask EndAsync()
    {
        await stream.ShutdownAsync();
        Socket.Shutdown(SocketShutdown.Send);
    }

    public override void Close()
    {
        stream.Dispose();
        base.Close();
    }
}
