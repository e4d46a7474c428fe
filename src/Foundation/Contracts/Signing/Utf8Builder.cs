using System.Buffers;
using System.Text;

namespace Estiba.Contracts.Signing;

/// <summary>
/// Text being written as UTF-8 into memory of the caller's stack, and into pooled memory once that is full.
/// </summary>
internal ref struct Utf8Builder(Span<byte> initial)
{
    // RFC 3986's unreserved characters: the only ones that AWS leaves as they are.
    private static readonly SearchValues<char> Unreserved = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    );

    private Span<byte> _buffer = initial;
    private byte[]? _rented;
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    public void Dispose()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }

    public void Append(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    public void Append(scoped ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Reserve(utf8.Length));
        _length += utf8.Length;
    }

    public void Append(scoped ReadOnlySpan<char> text) =>
        _length += Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));

    public void AppendLowerHex(scoped ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexStringLower(bytes, Reserve(bytes.Length * 2), out var written);
        _length += written;
    }

    /// <summary>Appends text percent-encoded; what is encoded already is encoded again.</summary>
    public void AppendEncoded(scoped ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyExcept(Unreserved);
            if (plain < 0)
                plain = text.Length;
            Append(text[..plain]);
            text = text[plain..];
            if (text.IsEmpty)
                return;

            Rune.DecodeFromUtf16(text, out var rune, out var consumed);
            AppendEncoded(rune);
            text = text[consumed..];
        }
    }

    /// <summary>Appends one byte, percent-encoded unless it is an unreserved character.</summary>
    public void AppendEncoded(byte value)
    {
        if (Unreserved.Contains((char)value))
        {
            Append(value);
            return;
        }

        var target = Reserve(3);
        target[0] = (byte)'%';
        target[1] = UpperHex(value >> 4);
        target[2] = UpperHex(value & 15);
        _length += 3;
    }

    private void AppendEncoded(Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
            AppendEncoded(value);
    }

    private static byte UpperHex(int digit) => (byte)(digit < 10 ? '0' + digit : 'A' + digit - 10);

    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
            Grow(bytes);
        return _buffer[_length..];
    }

    private void Grow(int bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + bytes));
        Written.CopyTo(larger);
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        _buffer = _rented = larger;
    }
}
