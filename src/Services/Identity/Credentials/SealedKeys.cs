using System.Security.Cryptography;
using Estiba.State;

namespace Estiba.Identity.Credentials;

/// <summary>
/// The keys that the platform signs with, sealed in the store: every server of a platform has the same, and a backup of
/// the state has them. What seals them is outside of it (<see cref="SecretKey"/>).
/// </summary>
public static class SealedKeys
{
    /// <summary>The key of a name; it is made where there is none, or none that this platform can open.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="secrets">What it is sealed with.</param>
    /// <param name="name">What it is for, the same from version to version.</param>
    /// <param name="earlier">The key that an earlier version kept in a file; null for a new one.</param>
    /// <param name="random">Where a new key comes from.</param>
    /// <param name="cancellation">Leaves everything as it is.</param>
    /// <returns>32 bytes.</returns>
    public static async Task<byte[]> GetOrAddAsync(
        Store store,
        SecretKey secrets,
        string name,
        byte[]? earlier,
        RandomNumberGenerator random,
        CancellationToken cancellation = default
    )
    {
        if (Find(store.Current, secrets, name) is { } known)
            return known;
        var made = earlier;
        if (made is null)
            random.GetBytes(made = new byte[SecretKey.KeyBytes]);
        var record = new SealedKeyRecord
        {
            Name = name,
            Key = secrets.Seal(Convert.ToBase64String(made), SealedKeyRecord.SealedAs(name)),
        };
        return await store.CommitAsync(
            transaction =>
            {
                if (Find(transaction, secrets, name) is { } added)
                    return added;
                transaction.Put(IdentityTables.SealedKeys, record);
                return made;
            },
            cancellation
        );
    }

    private static byte[]? Find(View view, SecretKey secrets, string name) =>
        view.Find(IdentityTables.SealedKeys, name) is { } record
        && secrets.Open(record.Key, SealedKeyRecord.SealedAs(name)) is { } key
            ? Convert.FromBase64String(key)
            : null;
}

/// <summary>A key of the platform's as it is kept.</summary>
internal sealed record SealedKeyRecord
{
    public required string Name { get; init; }

    /// <summary>Sealed with the key of the data directory.</summary>
    public required string Key { get; init; }

    /// <summary>What it is sealed as: no access key has such a name, so none can be taken for one.</summary>
    internal static string SealedAs(string name) => "key/" + name;
}
