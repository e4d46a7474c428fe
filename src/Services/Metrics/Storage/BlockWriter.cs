using System.Buffers.Binary;
using Estiba.Files;

namespace Estiba.Metrics.Storage;

/// <summary>Writes a block file from its first byte to its last; <see cref="BlockFile"/> reads it.</summary>
/// <param name="target">Where to.</param>
internal sealed class BlockWriter(Stream target)
{
    private readonly List<BlockEntry> _entries = [];
    private long _length;

    /// <summary>Whether anything was written.</summary>
    public bool IsEmpty => _entries.Count == 0;

    /// <summary>Writes the chunk of a series; series come in the order of their ids.</summary>
    public void Add(uint series, long lastTime, ReadOnlySpan<byte> chunk)
    {
        Begin();
        var entry = new BlockEntry(series, chunk.Length, _length, (uint)lastTime);
        Span<byte> head = stackalloc byte[BlockFile.ChunkHeadBytes];
        BlockFile.WriteHead(head, entry, chunk);
        Write(head);
        Write(chunk);
        _entries.Add(entry);
    }

    /// <summary>Writes what leads to the chunks.</summary>
    public void Finish()
    {
        Begin();
        var index = _length;
        var fences = new byte[sizeof(uint) * ((_entries.Count + BlockFile.PageEntries - 1) / BlockFile.PageEntries)];
        var page = new byte[BlockFile.PageBytes];
        for (var i = 0; i < _entries.Count; i += BlockFile.PageEntries)
        {
            page.AsSpan().Clear();
            var count = Math.Min(BlockFile.PageEntries, _entries.Count - i);
            for (var j = 0; j < count; j++)
                _entries[i + j].Write(page.AsSpan(j * BlockEntry.Bytes));
            var sum = Checksum.Of(page.AsSpan(0, BlockFile.PageBytes - sizeof(uint)));
            BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(BlockFile.PageBytes - sizeof(uint)), sum);
            Write(page);
            var fence = fences.AsSpan(i / BlockFile.PageEntries * sizeof(uint));
            BinaryPrimitives.WriteUInt32LittleEndian(fence, _entries[i].Series);
        }

        Write(fences);
        Span<byte> foot = stackalloc byte[BlockFile.FootBytes];
        BinaryPrimitives.WriteInt64LittleEndian(foot, index);
        BinaryPrimitives.WriteInt32LittleEndian(foot[8..], _entries.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(foot[12..], IsEmpty ? 0 : _entries[^1].Series);
        BinaryPrimitives.WriteUInt32LittleEndian(foot[16..], Checksum.Of(fences));
        BinaryPrimitives.WriteUInt32LittleEndian(foot[20..], Checksum.Of(foot[..20]));
        BlockFile.Magic.CopyTo(foot[24..]);
        Write(foot);
    }

    private void Begin()
    {
        if (_length == 0)
            Write(BlockFile.Magic);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        target.Write(bytes);
        _length += bytes.Length;
    }
}

/// <summary>Where the chunk of a series is in a block file.</summary>
/// <param name="Series">Its id.</param>
/// <param name="Length">Of the chunk, without its head. Bytes.</param>
/// <param name="Offset">Of its head.</param>
/// <param name="LastTime">Of its newest value. Seconds since 1970.</param>
internal readonly record struct BlockEntry(uint Series, int Length, long Offset, uint LastTime)
{
    internal const int Bytes = 20;

    internal static BlockEntry Read(ReadOnlySpan<byte> bytes) =>
        new(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..])
        );

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Series);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], LastTime);
    }
}
