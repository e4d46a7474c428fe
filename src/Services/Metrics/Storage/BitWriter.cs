namespace Estiba.Metrics.Storage;

/// <summary>Writes bits into a buffer that grows, the highest of each value first.</summary>
internal sealed class BitWriter
{
    private byte[] _buffer = new byte[1024];
    private int _bits;

    /// <summary>How many bits were written.</summary>
    public long Length => _bits;

    /// <summary>What was written, the last byte filled up with zeros.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, (_bits + 7) / 8);

    /// <summary>Begins again.</summary>
    public void Clear()
    {
        _buffer.AsSpan(0, (_bits + 7) / 8).Clear();
        _bits = 0;
    }

    /// <summary>Writes the lowest bits of a value.</summary>
    public void Write(ulong value, int count)
    {
        if (_buffer.Length * 8L < _bits + count)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        while (count > 0)
        {
            var free = 8 - (_bits & 7);
            var take = Math.Min(free, count);
            var part = (value >> (count - take)) & ((1UL << take) - 1);
            _buffer[_bits >> 3] |= (byte)(part << (free - take));
            _bits += take;
            count -= take;
        }
    }

    /// <summary>Fills the byte that was begun.</summary>
    public void Align() => _bits = (_bits + 7) & ~7;
}

/// <summary>Reads what a <see cref="BitWriter"/> wrote.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>The next bits.</summary>
    /// <exception cref="InvalidDataException">There are not as many.</exception>
    public ulong Read(int count)
    {
        if (_at + count > _bytes.Length * 8)
            throw new InvalidDataException("A chunk of values ends too early; the file is damaged.");
        var value = 0UL;
        while (count > 0)
        {
            var left = 8 - (_at & 7);
            var take = Math.Min(left, count);
            var part = (_bytes[_at >> 3] >> (left - take)) & ((1 << take) - 1);
            value = (value << take) | (uint)part;
            _at += take;
            count -= take;
        }

        return value;
    }

    /// <summary>Goes to the next whole byte.</summary>
    public void Align() => _at = (_at + 7) & ~7;
}
