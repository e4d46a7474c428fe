using System.Buffers.Binary;
using System.Numerics;

namespace Estiba.Files;

/// <summary>
/// CRC-32C, by the processor's own instruction where it has one: tells what the disk gave back from what was written.
/// </summary>
public static class Checksum
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => ~Continue(uint.MaxValue, data);

    /// <summary>
    /// Goes on with a checksum that began with <see cref="uint.MaxValue"/> and ends with its complement.
    /// </summary>
    public static uint Continue(uint crc, ReadOnlySpan<byte> data)
    {
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (var value in data)
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
