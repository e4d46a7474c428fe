using System.Buffers;
using Estiba.Files;

namespace Estiba.State.Journals;

/// <summary>
/// Numbers of rows in few bytes: each is written as its distance from the one before, which is 1 for new rows.
/// </summary>
internal static class RowNumbers
{
    internal static byte[] Write(List<long> numbers)
    {
        var written = new ArrayBufferWriter<byte>(numbers.Count + Varint.MaxBytes);
        var last = 0L;
        foreach (var number in numbers)
        {
            Varint.WriteSigned(written, number - last);
            last = number;
        }

        return written.WrittenSpan.ToArray();
    }

    /// <summary>Adds the numbers to those that are known.</summary>
    internal static void Read(ReadOnlySpan<byte> written, HashSet<long> numbers)
    {
        var (at, last) = (0, 0L);
        while (at < written.Length)
        {
            last += Varint.ReadSigned(written, ref at);
            numbers.Add(last);
        }
    }
}
