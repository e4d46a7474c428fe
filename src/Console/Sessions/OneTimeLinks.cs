using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Estiba.Console.Sessions;

/// <summary>Links that sign in once. Of each only the hash is known here.</summary>
internal sealed class OneTimeLinks(TimeProvider time)
{
    /// <summary>How long a link is good.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int SecretBytes = 32;
    private const int MostLinks = 100;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _ends = new(StringComparer.Ordinal);

    /// <summary>The secret of a new link.</summary>
    internal string Create()
    {
        var now = time.GetUtcNow();
        foreach (var (hash, end) in _ends.OrderBy(link => link.Value))
        {
            if (end <= now || _ends.Count >= MostLinks)
                _ends.TryRemove(hash, out _);
        }

        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        _ends[Hash(secret)] = now + Lifetime;
        return secret;
    }

    /// <summary>Whether the link is good; it is not any more afterwards.</summary>
    internal bool Redeem(string secret) => _ends.TryRemove(Hash(secret), out var end) && time.GetUtcNow() < end;

    private static string Hash(string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret)));
}
