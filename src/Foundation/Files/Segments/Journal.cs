using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Files.Segments;

/// <summary>
/// A file that batches of all groups and streams are appended to as they arrive, so that one sync makes all of them
/// durable. It lives until its batches have been sorted into segments.
/// </summary>
/// <remarks>
/// Header: magic (8 bytes), number, first sequence (8 bytes each), CRC-32C of those (4 bytes), 4 zero bytes. Then
/// frames (<see cref="BatchFrame"/>). What lies behind the last whole frame is most likely a write that nobody was told
/// had succeeded.
/// </remarks>
internal sealed partial class Journal : SharedFile
{
    public const int HeaderBytes = 32;
    private const string Extension = ".journal";

    private readonly SafeFileHandle _handle;

    private Journal(string path, long number, long firstSequence, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
        Number = number;
        FirstSequence = firstSequence;
        Length = HeaderBytes;
    }

    private static ReadOnlySpan<byte> Magic => "ESTJRNL1"u8;

    public string Path { get; }

    /// <summary>Counts up from journal to journal; segments say which journals they hold.</summary>
    public long Number { get; }

    /// <summary>The sequence of the first record, whether or not there is one.</summary>
    public long FirstSequence { get; private set; }

    /// <summary>How much of the file is durable and published. Bytes.</summary>
    public long Length { get; private set; }

    public Dictionary<long, JournalSlice> Slices { get; } = [];

    public static IEnumerable<(long Number, string Path)> List(string directory) =>
        Directory
            .EnumerateFiles(directory, "*" + Extension)
            .Select(path =>
                (
                    Ok: long.TryParse(
                        System.IO.Path.GetFileNameWithoutExtension(path),
                        NumberStyles.None,
                        null,
                        out var number
                    ),
                    number,
                    path
                )
            )
            .Where(file => file.Ok)
            .Select(file => (file.number, file.path))
            .OrderBy(file => file.number);

    public static string PathOf(string directory, long number) =>
        System.IO.Path.Combine(directory, number.ToString("D19", CultureInfo.InvariantCulture) + Extension);

    /// <summary>A new, empty, durable journal.</summary>
    /// <exception cref="IOException">It could not be made; nothing is left of it where that is possible.</exception>
    public static Journal Create(string directory, long number, long firstSequence)
    {
        var path = PathOf(directory, number);
        var file = PrivateFiles.Open(
            path,
            FileMode.Create,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete
        );
        try
        {
            WriteHeader(file, number, firstSequence);
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

    /// <summary>
    /// Opens a journal that an earlier process left, hands out every whole batch, and cuts off what follows the last
    /// one. What is damaged is kept aside.
    /// </summary>
    /// <returns>Null when the file was never finished being made; it is deleted.</returns>
    public static Journal? Recover(
        string path,
        long number,
        Action<Journal, BatchRef, BatchHeader> found,
        StoreFiles files
    )
    {
        var file = PrivateFiles.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            var header = ReadHeader(file);
            if (header is null && RandomAccess.GetLength(file) <= HeaderBytes)
            {
                file.Dispose();
                files.Catalog.Remove(files.Catalog.NameOf(path));
                File.Delete(path);
                return null;
            }

            var journal = new Journal(path, number, header?.FirstSequence ?? 0, file);
            journal.Replay(found, files);
            if (header is null)
                journal.MendHeader(files);
            return journal;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a journal without changing it.</summary>
    /// <returns>What is wrong, a sentence each.</returns>
    public static IEnumerable<Finding> Check(string path, RecordKind kind)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        var header = ReadHeader(file);
        if (header is null)
        {
            if (length > HeaderBytes)
                yield return new Finding(
                    $"The header of the {kind.Journal} {path} is damaged; the next start mends it."
                );
            else
                yield return new Finding($"The {kind.Journal} {path} was never finished being made.", IsNote: true);
        }

        using var scan = new JournalScan(file, HeaderBytes, header?.FirstSequence ?? 0);
        while (scan.MoveNext())
        {
            if (scan.GapFrom != scan.Offset)
                yield return new Finding(Gap(path, scan, kind) + " The rest is read.");
        }

        if (scan.GapFrom >= length)
            yield break;
        var isBatch = HoldsWholeBatch(file, scan.GapFrom, length);
        yield return new Finding(
            isBatch
                ? $"The last batch of the {kind.Journal} {path} is damaged, from byte {scan.GapFrom}: either nobody "
                    + $"was told that it was stored, or its {kind.Records} are missing."
                : $"{length - scan.GapFrom} bytes at the end of the {kind.Journal} {path} are an unfinished write; "
                    + "the next start cuts them off.",
            IsNote: !isBatch
        );
    }

    /// <summary>Appends sealed frames and waits until they are durable.</summary>
    /// <exception cref="IOException">They are not; <see cref="Rewind"/> before trying again.</exception>
    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> frames, long bytes)
    {
        RandomAccess.Write(_handle, frames, Length);
        RandomAccess.FlushToDisk(_handle);
        Length += bytes;
    }

    /// <summary>Cuts off what a failed append left.</summary>
    public void Rewind() => RandomAccess.SetLength(_handle, Length);

    public void Read(Span<byte> target, long offset)
    {
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(_handle, target, offset);
            if (read == 0)
                throw new InvalidDataException($"The journal '{Path}' ends before a batch that was written to it.");
            target = target[read..];
            offset += read;
        }
    }

