using System.Security.Cryptography;
using System.Text;
using Estiba.Files;

namespace Estiba.Identity.Credentials;

/// <summary>
/// The key of a data directory. What is secret in the state is derived from it or sealed with it, so that the state
/// alone, and whoever copies it, tells no secret. It is made at the first start and lives in a file of its own.
/// </summary>
public sealed class SecretKey
{
    /// <summary>The file's name in the data directory.</summary>
    public const string FileName = "secret.key";

    internal const int KeyBytes = 32;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int SecretBytes = 30;
    private const int TokenBytes = 192;
    private const string SealMark = "sealed:";

    private readonly byte[] _key;
    private readonly byte[] _sealing;

    /// <summary>A key of 32 bytes.</summary>
    /// <param name="key">The bytes; nobody may be able to guess them.</param>
    public SecretKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes)
            throw new ArgumentException($"A key has {KeyBytes} bytes.", nameof(key));
        _key = key.ToArray();
        _sealing = Derived("seal", "", KeyBytes);
    }

    /// <summary>Reads the key of a data directory, or makes one where there is none yet.</summary>
    /// <param name="dataDirectory">The data directory.</param>
    /// <param name="isNeeded">Whether there is something already that can be read with the key alone.</param>
    /// <param name="random">Where a new key comes from.</param>
    /// <exception cref="InvalidDataException">The file is missing although it is needed, or holds no key; the message
    /// says what to do.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read or write it.</exception>
    public static SecretKey LoadOrCreate(string dataDirectory, bool isNeeded, RandomNumberGenerator random)
    {
        var path = Path.Combine(dataDirectory, FileName);
        if (!File.Exists(path))
        {
            if (isNeeded)
            {
                throw new InvalidDataException(
                    $"{path} is missing: the access keys in the state are sealed with the key in it. Put it back "
                        + "from a backup. "
                        + $"If there is none, make another (head -c {KeyBytes} /dev/urandom | base64 > {path}; "
                        + $"chmod 600 {path}): "
                        + "the access keys of users and hosts that were made until now are then good no longer."
                );
            }

            var made = new byte[KeyBytes];
            random.GetBytes(made);
            PrivateFiles.CreateDirectory(dataDirectory);
            DurableFile.Write(path, Encoding.UTF8.GetBytes(Convert.ToBase64String(made) + "\n"));
        }

        Span<byte> key = stackalloc byte[KeyBytes];
        return Convert.TryFromBase64String(File.ReadAllText(path).Trim(), key, out var written) && written == KeyBytes
            ? new SecretKey(key)
            : throw new InvalidDataException(
                $"{path} does not hold {KeyBytes} bytes in Base64. Put the file back from a backup."
            );
    }

    /// <summary>The secret of a session, 40 characters; it is kept nowhere.</summary>
    /// <param name="accessKeyId">The session's access key.</param>
    internal string SessionSecret(string accessKeyId) =>
        Convert.ToBase64String(Derived("session secret", accessKeyId, SecretBytes));

    /// <summary>The token of a session, 256 characters or more; it is kept nowhere.</summary>
    /// <param name="accessKeyId">The session's access key.</param>
    /// <param name="least">How many characters it has at least; null for the usual.</param>
    internal string SessionToken(string accessKeyId, int? least = null) =>
        Convert.ToBase64String(Derived("session token", accessKeyId, Math.Max(TokenBytes, ((least ?? 0) + 3) / 4 * 3)));

    /// <summary>A secret as it may be written down.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="accessKeyId">The access key that it belongs to; it cannot be opened as another's.</param>
    public string Seal(string secret, string accessKeyId)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        // A nonce made of what is sealed is as good as a random one: it comes again only with the same secret of the
        // same key.
        byte[] named = [.. Encoding.UTF8.GetBytes(accessKeyId + "\0"), .. plain];
        var nonce = HMACSHA256.HashData(_sealing, named).AsSpan(0, NonceBytes);
        var cipher = new byte[plain.Length];
        var tag = new byte[TagBytes];
        using var aes = new AesGcm(_sealing, TagBytes);
        aes.Encrypt(nonce, plain, cipher, tag, Encoding.UTF8.GetBytes(accessKeyId));
        return SealMark + Convert.ToBase64String([.. nonce, .. tag, .. cipher]);
    }

    /// <summary>The secret that was written down; null when it was sealed with another key or is damaged.</summary>
    /// <param name="written">Sealed, or plain as earlier versions wrote it.</param>
    /// <param name="accessKeyId">The access key that it belongs to.</param>
    public string? Open(string written, string accessKeyId)
    {
        if (!IsSealed(written))
            return written;

        var bytes = new byte[written.Length];
        if (
            !Convert.TryFromBase64Chars(written.AsSpan(SealMark.Length), bytes, out var length)
            || length < NonceBytes + TagBytes
        )
            return null;

        var cipher = bytes.AsSpan(NonceBytes + TagBytes, length - NonceBytes - TagBytes);
        var plain = new byte[cipher.Length];
        try
        {
            using var aes = new AesGcm(_sealing, TagBytes);
            aes.Decrypt(
                bytes.AsSpan(0, NonceBytes),
                cipher,
                bytes.AsSpan(NonceBytes, TagBytes),
                plain,
                Encoding.UTF8.GetBytes(accessKeyId)
            );
            return Encoding.UTF8.GetString(plain);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether what was written down can be read with the key alone.</summary>
    public static bool IsSealed(string written) => written.StartsWith(SealMark, StringComparison.Ordinal);

    private byte[] Derived(string purpose, string id, int length) =>
        HKDF.Expand(HashAlgorithmName.SHA256, _key, length, Encoding.UTF8.GetBytes($"estiba {purpose}\0{id}"));

    /// <summary>Not the key, so that it reaches no log.</summary>
    public override string ToString() => FileName;
}
