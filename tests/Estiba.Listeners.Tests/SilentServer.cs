using System.Net;
using System.Net.Sockets;

namespace Estiba.Listeners.Tests;

/// <summary>A server that neither accepts connections nor refuses them, as one whose host is gone.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly Socket _listening = NewSocket();
    private readonly List<Socket> _waiting = [];

    public SilentServer()
    {
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen(0);
        while (TakesOneMore()) { }
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listening.LocalEndPoint!;

    public void Dispose()
    {
        _waiting.ForEach(socket => socket.Dispose());
        _listening.Dispose();
    }

    private bool TakesOneMore()
    {
        var next = NewSocket();
        _waiting.Add(next);
        next.Blocking = false;
        try
        {
            next.Connect(EndPoint);
        }
        catch (SocketException begun) when (begun.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // It goes on.
        }

        return next.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectWrite);
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
