using Estiba.State;

namespace Estiba.Logs;

/// <summary>Ids of groups and streams: the time of creation in milliseconds, then twenty random bits. They sort by age.</summary>
internal sealed class LogIds(TimeProvider time, Random random)
{
    private const int RandomBits = 20;

    /// <summary>An id that no record of the index has.</summary>
    public long Next<TRecord>(View view, Table<TRecord> table, Index<TRecord> index)
        where TRecord : class
    {
        while (true)
        {
            int low;
            lock (random) low = random.Next(1 << RandomBits);
            var id = (time.GetUtcNow().ToUnixTimeMilliseconds() << RandomBits) | (uint)low;
            if (view.Count(table, index, LogsTables.Key(id)) == 0) return id;
        }
    }
}
