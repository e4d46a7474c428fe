using Estiba.State;

namespace Estiba.Hosting.Controllers;

/// <summary>Deletes records that are too old to be shown.</summary>
public static class RecordRetention
{
    private const int AtOnce = 1000;

    /// <summary>How often to look for them.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>A chore that deletes them, a thousand in a transaction.</summary>
    /// <typeparam name="T">What is deleted.</typeparam>
    /// <param name="name">What logs call it.</param>
    /// <param name="host">Whose state and clock it is.</param>
    /// <param name="table">Where they are.</param>
    /// <param name="timeOf">From when on a record grows old.</param>
    /// <param name="life">How long it is kept.</param>
    public static Chore Of<T>(
        string name,
        ModuleHost host,
        Table<T> table,
        Func<T, DateTimeOffset> timeOf,
        TimeSpan life
    )
        where T : class
    {
        ArgumentNullException.ThrowIfNull(host);
        return new Chore(name, Interval, async cancellation =>
        {
            var before = host.Time.GetUtcNow() - life;
            while (true)
            {
                var old = host
                    .Store.Current.Range(table)
                    .Where(record => timeOf(record) < before)
                    .Take(AtOnce)
                    .Select(table.KeyOf)
                    .ToList();
                if (old.Count == 0)
                    return;
                await host.Store.CommitAsync(
                    transaction =>
                    {
                        foreach (var key in old)
                            transaction.Delete(table, key);
                    },
                    cancellation
                );
            }
        });
    }
}