    /// <summary>Reads a batch that was written to it, and reports it when it is not what was written.</summary>
    /// <returns>Whether it is good.</returns>
    public bool TryRead(in BatchRef batch, Span<byte> target, StoreFiles files)
    {
        try
        {
            Read(target, batch.Offset);
            if (IsGood(batch, target, files))
                return true;
        }
        catch (Exception lost) when (lost is InvalidDataException || DiskFault.Is(lost))
        {
            files.Damage.Report(
                $"{Path}#{batch.Offset}",
                $"A batch of {files.Kind.Records} at byte {batch.Offset} of the {files.Kind.Journal} {Path} cannot "
                    + $"be read any more: {lost.Message}"
            );
        }

        KeepAside = true;
        return false;
    }

    /// <summary>Reads what several batches lie in; false where not all of it can be read.</summary>
    public bool TryRead(Span<byte> target, long offset)
    {
        try
        {
            Read(target, offset);
            return true;
        }
        catch (Exception lost) when (lost is InvalidDataException || DiskFault.Is(lost))
        {
            return false;
        }
    }

    /// <summary>Whether what was read of it is a batch as it was written; reports it otherwise.</summary>
    public bool IsGood(in BatchRef batch, ReadOnlySpan<byte> frame, StoreFiles files)
    {
        if (BatchFrame.WholeLength(frame) == batch.Length && BatchFrame.IsIntact(frame))
            return true;
        files.Damage.Report(
            $"{Path}#{batch.Offset}",
            $"A batch of {files.Kind.Records} at byte {batch.Offset} of the {files.Kind.Journal} {Path} is damaged; "
                + "the others are read."
        );
        KeepAside = true;
        return false;
    }

    public void Close() => _handle.Dispose();

    protected override void Remove()
    {
        _handle.Dispose();
        try
        {
            if (KeepAside)
                Aside.Move(Path);
            else
                File.Delete(Path);
        }
        catch (Exception gone) when (gone is DirectoryNotFoundException or FileNotFoundException)
        {
            // The whole directory went first.
        }
    }

