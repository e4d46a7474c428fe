using System.Net.Sockets;

namespace Estiba.Compute.Networking;

/// <summary>
/// Makes sure that two platforms on one host do not share a network: each would take the other's addresses away. The
/// claim is a socket in the kernel's abstract namespace, which belongs to the same network namespace as the bridge,
/// leaves no file and ends with the process.
/// </summary>
internal static class NetworkClaim
{
    /// <summary>The claim, held until it is disposed of; null when another process has it.</summary>
    public static IDisposable? TryTake(string network)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint($"\0estiba/network/{network}"));
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
}
