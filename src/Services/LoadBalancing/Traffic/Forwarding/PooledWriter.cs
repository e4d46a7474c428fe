using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Estiba.LoadBalancing.Traffic.Forwarding;

/// <summary>Bytes that are put together in memory that is used again.</summary>
internal sealed class PooledWriter(int capacity) : IBufferWriter<byte>, IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Each character is a byte; those that are none become question marks.</summary>
    public void Write(string text)
    {
        MakeRoom(text.Length);
        _length += Encoding.Latin1.GetBytes(text, _buffer.AsSpan(_length));
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Write(long number)
    {
        MakeRoom(20);
        Utf8Formatter.TryFormat(number, _buffer.AsSpan(_length), out var count);
        _length += count;
    }

    public void WriteHexadecimal(long number)
    {
        MakeRoom(16);
        Utf8Formatter.TryFormat(number, _buffer.AsSpan(_length), out var count, 'x');
        _length += count;
    }

    public void Advance(int count) => _length += count;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    /// <summary>What is written takes the place of what was.</summary>
    public void Clear() => _length = 0;

    /// <summary>Nothing may read what was written any more.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void MakeRoom(int length)
    {
        if (_buffer.Length - _length >= length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + length));
        Written.Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
