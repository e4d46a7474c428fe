using Estiba.Files;

namespace Estiba.S3.Storage;

/// <summary>
/// The bytes of an object, or a range of them, out of the files of its parts, opened one after another.
/// </summary>
/// <param name="files">Where they are.</param>
/// <param name="parts">The files, in the object's order.</param>
/// <param name="offset">The first byte.</param>
/// <param name="length">How many.</param>
internal sealed class ContentStream(ContentFiles files, IReadOnlyList<ContentFile> parts, long offset, long length)
    : Stream
{
    private IStoredFile? _file;
    private int _part = -1;
    private long _partOffset;
    private long _done;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _done;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_done == length || buffer.IsEmpty)
            return 0;
        OpenNext();
        var left = Math.Min(parts[_part].Size - _partOffset, length - _done);
        var count = await _file!.ReadAsync(
            buffer[..(int)Math.Min(buffer.Length, left)],
            _partOffset,
            cancellationToken
        );
        if (count == 0)
            throw new EndOfStreamException("The content of an object is shorter than it was.");
        _partOffset += count;
        _done += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_done == length || buffer.IsEmpty)
            return 0;
        OpenNext();
        var left = Math.Min(parts[_part].Size - _partOffset, length - _done);
        var count = _file!.Read(buffer[..(int)Math.Min(buffer.Length, left)], _partOffset);
        if (count == 0)
            throw new EndOfStreamException("The content of an object is shorter than it was.");
        _partOffset += count;
        _done += count;
        return count;
    }

    /// <summary>Opens the first file, so that one that is missing is an error and no broken answer.</summary>
    internal ContentStream Begin()
    {
        if (length > 0)
            OpenNext();
        return this;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file?.Dispose();
        _file = null;
        base.Dispose(disposing);
    }

    private void OpenNext()
    {
        if (_file is not null && _partOffset < parts[_part].Size)
            return;
        _file?.Dispose();
        _file = null;
        if (_part < 0)
            (_part, _partOffset) = Find(offset);
        else
            (_part, _partOffset) = Find(parts.Take(_part + 1).Sum(part => part.Size));
        _file = files.Open(parts[_part].File);
    }

    private (int Part, long Offset) Find(long at)
    {
        var part = 0;
        while (at >= parts[part].Size)
            at -= parts[part++].Size;
        return (part, at);
    }
}
