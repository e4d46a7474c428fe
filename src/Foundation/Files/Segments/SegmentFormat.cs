using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Crc = Estiba.Files.Checksum;

namespace Estiba.Files.Segments;

/// <summary>
/// One block of a segment: where it lies, and the streams and timestamps within. The sparse index is a list of these.
/// </summary>
internal readonly record struct BlockEntry(
    long Offset,
    int Length,
    int RawLength,
    uint Checksum,
    long FirstStream,
    long LastStream,
    long FirstTimestamp,
    long LastTimestamp
);

/// <summary>One stream of a segment: what its records there add up to.</summary>
internal readonly record struct SegmentStream(long Stream, StreamStatistics Statistics);

/// <summary>
/// What is kept in memory of every segment. Bytes are of the records, uncompressed; stored bytes with
/// each one's overhead.
/// </summary>
internal readonly record struct SegmentSummary(
    long FirstTimestamp,
    long LastTimestamp,
    long FirstStream,
    long LastStream,
    long Records,
    long RawBytes,
    long StoredBytes
);

/// <summary>
/// How a segment lies on disk: blocks, each compressed on its own; the block index; the stream directory; and a trailer
/// of fixed size that says where those are. Numbers of the trailer are little-endian; those of the index and directory
/// are varints, compressed.
/// </summary>
internal static class SegmentFormat
{
    /// <summary>
    /// Index and directory (offset, length, raw length, CRC: 24 bytes each), summary (7 x 8 bytes), CRC, 4 zero bytes,
    /// magic.
    /// </summary>
    public const int TrailerBytes = 2 * 24 + 7 * sizeof(long) + 8 + 8;

    /// <summary>
    /// Brotli at this quality is about six times smaller on access logs, for a third of the time of the next useful
    /// step.
    /// </summary>
    private const int Quality = 2;

    private const int Window = 18;

    public static ReadOnlySpan<byte> Magic => "ESTSEGM1"u8;

