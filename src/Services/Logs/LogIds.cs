using Estiba.State;

namespace Estiba.Logs;

/// <summary>
/// Ids of groups and streams: the time of creation in milliseconds, then twenty random bits. They sort by age.
/// </summary>
internal sealed class LogIds(TimeProvider time, Random random)
{
    private const int RandomBits = 20;

    /// <summary>A new UUID, of version 4.</summary>
    public string Uuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (random)
            random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>An id that no record of the index has.</summary>
    public long Next<TRecord>(View view, Table<TRecord> table, Index<TRecord> index)
        where TRecord : class
    {
        while (true)
        {
            int low;
            lock (random)
                low = random.Next(1 << RandomBits);
            var id = (time.GetUtcNow().ToUnixTimeMilliseconds() << RandomBits) | (uint)low;
            if (view.Count(table, index, LogsTables.Key(id)) == 0)
                return id;
        }
    }
}