    private static void WriteHeader(SafeFileHandle file, long number, long firstSequence)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], number);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], firstSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], Checksum.Of(header[..24]));
        RandomAccess.Write(file, header, 0);
        RandomAccess.FlushToDisk(file);
    }

    private static int ReadWhatThereIs(SafeFileHandle file, Span<byte> target, long offset) =>
        DiskFault.Read((part, at) => RandomAccess.Read(file, part, at), target, offset);

    private static (long Number, long FirstSequence)? ReadHeader(SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        var isWhole =
            ReadWhatThereIs(file, header, 0) == HeaderBytes
            && header.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(header[24..]) == Checksum.Of(header[..24]);
        return isWhole
            ? (
                BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[16..])
            )
            : null;
    }

    private void MendHeader(StoreFiles files)
    {
        var aside = Aside.Copy(Path, 0, HeaderBytes);
        WriteHeader(_handle, Number, FirstSequence);
        files.Damage.Report(
            Path,
            $"The header of the {files.Kind.Journal} {Path} was damaged and was written anew; the old one is kept "
                + $"in {aside}."
        );
    }

    private void Replay(Action<Journal, BatchRef, BatchHeader> found, StoreFiles files)
    {
        using var scan = new JournalScan(_handle, HeaderBytes, FirstSequence);
        while (scan.MoveNext())
        {
            if (scan.GapFrom != scan.Offset)
                files.Damage.Report(
                    $"{Path}#{scan.GapFrom}",
                    $"{Gap(Path, scan, files.Kind)} The rest is read, and what is damaged is kept in "
                        + $"{Aside.Copy(Path, scan.GapFrom, scan.Offset)}."
                );
            Announce(scan.Frame, scan.Offset, found, files.Kind.OverheadBytes);
        }

        // Nothing is written into a file that is only kept as it is.
        Length = scan.GapFrom;
        if (scan.GapFrom < scan.Offset)
            Cut(scan.GapFrom, RandomAccess.GetLength(_handle), files);
    }

    private void Cut(long from, long through, StoreFiles files)
    {
        if (through <= from)
            return;
        if (HoldsWholeBatch(_handle, from, through))
        {
            files.Damage.Report(
                $"{Path}#{from}",
                $"The last {through - from} bytes of the {files.Kind.Journal} {Path} are damaged and were cut off: "
                    + $"either nobody was told that they were stored, or {files.Kind.Records} are missing. They are "
                    + $"kept in {Aside.Copy(Path, from, through)}."
            );
        }
        else if (files.Logger is not null)
        {
            Log.Cut(
                files.Logger,
                through - from,
                files.Kind.Name,
                Path,
                IsEmpty(_handle, from, through)
                    ? "they are empty"
                    : $"they are kept in {Aside.Copy(Path, from, through)}"
            );
        }

        RandomAccess.SetLength(_handle, from);
        RandomAccess.FlushToDisk(_handle);
    }

    private static string Gap(string path, JournalScan scan, RecordKind kind)
    {
        var lost = scan.NextSequence > 0 ? BatchFrame.Header(scan.Frame).FirstSequence - scan.NextSequence : 0;
        return $"The {kind.Journal} {path} is damaged from byte {scan.GapFrom} to {scan.Offset}: "
            + $"{(lost > 0 ? $"{lost} {kind.Records} are" : $"{kind.Records} may be")} missing.";
    }

    /// <summary>
    /// Whether a batch of full length begins there; a write that was torn by the end of the process is shorter than it
    /// says.
    /// </summary>
    private static bool HoldsWholeBatch(SafeFileHandle file, long from, long through)
    {
        Span<byte> prefix = stackalloc byte[BatchFrame.PrefixBytes];
        if (ReadWhatThereIs(file, prefix, from) < prefix.Length)
            return false;
        return BatchFrame.WholeLength(prefix) is > 0 and var length && from + length <= through;
    }

    private static bool IsEmpty(SafeFileHandle file, long from, long through)
    {
        Span<byte> piece = stackalloc byte[4096];
        while (from < through)
        {
            var read = ReadWhatThereIs(file, piece[..(int)Math.Min(piece.Length, through - from)], from);
            if (read == 0)
                return true;
            if (piece[..read].ContainsAnyExcept((byte)0))
                return false;
            from += read;
        }

        return true;
    }

    private void Announce(
        ReadOnlySpan<byte> frame,
        long offset,
        Action<Journal, BatchRef, BatchHeader> found,
        int overheadBytes
    )
    {
        var records = new BatchReader(frame);
        var accounted = 0;
        while (records.MoveNext())
            accounted += records.Payload.Length + overheadBytes;

        var header = records.Header;
        if (FirstSequence == 0)
            FirstSequence = header.FirstSequence;
        Length = offset + frame.Length;
        found(
            this,
            new BatchRef(
                header.Key.Stream,
                offset,
                header.FirstTimestamp,
                header.LastTimestamp,
                header.IngestionTime,
                frame.Length,
                accounted,
                -1
            ),
            header
        );
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Bytes} bytes at the end of the {Kind} journal {Path} were cut off, an unfinished write that "
                + "nobody was told had succeeded; {Kept}"
        )]
        public static partial void Cut(ILogger logger, long bytes, string kind, string path, string kept);
    }
}
