using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Estiba.Consoles;

/// <summary>
/// Makes links that open the console signed in, once. Who has the key can tell them from others; nobody keeps them.
/// </summary>
/// <remarks>A token is a nonce of 16 bytes, the Unix time until which it is good in 8 bytes, big-endian, and the
/// HMAC-SHA256 of both. That each is good once is the console's business.</remarks>
internal sealed class ConsoleLinks(TimeProvider time)
{
    /// <summary>How long a link is good for.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private const int NonceBytes = 16;
    private const int SignedBytes = NonceBytes + sizeof(long);

    /// <summary>The key that proves a token, 32 bytes, another one for each of these.</summary>
    internal byte[] Key { get; } = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>A new link to the console at an address.</summary>
    internal Uri Create(Uri console) => new(console, $"{ConsoleSettings.Path}/sign-in?link={CreateToken()}");

    private string CreateToken()
    {
        Span<byte> token = stackalloc byte[SignedBytes + HMACSHA256.HashSizeInBytes];
        RandomNumberGenerator.Fill(token[..NonceBytes]);
        var end = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds();
        BinaryPrimitives.WriteInt64BigEndian(token[NonceBytes..], end);
        HMACSHA256.HashData(Key, token[..SignedBytes], token[SignedBytes..]);
        return Base64Url.EncodeToString(token);
    }
}