    /// <summary>Compresses into a rented buffer, which the caller returns to the shared pool.</summary>
    public static (byte[] Buffer, int Length) Compress(ReadOnlySpan<byte> raw)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(raw.Length));
        if (!BrotliEncoder.TryCompress(raw, buffer, out var length, Quality, Window))
            throw new InvalidOperationException("The compressor needs more room than it announced.");
        return (buffer, length);
    }

    public static void Decompress(ReadOnlySpan<byte> compressed, Span<byte> raw, uint checksum, string path)
    {
        if (
            Crc.Of(compressed) != checksum
            || !BrotliDecoder.TryDecompress(compressed, raw, out var length)
            || length != raw.Length
        )
            throw new InvalidDataException($"The segment '{path}' is damaged.");
    }

    public static void WriteBlocks(IBufferWriter<byte> target, List<BlockEntry> blocks)
    {
        Varint.Write(target, (ulong)blocks.Count);
        foreach (var block in blocks)
        {
            Varint.Write(target, (ulong)block.Offset);
            Varint.Write(target, (ulong)block.Length);
            Varint.Write(target, (ulong)block.RawLength);
            Varint.Write(target, block.Checksum);
            Varint.WriteSigned(target, block.FirstStream);
            Varint.WriteSigned(target, block.LastStream);
            Varint.WriteSigned(target, block.FirstTimestamp);
            Varint.WriteSigned(target, block.LastTimestamp - block.FirstTimestamp);
        }
    }

    public static BlockEntry[] ReadBlocks(ReadOnlySpan<byte> raw)
    {
        var at = 0;
        var blocks = new BlockEntry[(int)Varint.Read(raw, ref at)];
        for (var i = 0; i < blocks.Length; i++)
        {
            var offset = (long)Varint.Read(raw, ref at);
            var length = (int)Varint.Read(raw, ref at);
            var rawLength = (int)Varint.Read(raw, ref at);
            var checksum = (uint)Varint.Read(raw, ref at);
            var firstStream = Varint.ReadSigned(raw, ref at);
            var lastStream = Varint.ReadSigned(raw, ref at);
            var first = Varint.ReadSigned(raw, ref at);
            blocks[i] = new BlockEntry(
                offset,
                length,
                rawLength,
                checksum,
                firstStream,
                lastStream,
                first,
                first + Varint.ReadSigned(raw, ref at)
            );
        }

        return blocks;
    }

    public static void WriteStreams(IBufferWriter<byte> target, List<SegmentStream> streams)
    {
        Varint.Write(target, (ulong)streams.Count);
        var previous = 0L;
        foreach (var (stream, statistics) in streams)
        {
            Varint.WriteSigned(target, stream - previous);
            Varint.WriteSigned(target, statistics.FirstTimestamp);
            Varint.WriteSigned(target, statistics.LastTimestamp - statistics.FirstTimestamp);
            Varint.WriteSigned(target, statistics.LastIngestionTime - statistics.LastTimestamp);
            Varint.Write(target, (ulong)statistics.StoredBytes);
            previous = stream;
        }
    }

    public static SegmentStream[] ReadStreams(ReadOnlySpan<byte> raw)
    {
        var at = 0;
        var streams = new SegmentStream[(int)Varint.Read(raw, ref at)];
        var stream = 0L;
        for (var i = 0; i < streams.Length; i++)
        {
            stream += Varint.ReadSigned(raw, ref at);
            var first = Varint.ReadSigned(raw, ref at);
            var last = first + Varint.ReadSigned(raw, ref at);
            var ingestion = last + Varint.ReadSigned(raw, ref at);
            streams[i] = new SegmentStream(
                stream,
                new StreamStatistics(first, last, ingestion, (long)Varint.Read(raw, ref at))
            );
        }

        return streams;
    }

    public static void WriteTrailer(Span<byte> target, in Section index, in Section streams, in SegmentSummary summary)
    {
        index.Write(target);
        streams.Write(target[24..]);
        var at = 48;
        foreach (
            var value in (ReadOnlySpan<long>)
                [
                    summary.FirstTimestamp,
                    summary.LastTimestamp,
                    summary.FirstStream,
                    summary.LastStream,
                    summary.Records,
                    summary.RawBytes,
                    summary.StoredBytes,
                ]
        )
        {
            BinaryPrimitives.WriteInt64LittleEndian(target[at..], value);
            at += sizeof(long);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(target[at..], Crc.Of(target[..at]));
        BinaryPrimitives.WriteInt32LittleEndian(target[(at + 4)..], 0);
        Magic.CopyTo(target[(at + 8)..]);
    }

    public static (Section Index, Section Streams, SegmentSummary Summary) ReadTrailer(
        ReadOnlySpan<byte> source,
        string path
    )
    {
        const int End = 48 + 7 * sizeof(long);
        if (
            !source[(End + 8)..].SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[End..]) != Crc.Of(source[..End])
        )
            throw new InvalidDataException($"The segment '{path}' is damaged.");

        return (
            Section.Read(source),
            Section.Read(source[24..]),
            new SegmentSummary(
                Number(source, 0),
                Number(source, 1),
                Number(source, 2),
                Number(source, 3),
                Number(source, 4),
                Number(source, 5),
                Number(source, 6)
            )
        );

        static long Number(ReadOnlySpan<byte> source, int index) =>
            BinaryPrimitives.ReadInt64LittleEndian(source[(48 + index * sizeof(long))..]);
    }

    /// <summary>Where a compressed part of the file lies.</summary>
    public readonly record struct Section(long Offset, int Length, int RawLength, uint Checksum)
    {
        public void Write(Span<byte> target)
        {
            BinaryPrimitives.WriteInt64LittleEndian(target, Offset);
            BinaryPrimitives.WriteInt32LittleEndian(target[8..], Length);
            BinaryPrimitives.WriteInt32LittleEndian(target[12..], RawLength);
            BinaryPrimitives.WriteUInt32LittleEndian(target[16..], Checksum);
            BinaryPrimitives.WriteInt32LittleEndian(target[20..], 0);
        }

        public static Section Read(ReadOnlySpan<byte> source) =>
            new(
                BinaryPrimitives.ReadInt64LittleEndian(source),
                BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
                BinaryPrimitives.ReadUInt32LittleEndian(source[16..])
            );
    }
}
