using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Estiba.Compute.KeyPairs;

/// <summary>Bytes as the SSH protocol lays them out (RFC 4251, section 5).</summary>
internal sealed class SshBlob
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public SshBlob Number(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        _bytes.Write(bytes);
        return this;
    }

    public SshBlob Text(string text) => String(Encoding.UTF8.GetBytes(text));

    public SshBlob String(ReadOnlySpan<byte> bytes)
    {
        Number((uint)bytes.Length);
        return Raw(bytes);
    }

    /// <summary>An unsigned number; one whose first bit is set gets a zero in front, or it would be read as
    /// negative.</summary>
    public SshBlob Integer(ReadOnlySpan<byte> number)
    {
        number = number.TrimStart((byte)0);
        return number.Length > 0 && (number[0] & 0x80) != 0 ? String([0, .. number]) : String(number);
    }

    public SshBlob Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>The strings that a blob is made of; null where it ends within one.</summary>
    public static IReadOnlyList<byte[]>? Strings(ReadOnlySpan<byte> blob)
    {
        var strings = new List<byte[]>();
        while (blob.Length > 0)
        {
            if (blob.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(blob) is var length && length > blob.Length - 4)
                return null;
            strings.Add(blob.Slice(4, (int)length).ToArray());
            blob = blob[(4 + (int)length)..];
        }
        return strings;
    }
}
