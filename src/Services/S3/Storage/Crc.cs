using System.Buffers.Binary;
using Estiba.Contracts.S3;

namespace Estiba.S3.Storage;

/// <summary>
/// The cyclic checksum of a whole, from those of its parts ("Full object checksums"): a checksum followed by so many
/// zeros is it times a power of x, modulo the polynomial.
/// </summary>
internal static class Crc
{
    /// <summary>Whether the checksums of parts give the one of the whole.</summary>
    internal static bool Combines(string algorithm) => PolynomialOf(algorithm) != 0;

    /// <summary>The checksum of two pieces, one behind the other.</summary>
    /// <param name="algorithm">Their algorithm.</param>
    /// <param name="first">The checksum of the first, as it is sent.</param>
    /// <param name="second">The checksum of the second.</param>
    /// <param name="secondLength">How many bytes the second has.</param>
    internal static byte[] Combine(string algorithm, byte[] first, byte[] second, long secondLength)
    {
        var (polynomial, width) = (PolynomialOf(algorithm), first.Length * 8);
        var value = Multiply(PowerOfX(secondLength, polynomial, width), Read(first), polynomial, width) ^ Read(second);
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes[(sizeof(ulong) - first.Length)..];
    }

    // Reflected: the highest bit is the coefficient of x to the power of zero.
    private static ulong PolynomialOf(string algorithm) =>
        algorithm switch
        {
            ChecksumAlgorithm.Crc32 => 0xEDB88320,
            ChecksumAlgorithm.Crc32c => 0x82F63B78,
            ChecksumAlgorithm.Crc64nvme => 0x9A6C9329AC4BC9B5,
            _ => 0,
        };

    private static ulong Read(byte[] value)
    {
        ulong number = 0;
        foreach (var one in value)
            number = (number << 8) | one;
        return number;
    }

    // x to the power of eight times a number of bytes.
    private static ulong PowerOfX(long bytes, ulong polynomial, int width)
    {
        var result = 1UL << (width - 1);
        var square = 1UL << (width - 1 - 8);
        for (; bytes > 0; bytes >>= 1)
        {
            if ((bytes & 1) != 0)
                result = Multiply(result, square, polynomial, width);
            square = Multiply(square, square, polynomial, width);
        }

        return result;
    }

    private static ulong Multiply(ulong left, ulong right, ulong polynomial, int width)
    {
        ulong product = 0;
        for (var bit = width - 1; bit >= 0; bit--)
        {
            if (((left >> bit) & 1) != 0)
                product ^= right;
            right = (right & 1) != 0 ? (right >> 1) ^ polynomial : right >> 1;
        }

        return product;
    }
}
