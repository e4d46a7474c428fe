using System.Net.Sockets;

namespace Estiba.Compute.Networking;

/// <summary>
/// Makes sure that two platforms on one host do not share a network: each would take the other's addresses away. The
/// claim is a socket in the kernel's abstract namespace, which belongs to the same network namespace as the bridge,
/// leaves no file and ends with the process.
/// </summary>
/// <remarks>
/// A program that is being started has copies of all sockets of who starts it until it is executed, so the kernel may
/// know a name for a moment after it was given up. Who has a claim listens, and who gives it up stops listening first:
/// that counts for the copies as well.
/// </remarks>
internal sealed class NetworkClaim : IDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Socket _socket;

    private NetworkClaim(Socket socket) => _socket = socket;

    /// <summary>The claim, held until it is disposed of; null when another process has it.</summary>
    public static NetworkClaim? TryTake(string network)
    {
        var name = new UnixDomainSocketEndPoint($"\0estiba/network/{network}");
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            if (TryListen(network, name) is { } socket)
                return new NetworkClaim(socket);
            if (waited >= LongestStart || IsListenedTo(name))
                return null;
            Thread.Sleep(Pause);
        }
    }

    /// <summary>Gives it up.</summary>
    public void Dispose()
    {
        if (!_socket.SafeHandle.IsClosed)
            _socket.Shutdown(SocketShutdown.Both);
        _socket.Dispose();
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static Socket? TryListen(string network, UnixDomainSocketEndPoint name)
    {
        var socket = NewSocket();
        try
        {
            socket.Bind(name);
            socket.Listen(1);
            return socket;
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            return null;
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new NetworkException(
                $"This kernel has no abstract sockets to claim network {network} with: {failure.Message}",
                failure
            );
        }
    }

    private static bool IsListenedTo(UnixDomainSocketEndPoint name)
    {
        using var socket = NewSocket();
        socket.Blocking = false;
        try
        {
            socket.Connect(name);
            return true;
        }
        catch (SocketException failure)
        {
            // Nobody accepts, so a queue that is full says that somebody listens.
            return failure.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }
}
