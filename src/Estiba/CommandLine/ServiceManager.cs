using System.Net.Sockets;
using System.Text;

namespace Estiba.CommandLine;

/// <summary>
/// What a process says to systemd where that has started it (<c>Type=notify</c>): <c>systemctl start</c> returns when
/// it is ready, and fails when it is not.
/// </summary>
internal static class ServiceManager
{
    /// <summary>It does what it is for.</summary>
    internal static void Ready() => Tell("READY=1", Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    /// <summary>It has begun to end.</summary>
    internal static void Stopping() => Tell("STOPPING=1", Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    /// <summary>
    /// Whether the standard error is the journal's, where lines have a time already and may say how grave they are.
    /// </summary>
    /// <param name="journal"><c>JOURNAL_STREAM</c>, the device and inode of the journal's socket, which children of a
    /// service inherit although their output may go elsewhere.</param>
    /// <param name="error">What the standard error is, as the kernel writes it: <c>socket:[inode]</c>.</param>
    internal static bool IsJournal(string? journal, string? error) =>
        journal?.Split(':') is [_, { Length: > 0 } inode] && error == $"socket:[{inode}]";

    /// <summary>Whether this process writes to the journal.</summary>
    internal static bool HasJournal { get; } =
        IsJournal(Environment.GetEnvironmentVariable("JOURNAL_STREAM"), LinkOf("/proc/self/fd/2"));

    /// <summary>Sends a message; nobody to send it to, or one who takes none, is no reason to stop.</summary>
    internal static void Tell(string state, string? address)
    {
        if (address is not { Length: > 1 })
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(
                Encoding.ASCII.GetBytes(state),
                new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address)
            );
        }
        catch (SocketException)
        {
            // It was said as well as it could be.
        }
    }

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
