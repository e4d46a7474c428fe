using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Estiba.Console.Sessions;

/// <summary>
/// Links that sign in once. The platform makes them: a number that is used once, when it ends, and a code over both
/// with a key that only the platform and its console know.
/// </summary>
internal sealed class OneTimeLinks(ConsoleSettings settings, TimeProvider time)
{
    private const int NonceBytes = 16;
    private const int SaidBytes = NonceBytes + sizeof(long);
    private const int TokenBytes = SaidBytes + HMACSHA256.HashSizeInBytes;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    /// <summary>Whether the link is good; it is not any more afterwards.</summary>
    internal bool Redeem(string link)
    {
        Span<byte> token = stackalloc byte[TokenBytes];
        if (
            settings.Links is not { } links
            || link.Length != Base64Url.GetEncodedLength(TokenBytes)
            || !Base64Url.TryDecodeFromChars(link, token, out var length)
            || length != TokenBytes
        )
            return false;

        Span<byte> code = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(links.Key, token[..SaidBytes], code);
        if (!CryptographicOperations.FixedTimeEquals(code, token[SaidBytes..]))
            return false;

        var now = time.GetUtcNow();
        var seconds = BinaryPrimitives.ReadInt64BigEndian(token[NonceBytes..]);
        if (seconds <= now.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return false;
        foreach (var (nonce, ends) in _used)
        {
            if (ends <= now)
                _used.TryRemove(nonce, out _);
        }

        return _used.TryAdd(Convert.ToHexString(token[..NonceBytes]), DateTimeOffset.FromUnixTimeSeconds(seconds));
    }
}
