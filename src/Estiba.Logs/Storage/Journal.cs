using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Logs.Storage;

/// <summary>
/// A file that batches of all groups and streams are appended to as they arrive, so that one sync makes all of them durable. It lives
/// until its batches have been sorted into segments.
/// </summary>
/// <remarks>
/// Header: magic (8 bytes), number, first sequence (8 bytes each), CRC-32C of those (4 bytes), 4 zero bytes. Then frames
/// (<see cref="BatchFrame"/>). What lies behind the last whole frame is a write that nobody was told had succeeded.
/// </remarks>
internal sealed class Journal : SharedFile
{
    public const int HeaderBytes = 32;
    private const string Extension = ".journal";
    private const int ScanBytes = 1 << 20;

    private readonly SafeFileHandle handle;

    private Journal(string path, long number, long firstSequence, SafeFileHandle handle)
        : base(path)
    {
        this.handle = handle;
        Number = number;
        FirstSequence = firstSequence;
        Length = HeaderBytes;
    }

    private static ReadOnlySpan<byte> Magic => "ESTJRNL1"u8;

    /// <summary>Counts up from journal to journal; segments say which journals they hold.</summary>
    public long Number { get; }

    /// <summary>The sequence of the first event, whether or not there is one.</summary>
    public long FirstSequence { get; }

    /// <summary>How much of the file is durable and published. Bytes.</summary>
    public long Length { get; private set; }

    public Dictionary<long, JournalSlice> Slices { get; } = [];

    public static IEnumerable<(long Number, string Path)> List(string directory) => Directory
        .EnumerateFiles(directory, "*" + Extension)
        .Select(path => (Ok: long.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), NumberStyles.None, null, out var number), number, path))
        .Where(file => file.Ok)
        .Select(file => (file.number, file.path))
        .OrderBy(file => file.number);

    /// <summary>A new, empty, durable journal.</summary>
    /// <exception cref="IOException">It could not be made; nothing is left of it where that is possible.</exception>
    public static Journal Create(string directory, long number, long firstSequence)
    {
        var path = System.IO.Path.Combine(directory, number.ToString("D19", CultureInfo.InvariantCulture) + Extension);
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            Magic.CopyTo(header);
            BinaryPrimitives.WriteInt64LittleEndian(header[8..], number);
            BinaryPrimitives.WriteInt64LittleEndian(header[16..], firstSequence);
            BinaryPrimitives.WriteUInt32LittleEndian(header[24..], Checksum.Of(header[..24]));
            RandomAccess.Write(file, header, 0);
            RandomAccess.FlushToDisk(file);
            DurableDirectory.Sync(directory);
            return new Journal(path, number, firstSequence, file);
        }
        catch (IOException)
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a journal that an earlier process left, hands out every whole batch, and cuts off what follows the last one.</summary>
    /// <returns>Null when the file was never finished being made; it is deleted.</returns>
    public static Journal? Recover(string path, Action<Journal, BatchRef, BatchHeader> found)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[HeaderBytes];
        var whole = RandomAccess.Read(file, header, 0) == HeaderBytes
            && header.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(header[24..]) == Checksum.Of(header[..24]);
        if (!whole)
        {
            file.Dispose();
            File.Delete(path);
            return null;
        }

        var journal = new Journal(
            path, BinaryPrimitives.ReadInt64LittleEndian(header[8..]), BinaryPrimitives.ReadInt64LittleEndian(header[16..]), file);
        journal.Replay(found);
        if (RandomAccess.GetLength(file) > journal.Length)
        {
            RandomAccess.SetLength(file, journal.Length);
            RandomAccess.FlushToDisk(file);
        }

        return journal;
    }

    /// <summary>Appends sealed frames and waits until they are durable.</summary>
    /// <exception cref="IOException">They are not; <see cref="Rewind"/> before trying again.</exception>
    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> frames, long bytes)
    {
        RandomAccess.Write(handle, frames, Length);
        RandomAccess.FlushToDisk(handle);
        Length += bytes;
    }

    /// <summary>Cuts off what a failed append left.</summary>
    public void Rewind() => RandomAccess.SetLength(handle, Length);

    public void Read(Span<byte> target, long offset)
    {
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(handle, target, offset);
            if (read == 0) throw new InvalidDataException($"The journal '{Path}' ends before a batch that was written to it.");
            target = target[read..];
            offset += read;
        }
    }

    public void Close() => handle.Dispose();

    protected override void Remove()
    {
        handle.Dispose();
        base.Remove();
    }

    private void Replay(Action<Journal, BatchRef, BatchHeader> found)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ScanBytes);
        var (start, filled, ended) = (0, 0, false);
        while (true)
        {
            var data = buffer.AsSpan(start, filled - start);
            var length = BatchFrame.WholeLength(data);
            if (length > 0 && length <= data.Length)
            {
                if (!BatchFrame.IsIntact(data[..length])) break;
                Announce(data[..length], found);
                start += length;
                continue;
            }

            if (ended || (length == 0 && data.Length >= BatchFrame.PrefixBytes)) break;

            var target = length > buffer.Length ? ArrayPool<byte>.Shared.Rent(length) : buffer;
            data.CopyTo(target);
            if (target != buffer) ArrayPool<byte>.Shared.Return(buffer);
            (buffer, filled, start) = (target, data.Length, 0);

            var read = RandomAccess.Read(handle, buffer.AsSpan(filled), Length + filled);
            filled += read;
            ended = read == 0;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Announce(ReadOnlySpan<byte> frame, Action<Journal, BatchRef, BatchHeader> found)
    {
        var events = new BatchReader(frame);
        var accounted = 0;
        while (events.MoveNext()) accounted += events.Message.Length + StoredEvent.OverheadBytes;

        var header = events.Header;
        found(this, new BatchRef(
            header.Key.Stream, Length, header.FirstTimestamp, header.LastTimestamp, header.IngestionTime, frame.Length, accounted, -1), header);
        Length += frame.Length;
    }
}
