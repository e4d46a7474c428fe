using System.Net;
using System.Net.Sockets;

namespace Estiba.Listeners.Tests;

/// <summary>Ports for whoever must be told its port before it listens.</summary>
/// <remarks>
/// A port that the kernel hands out is free for a moment only: it gives the same one to the next who connects somewhere
/// or listens on port 0. These are below the ones that it hands out, and each test process of a machine takes others:
/// an abstract socket with the port in its name says that it is taken, for as long as the process lives.
/// </remarks>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Count = 10_000;

    private static readonly Lock Gate = new();
    private static readonly List<Socket> Claims = [];
    private static int _next = Environment.ProcessId * 97 % Count;

    /// <summary>A port that nobody listens on, on any address, and that no other test is given.</summary>
    internal static int Take()
    {
        lock (Gate)
        {
            for (var tries = 0; tries < Count; tries++)
            {
                var port = First + _next;
                _next = (_next + 1) % Count;
                var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    claim.Bind(new UnixDomainSocketEndPoint($"\0estiba-test-port-{port}"));
                    using var listener = new TcpListener(IPAddress.Any, port);
                    listener.Start();
                    Claims.Add(claim);
                    return port;
                }
                catch (SocketException)
                {
                    claim.Dispose(); // somebody else's
                }
            }
        }

        throw new InvalidOperationException($"No port is free from {First} to {First + Count - 1}.");
    }
}
