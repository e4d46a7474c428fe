using System.Buffers;

namespace Estiba.State.Journals;

/// <summary>
/// Numbers of rows in few bytes: each is written as its distance from the one before, which is 1 for new rows.
/// </summary>
internal static class RowNumbers
{
    private const int LongestNumber = 10;

    internal static byte[] Write(List<long> numbers)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(numbers.Count * LongestNumber);
        var (length, last) = (0, 0L);
        foreach (var number in numbers)
        {
            // zigzag: small distances are short in both directions
            var distance = number - last;
            for (var rest = (ulong)((distance << 1) ^ (distance >> 63)); ; rest >>= 7)
            {
                buffer[length++] = rest < 0x80 ? (byte)rest : (byte)(rest | 0x80);
                if (rest < 0x80)
                    break;
            }

            last = number;
        }

        var written = buffer.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(buffer);
        return written;
    }

    /// <summary>Adds the numbers to those that are known.</summary>
    internal static void Read(ReadOnlySpan<byte> written, HashSet<long> numbers)
    {
        var (last, rest, shift) = (0L, 0UL, 0);
        foreach (var part in written)
        {
            rest |= (ulong)(part & 0x7f) << shift;
            shift += 7;
            if (part >= 0x80)
                continue;
            last += (long)(rest >> 1) ^ -(long)(rest & 1);
            numbers.Add(last);
            (rest, shift) = (0, 0);
        }
    }
}
