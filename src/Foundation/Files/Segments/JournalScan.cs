using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Files.Segments;

/// <summary>
/// Walks over the frames of a journal's file. Behind a damaged one it looks for the next good one, byte by byte: a
/// frame is known by numbers that can follow on what came before, and by its checksum. What the disk cannot read is
/// damaged.
/// </summary>
internal sealed class JournalScan(SafeFileHandle handle, long from, long firstSequence) : IDisposable
{
    private const int ScanBytes = 1 << 20;

    /// <summary>More than any journal has records: what claims to be further ahead is no frame.</summary>
    private const long MostRecords = 1L << 32;

    private readonly DiskFault.ReadAt _read = (target, offset) => RandomAccess.Read(handle, target, offset);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(ScanBytes);
    private int _start;
    private int _filled;
    private int _length;

    /// <summary>Where the frame begins that was found last.</summary>
    public long Offset { get; private set; } = from;

    /// <summary>The frame that was found last.</summary>
    public ReadOnlySpan<byte> Frame => _buffer.AsSpan(_start, _length);

    /// <summary>
    /// Where what lies before the frame begins, and is none: at the frame's own offset when there is nothing. At the
    /// end of the file, what follows the last frame.
    /// </summary>
    public long GapFrom { get; private set; } = from;

    /// <summary>
    /// The sequence that a frame without a gap before it begins with, unless an append failed before it.
    /// </summary>
    public long NextSequence { get; private set; } = firstSequence;

    /// <summary>Finds the next frame.</summary>
    /// <returns>False at the end of the file; <see cref="Offset"/> is then its length.</returns>
    public bool MoveNext()
    {
        if (_length > 0)
            NextSequence = BatchFrame.Header(Frame).FirstSequence + BatchFrame.Header(Frame).Count;
        Skip(_length);
        GapFrom = Offset;
        for (_length = 0; ; Skip(1))
        {
            if (!Fill(BatchFrame.PrefixBytes))
            {
                Skip(_filled - _start);
                return false;
            }

            var whole = BatchFrame.WholeLength(_buffer.AsSpan(_start, _filled - _start));
            if (
                whole == 0
                || (GapFrom != Offset && !CanFollow(_buffer.AsSpan(_start, _filled - _start), whole))
                || !Fill(whole)
            )
                continue;
            if (!BatchFrame.IsIntact(_buffer.AsSpan(_start, whole)))
                continue;
            _length = whole;
            return true;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private bool CanFollow(ReadOnlySpan<byte> data, int whole)
    {
        var header = BatchFrame.Header(data);
        return header.Count > 0
            && header.Count <= whole / 2
            && header.FirstTimestamp <= header.LastTimestamp
            && header.FirstSequence >= NextSequence
            && header.FirstSequence - NextSequence < (NextSequence == 0 ? long.MaxValue : MostRecords);
    }

    private void Skip(int bytes)
    {
        _start += bytes;
        Offset += bytes;
    }

    /// <summary>Has so many bytes in the buffer, unless the file ends before.</summary>
    private bool Fill(int bytes)
    {
        while (_filled - _start < bytes)
        {
            var rest = _buffer.AsSpan(_start, _filled - _start);
            var target = bytes > _buffer.Length ? ArrayPool<byte>.Shared.Rent(bytes) : _buffer;
            rest.CopyTo(target);
            if (target != _buffer)
                ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _filled, _start) = (target, rest.Length, 0);

            var read = DiskFault.Read(_read, _buffer.AsSpan(_filled), Offset + _filled);
            if (read == 0)
                return false;
            _filled += read;
        }

        return true;
    }
}
