using System.Buffers.Binary;

namespace Estiba.Files.Segments;

/// <summary>
/// What stands before each block of a segment: the same as its entry in the index, so that blocks are found when the
/// index is damaged. Readers that go by the index never see it.
/// </summary>
internal static class BlockMark
{
    /// <summary>
    /// Magic (8 bytes), length, raw length and checksum of the block (4 each), streams and timestamps (8 each),
    /// checksum of those.
    /// </summary>
    public const int Bytes = 8 + 3 * sizeof(int) + 4 * sizeof(long) + sizeof(uint);

    public static ReadOnlySpan<byte> Magic => "ESTBLCK1"u8;

    public static void Write(Span<byte> target, in BlockEntry block)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], block.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], block.RawLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], block.Checksum);
        BinaryPrimitives.WriteInt64LittleEndian(target[20..], block.FirstStream);
        BinaryPrimitives.WriteInt64LittleEndian(target[28..], block.LastStream);
        BinaryPrimitives.WriteInt64LittleEndian(target[36..], block.FirstTimestamp);
        BinaryPrimitives.WriteInt64LittleEndian(target[44..], block.LastTimestamp);
        BinaryPrimitives.WriteUInt32LittleEndian(target[52..], Checksum.Of(target[..52]));
    }

    /// <summary>
    /// The block that a mark at some place of a file stands before; null where there is no good mark.
    /// </summary>
    public static BlockEntry? Read(ReadOnlySpan<byte> source, long offset)
    {
        if (
            source.Length < Bytes
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[52..]) != Checksum.Of(source[..52])
        )
            return null;
        return new BlockEntry(
            offset + Bytes,
            BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[28..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[36..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[44..])
        );
    }
}
