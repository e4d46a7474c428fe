using System.Buffers.Binary;
using System.Text;
using Estiba.Files;

namespace Estiba.State.Journals;

/// <summary>
/// The checksum of a row: of its number, its table, its key and its value. SQLite checks the pages of its write-ahead
/// file only, not those of the file itself.
/// </summary>
internal static class RowSum
{
    internal static uint Of(long id, long table, string key, ReadOnlySpan<byte> value)
    {
        Span<byte> numbers = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, id);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[sizeof(long)..], table);
        var crc = Checksum.Continue(uint.MaxValue, numbers);
        Span<byte> text =
            key.Length <= 256
                ? stackalloc byte[Encoding.UTF8.GetMaxByteCount(256)]
                : new byte[Encoding.UTF8.GetMaxByteCount(key.Length)];
        crc = Checksum.Continue(crc, text[..Encoding.UTF8.GetBytes(key, text)]);
        return ~Checksum.Continue(crc, value);
    }
}
