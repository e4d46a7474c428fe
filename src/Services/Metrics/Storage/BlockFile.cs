using System.Buffers;
using System.Buffers.Binary;
using Estiba.Files;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Metrics.Storage;

/// <summary>An immutable file with the values of many series in one window of time.</summary>
/// <remarks>
/// Magic (8 bytes); chunks by series (head: id, length, newest time, CRC-32C; then a <see cref="Chunk"/>); pages of
/// entries (<see cref="BlockEntry"/>), each with a CRC-32C at its end; the first id of each page; where the pages
/// begin, how many entries, the last id, CRC-32C of the first ids and of that, magic. In memory is
/// only the first id of each page.
/// </remarks>
internal sealed class BlockFile : IDisposable
{
    internal const int ChunkHeadBytes = 16;
    internal const int PageEntries = 200;
    internal const int PageBytes = PageEntries * BlockEntry.Bytes + sizeof(uint);
    internal const int FootBytes = 32;
    private const int MostChunkBytes = 64 << 20;

    private readonly SafeFileHandle _handle;
    private readonly uint[] _fences;
    private readonly long _index;
    private readonly int _count;

    private BlockFile(string path, BlockName name, SafeFileHandle handle, long index, int count, uint[] fences)
    {
        (Path, Name, _handle, _index, _count, _fences) = (path, name, handle, index, count, fences);
        Length = RandomAccess.GetLength(handle);
    }

    internal static ReadOnlySpan<byte> Magic => "ESTMTRC1"u8;

    /// <summary>Where it is.</summary>
    internal string Path { get; }

    /// <summary>What is in it.</summary>
    internal BlockName Name { get; }

    /// <summary>In bytes.</summary>
    internal long Length { get; }

    /// <summary>The greatest id in it.</summary>
    internal uint LastSeries { get; private init; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">What leads to its chunks is damaged.</exception>
    internal static BlockFile Open(string path, BlockName name)
    {
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            var length = RandomAccess.GetLength(handle);
            Span<byte> foot = stackalloc byte[FootBytes];
            if (length < FootBytes)
                throw Damaged(path);
            Read(handle, path, foot, length - FootBytes);
            Span<byte> head = stackalloc byte[Magic.Length];
            Read(handle, path, head, 0);
            var index = BinaryPrimitives.ReadInt64LittleEndian(foot);
            var count = BinaryPrimitives.ReadInt32LittleEndian(foot[8..]);
            var isFoot =
                head.SequenceEqual(Magic)
                && foot[24..].SequenceEqual(Magic)
                && BinaryPrimitives.ReadUInt32LittleEndian(foot[20..]) == Checksum.Of(foot[..20]);
            var pages = (count + PageEntries - 1) / PageEntries;
            var at = index + (long)pages * PageBytes;
            if (!isFoot || at + pages * sizeof(uint) + FootBytes != length)
                throw Damaged(path);
            var bytes = new byte[pages * sizeof(uint)];
            Read(handle, path, bytes, at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(foot[16..]) != Checksum.Of(bytes))
                throw Damaged(path);
            var fences = new uint[pages];
            for (var i = 0; i < pages; i++)
                fences[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)));
            return new BlockFile(path, name, handle, index, count, fences)
            {
                LastSeries = BinaryPrimitives.ReadUInt32LittleEndian(foot[12..]),
            };
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Saves what is good of a damaged file: its good chunks become another, and it is kept aside.</summary>
    /// <returns>Where it is kept, and how many chunks were good.</returns>
    internal static (string Aside, int Saved) Salvage(string path)
    {
        var good = Scan(path).ToList();
        var aside = Aside.Move(path);
        DurableFile.Write(path, durably: true, stream =>
        {
            using var source = File.OpenHandle(aside);
            var writer = new BlockWriter(stream);
            var last = -1L;
            foreach (var entry in good.OrderBy(entry => entry.Series))
            {
                if (entry.Series == last)
                    continue;
                last = entry.Series;
                var chunk = new byte[entry.Length];
                Read(source, aside, chunk, entry.Offset + ChunkHeadBytes);
                writer.Add(entry.Series, entry.LastTime, chunk);
            }

            writer.Finish();
        });
        return (aside, good.Count);
    }

