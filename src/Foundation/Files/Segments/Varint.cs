using System.Buffers;

namespace Estiba.Files.Segments;

/// <summary>
/// Integers in as few bytes as they need: seven bits a byte, and signed ones folded so that small negatives stay small.
/// </summary>
internal static class Varint
{
    public const int MaxBytes = 10;

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

    public static void Write(IBufferWriter<byte> target, ulong value) =>
        target.Advance(Write(target.GetSpan(MaxBytes), value));

    public static void WriteSigned(IBufferWriter<byte> target, long value) => Write(target, Fold(value));

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

    public static long ReadSigned(ReadOnlySpan<byte> source, ref int at)
    {
        var folded = Read(source, ref at);
        return (long)(folded >> 1) ^ -(long)(folded & 1);
    }

    private static ulong Fold(long value) => (ulong)(value << 1) ^ (ulong)(value >> 63);
}
