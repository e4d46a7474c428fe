using System.Security.Cryptography;

namespace Estiba.Backups;

/// <summary>
/// The first so many bytes of a stream, and their SHA-256. A file that grows while it is read gives what it had; one
/// that shrinks, as a journal does when a write into it has failed, gives zeros for what is gone.
/// </summary>
internal sealed class MeasuredStream(Stream source, long length) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            if (value != _position)
                throw new NotSupportedException("It is read once, from its beginning.");
        }
    }

    /// <summary>The digest of what was read, in lower-case hex.</summary>
    internal string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public override int Read(Span<byte> buffer)
    {
        var piece = buffer[..(int)Math.Min(buffer.Length, length - _position)];
        if (piece.IsEmpty)
            return 0;
        var read = source.Read(piece);
        if (read == 0)
        {
            piece.Clear();
            read = piece.Length;
        }

        _hash.AppendData(piece[..read]);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) =>
        throw new NotSupportedException("It is read once, from its beginning.");

    public override void SetLength(long value) => throw new NotSupportedException("It is only read.");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("It is only read.");

    public override void Flush() { }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
