using Estiba.Identity.Credentials;
using Estiba.State;

namespace Estiba.Joining;

/// <summary>The secrets of hosts, as a start finds them.</summary>
internal static class HostSecrets
{
    /// <summary>Whether the state has some that can be read with the key of the data directory alone.</summary>
    internal static bool NeedKey(View view) =>
        view.Range(JoinTables.Hosts).Any(host => SecretKey.IsSealed(host.SecretAccessKey));

    /// <summary>Seals what an earlier version wrote down plainly.</summary>
    /// <returns>How many keys of hosts were sealed with another key: they are good no longer.</returns>
    internal static async Task<int> SealAsync(Store store, SecretKey key, CancellationToken cancellation)
    {
        if (store.Current.Range(JoinTables.Hosts).Any(IsPlain))
            await store.CommitAsync(transaction => Seal(transaction, key), cancellation);
        return store
            .Current.Range(JoinTables.Hosts)
            .Count(host => key.Open(host.SecretAccessKey, host.AccessKeyId) is null);
    }

    private static void Seal(Transaction transaction, SecretKey key)
    {
        foreach (var host in transaction.Range(JoinTables.Hosts).Where(IsPlain).ToList())
            transaction.Put(
                JoinTables.Hosts,
                host with
                {
                    SecretAccessKey = key.Seal(host.SecretAccessKey, host.AccessKeyId),
                }
            );
    }

    private static bool IsPlain(HostRecord host) => !SecretKey.IsSealed(host.SecretAccessKey);
}
