using System.Buffers;

namespace Estiba.Files.Segments;

/// <summary>Reads a segment for one query or one merge.</summary>
/// <exception cref="InvalidDataException">The file is damaged.</exception>
/// <exception cref="FileNotFoundException">It is not there.</exception>
internal sealed class SegmentReader : IDisposable
{
    private const int ScanBytes = 1 << 20;

    private readonly string _place;
    private readonly IStoredFile _file;
    private readonly SegmentFormat.Section _index;
    private readonly SegmentFormat.Section _streams;
    private readonly SegmentSummary _summary;

    private SegmentReader(IFileStore store, string file, bool checkTrailer = true)
    {
        _place = store.Locate(file);
        _file = OpenFile(store, file);
        if (!checkTrailer)
            return;
        try
        {
            Span<byte> trailer = stackalloc byte[SegmentFormat.TrailerBytes];
            var length = _file.Length;
            if (length < trailer.Length)
                throw new InvalidDataException($"The segment '{_place}' is damaged.");
            Read(trailer, length - trailer.Length);
            (_index, _streams, _summary) = SegmentFormat.ReadTrailer(trailer, _place);
        }
        catch (Exception)
        {
            _file.Dispose();
            throw;
        }
    }

    public static SegmentReader Open(IFileStore store, string file) => new(store, file);

    /// <summary>Reads what is known of a segment without reading its records.</summary>
    public static (SegmentSummary Summary, SegmentStream[] Streams) ReadContents(IFileStore store, string file)
    {
        using var reader = new SegmentReader(store, file);
        return (reader._summary, reader.ReadStreams());
    }

    /// <exception cref="InvalidDataException">The index is damaged; <see cref="FindBlocks"/> may find the
    /// blocks.</exception>
    public BlockEntry[] ReadBlocks() => ReadSection(_index, static raw => SegmentFormat.ReadBlocks(raw));

    /// <summary>
    /// Finds the blocks without the index, by what stands before each of them. Segments of earlier versions do not have
    /// that.
    /// </summary>
    public static BlockEntry[] FindBlocks(IFileStore store, string file)
    {
        using var opened = OpenFile(store, file);
        var blocks = new List<BlockEntry>();
        var buffer = new byte[ScanBytes];
        for (long offset = 0; ; )
        {
            var read = DiskFault.Read(opened.Read, buffer, offset);
            var data = buffer.AsSpan(0, read);
            var at = data.IndexOf(BlockMark.Magic);
            if (at < 0 && read < buffer.Length)
                return [.. blocks];
            if (at != 0)
            {
                // What may be the beginning of a mark is looked at again, whole.
                offset += at > 0 ? at : read - BlockMark.Magic.Length + 1;
                continue;
            }

            var block = BlockMark.Read(data, offset);
            if (block is { } found)
                blocks.Add(found);
            offset = block is { Length: >= 0 } next ? next.Offset + next.Length : offset + 1;
        }
    }

    /// <summary>Reads the blocks of a segment whose trailer may be damaged.</summary>
    public static SegmentReader OpenDamaged(IFileStore store, string file) => new(store, file, checkTrailer: false);

    public SegmentStream[] ReadStreams() => ReadSection(_streams, static raw => SegmentFormat.ReadStreams(raw));

    /// <summary>Reads a block into a rented buffer, which the caller returns to the shared pool.</summary>
    public byte[] ReadBlock(in BlockEntry block) =>
        ReadSection(new SegmentFormat.Section(block.Offset, block.Length, block.RawLength, block.Checksum));

    /// <summary>
    /// Reads a block into a rented buffer, which the caller returns to the shared pool; null when it is damaged.
    /// </summary>
    public byte[]? TryReadBlock(in BlockEntry block)
    {
        try
        {
            return ReadBlock(block);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();

    private static IStoredFile OpenFile(IFileStore store, string file)
    {
        try
        {
            return store.OpenRead(file)
                ?? throw new FileNotFoundException($"The segment '{store.Locate(file)}' is missing.");
        }
        catch (IOException fault) when (DiskFault.Is(fault))
        {
            throw Unreadable(store.Locate(file), fault);
        }
    }

    private static InvalidDataException Unreadable(string place, IOException fault) =>
        new($"The segment '{place}' cannot be read: {fault.Message}", fault);

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
            SegmentFormat.Decompress(
                compressed.AsSpan(0, section.Length),
                raw.AsSpan(0, section.RawLength),
                section.Checksum,
                _place
            );
            return raw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
        }
    }

    private void Read(Span<byte> target, long offset)
    {
        try
        {
            while (!target.IsEmpty)
            {
                var read = _file.Read(target, offset);
                if (read == 0)
                    throw new InvalidDataException($"The segment '{_place}' is damaged.");
                target = target[read..];
                offset += read;
            }
        }
        catch (IOException fault) when (DiskFault.Is(fault))
        {
            throw Unreadable(_place, fault);
        }
    }

    private delegate T[] Parse<T>(ReadOnlySpan<byte> raw);
}
