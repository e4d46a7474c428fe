using System.Buffers.Binary;

namespace Estiba.Dns.Wire;

/// <summary>Messages on a connection: each follows its length in two bytes (RFC 1035, 4.2.2).</summary>
internal static class TcpMessages
{
    /// <summary>The next message; null when the other side has ended.</summary>
    /// <exception cref="EndOfStreamException">It ended in the middle of one.</exception>
    internal static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var prefix = new byte[sizeof(ushort)];
        var read = await stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, cancellation);
        if (read == 0)
            return null;
        if (read < prefix.Length)
            throw new EndOfStreamException();
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        await stream.ReadExactlyAsync(message, cancellation);
        return message;
    }

    /// <summary>Writes a message, in one piece with its length.</summary>
    internal static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var framed = new byte[sizeof(ushort) + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed.AsMemory(sizeof(ushort)));
        await stream.WriteAsync(framed, cancellation);
    }
}
