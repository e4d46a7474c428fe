namespace Estiba.AutoScaling;

/// <summary>Makes the identifiers of new resources.</summary>
/// <param name="random">Where they come from; seeded in a simulation.</param>
internal sealed class UniqueIds(Random random)
{
    /// <summary>A UUID of version 4.</summary>
    internal string Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (random)
            random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }
}
