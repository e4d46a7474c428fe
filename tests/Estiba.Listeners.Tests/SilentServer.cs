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
        // Until no more may wait.
        while (_waiting.TrueForAll(socket => socket.Connected))
        {
            var next = NewSocket();
            _waiting.Add(next);
            next.ConnectAsync(EndPoint).Wait(TimeSpan.FromSeconds(1));
        }
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listening.LocalEndPoint!;

    public void Dispose()
    {
        _waiting.ForEach(socket => socket.Dispose());
        _listening.Dispose();
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
