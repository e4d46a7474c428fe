using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Logs.Storage;

/// <summary>Reads a segment for one query or one merge.</summary>
/// <exception cref="InvalidDataException">The file is damaged.</exception>
internal sealed class SegmentReader : IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle handle;
    private readonly SegmentFormat.Section index;
    private readonly SegmentFormat.Section streams;
    private readonly SegmentSummary summary;

    private SegmentReader(string path)
    {
        this.path = path;
        handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            Span<byte> trailer = stackalloc byte[SegmentFormat.TrailerBytes];
            var length = RandomAccess.GetLength(handle);
            if (length < trailer.Length) throw new InvalidDataException($"The log segment '{path}' is damaged.");
            Read(trailer, length - trailer.Length);
            (index, streams, summary) = SegmentFormat.ReadTrailer(trailer, path);
        }
        catch (Exception)
        {
            handle.Dispose();
            throw;
        }
    }

    public static SegmentReader Open(Segment segment) => new(segment.Path);

    /// <summary>Reads what is known of a segment without reading its events.</summary>
    public static (SegmentSummary Summary, SegmentStream[] Streams) ReadContents(string path)
    {
        using var reader = new SegmentReader(path);
        return (reader.summary, reader.ReadStreams());
    }

    public BlockEntry[] ReadBlocks() => ReadSection(index, static raw => SegmentFormat.ReadBlocks(raw));

    public SegmentStream[] ReadStreams() => ReadSection(streams, static raw => SegmentFormat.ReadStreams(raw));

    /// <summary>Reads a block into a rented buffer, which the caller returns to the shared pool.</summary>
    public byte[] ReadBlock(in BlockEntry block) =>
        ReadSection(new SegmentFormat.Section(block.Offset, block.Length, block.RawLength, block.Checksum));

    public void Dispose() => handle.Dispose();

    private T[] ReadSection<T>(SegmentFormat.Section section, Parse<T> parse)
    {
        var raw = ReadSection(section);
        try
        {
            return parse(raw.AsSpan(0, section.RawLength));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
        }
    }

    private byte[] ReadSection(SegmentFormat.Section section)
    {
        var compressed = ArrayPool<byte>.Shared.Rent(section.Length);
        var raw = ArrayPool<byte>.Shared.Rent(section.RawLength);
        try
        {
            Read(compressed.AsSpan(0, section.Length), section.Offset);
            SegmentFormat.Decompress(compressed.AsSpan(0, section.Length), raw.AsSpan(0, section.RawLength), section.Checksum, path);
            return raw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
        }
    }

    private void Read(Span<byte> target, long offset)
    {
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(handle, target, offset);
            if (read == 0) throw new InvalidDataException($"The log segment '{path}' is damaged.");
            target = target[read..];
            offset += read;
        }
    }

    private delegate T[] Parse<T>(ReadOnlySpan<byte> raw);
}