    /// <summary>The chunks of a file that are as they were written, wherever they are.</summary>
    internal static IEnumerable<BlockEntry> Scan(string path)
    {
        var bytes = File.ReadAllBytes(path);
        for (var at = Magic.Length; at + ChunkHeadBytes < bytes.Length; )
        {
            var entry = new BlockEntry(
                BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)),
                BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4)),
                at,
                BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8))
            );
            var isThere =
                entry.Length > 0
                && entry.Length <= bytes.Length - at - ChunkHeadBytes
                && IsGood(bytes.AsSpan(at, ChunkHeadBytes + entry.Length));
            if (isThere)
                yield return entry;
            at += isThere ? ChunkHeadBytes + entry.Length : 1;
        }
    }

    /// <summary>Writes what stands before a chunk.</summary>
    internal static void WriteHead(Span<byte> head, in BlockEntry entry, ReadOnlySpan<byte> chunk)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(head, entry.Series);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], entry.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], entry.LastTime);
        var sum = ~Checksum.Continue(Checksum.Continue(uint.MaxValue, head[..12]), chunk);
        BinaryPrimitives.WriteUInt32LittleEndian(head[12..], sum);
    }

    /// <summary>The summaries of a series; none where it has none in this file.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    /// <exception cref="ObjectDisposedException">The file was replaced by another.</exception>
    internal TimedSummary[] Read(uint series, bool withValues) =>
        Find(series) is { } entry ? Read(entry, withValues) : [];

    /// <summary>The summaries that an entry leads to.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    internal TimedSummary[] Read(in BlockEntry entry, bool withValues)
    {
        if (entry.Length is < 1 or > MostChunkBytes)
            throw Damaged(Path);
        var size = ChunkHeadBytes + entry.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var bytes = buffer.AsSpan(0, size);
            Read(_handle, Path, bytes, entry.Offset);
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != entry.Series || !IsGood(bytes))
                throw new InvalidDataException(
                    $"The values of a series at byte {entry.Offset} of {Path} are damaged; the others are read."
                );
            return Chunk.Read(bytes[ChunkHeadBytes..], Name.Window, Name.Tier.Resolution, withValues);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Where the chunks of all series are, in the order of their ids.</summary>
    /// <exception cref="InvalidDataException">A page of them is damaged.</exception>
    internal IEnumerable<BlockEntry> Entries()
    {
        var page = new byte[PageBytes];
        for (var i = 0; i < _count; i++)
        {
            if (i % PageEntries == 0)
                ReadPage(page, i / PageEntries);
            yield return BlockEntry.Read(page.AsSpan(i % PageEntries * BlockEntry.Bytes));
        }
    }

    /// <summary>Lets go of the file.</summary>
    public void Dispose() => _handle.Dispose();

    private BlockEntry? Find(uint series)
    {
        var page = Array.BinarySearch(_fences, series);
        if (page < 0)
            page = ~page - 1;
        if (page < 0)
            return null;
        var bytes = ArrayPool<byte>.Shared.Rent(PageBytes);
        try
        {
            ReadPage(bytes, page);
            var (low, high) = (0, Math.Min(PageEntries, _count - page * PageEntries) - 1);
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var entry = BlockEntry.Read(bytes.AsSpan(middle * BlockEntry.Bytes));
                if (entry.Series == series)
                    return entry;
                if (entry.Series < series)
                    low = middle + 1;
                else
                    high = middle - 1;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void ReadPage(byte[] page, int number)
    {
        Read(_handle, Path, page.AsSpan(0, PageBytes), _index + (long)number * PageBytes);
        var sum = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(PageBytes - sizeof(uint)));
        if (sum != Checksum.Of(page.AsSpan(0, PageBytes - sizeof(uint))))
            throw Damaged(Path);
    }

    private static bool IsGood(ReadOnlySpan<byte> chunk) =>
        BinaryPrimitives.ReadUInt32LittleEndian(chunk[12..])
        == ~Checksum.Continue(Checksum.Continue(uint.MaxValue, chunk[..12]), chunk[ChunkHeadBytes..]);

    private static void Read(SafeFileHandle handle, string path, Span<byte> target, long offset)
    {
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(handle, target, offset);
            if (read == 0)
                throw Damaged(path);
            target = target[read..];
            offset += read;
        }
    }

    private static InvalidDataException Damaged(string path) => new($"What leads to the values in {path} is damaged.");
}
