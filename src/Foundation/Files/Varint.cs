using System.Buffers;

namespace Estiba.Files;

/// <summary>
/// Integers in as few bytes as they need: seven bits a byte, and signed ones folded so that small negatives stay small.
/// </summary>
public static class Varint
{
    /// <summary>What one takes at most.</summary>
    public const int MaxBytes = 10;

    /// <summary>Writes an unsigned one.</summary>
    /// <returns>How many bytes it took.</returns>
    public static int Write(Span<byte> target, ulong value)
    {
        var at = 0;
        while (value >= 0x80)
        {
            target[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[at++] = (byte)value;
        return at;
    }

    /// <summary>Writes an unsigned one.</summary>
    public static void Write(IBufferWriter<byte> target, ulong value) =>
        (target ?? throw new ArgumentNullException(nameof(target))).Advance(Write(target.GetSpan(MaxBytes), value));

    /// <summary>Writes a signed one.</summary>
    public static void WriteSigned(IBufferWriter<byte> target, long value) => Write(target, Fold(value));

    /// <summary>Reads an unsigned one, and goes behind it.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static ulong Read(ReadOnlySpan<byte> source, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = source[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("A number in a file of records is longer than 64 bits; the file is damaged.");
    }

    /// <summary>Reads a signed one, and goes behind it.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static long ReadSigned(ReadOnlySpan<byte> source, ref int at)
    {
        var folded = Read(source, ref at);
        return (long)(folded >> 1) ^ -(long)(folded & 1);
    }

    private static ulong Fold(long value) => (ulong)(value << 1) ^ (ulong)(value >> 63);
}
