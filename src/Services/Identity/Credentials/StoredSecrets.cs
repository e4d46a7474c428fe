using Estiba.Identity.Sessions;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity.Credentials;

/// <summary>What identity keeps that is secret, as a start finds it.</summary>
public static class StoredSecrets
{
    /// <summary>Whether the state has something that can be read with the key of the data directory alone.</summary>
    public static bool NeedKey(View view) =>
        view.Range(IdentityTables.AccessKeys).Any(key => SecretKey.IsSealed(key.SecretAccessKey))
        || view.Range(IdentityTables.Sessions)
            .Any(session => session.SecretAccessKey is null || SecretKey.IsSealed(session.SecretAccessKey));

    /// <summary>Seals what an earlier version wrote down plainly.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="key">What it is sealed with.</param>
    /// <param name="cancellation">Leaves everything as it is.</param>
    /// <returns>How many access keys of users were sealed with another key: they are good no longer.</returns>
    public static async Task<int> SealAsync(Store store, SecretKey key, CancellationToken cancellation = default)
    {
        var view = store.Current;
        if (view.Range(IdentityTables.AccessKeys).Any(IsPlain) || view.Range(IdentityTables.Sessions).Any(IsPlain))
            await store.CommitAsync(transaction => Seal(transaction, key), cancellation);
        return view.Range(IdentityTables.AccessKeys)
            .Count(record => key.Open(record.SecretAccessKey, record.AccessKeyId) is null);
    }

    private static void Seal(Transaction transaction, SecretKey key)
    {
        foreach (var record in transaction.Range(IdentityTables.AccessKeys).Where(IsPlain).ToList())
            transaction.Put(
                IdentityTables.AccessKeys,
                record with
                {
                    SecretAccessKey = key.Seal(record.SecretAccessKey, record.AccessKeyId),
                }
            );
        foreach (var session in transaction.Range(IdentityTables.Sessions).Where(IsPlain).ToList())
        {
            transaction.Put(
                IdentityTables.Sessions,
                session with
                {
                    SecretAccessKey = key.Seal(session.SecretAccessKey!, session.AccessKeyId),
                    SessionToken = key.Seal(session.SessionToken!, session.AccessKeyId),
                }
            );
        }
    }

    private static bool IsPlain(AccessKeyRecord key) => !SecretKey.IsSealed(key.SecretAccessKey);

    private static bool IsPlain(SessionRecord session) =>
        session.SecretAccessKey is { } secret && !SecretKey.IsSealed(secret);
}
