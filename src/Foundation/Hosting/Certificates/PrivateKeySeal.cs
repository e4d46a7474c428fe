using System.Security.Cryptography;
using System.Text;

namespace Estiba.Hosting.Certificates;

/// <summary>
/// Private keys as they are kept: encrypted with a key that is not in the state as it is, each for the one thing that
/// it belongs to.
/// </summary>
/// <param name="key">32 bytes.</param>
public sealed class PrivateKeySeal(ReadOnlyMemory<byte> key)
{
    /// <summary>How many bytes the key has.</summary>
    public const int KeyBytes = 32;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>A private key as it may be written down.</summary>
    /// <param name="privateKey">In PEM form.</param>
    /// <param name="owner">What it belongs to; it cannot be opened as another's.</param>
    public string Seal(string privateKey, string owner)
    {
        var plain = Encoding.UTF8.GetBytes(privateKey);
        var sealedKey = new byte[NonceBytes + TagBytes + plain.Length];
        var nonce = sealedKey.AsSpan(0, NonceBytes);
        var tag = sealedKey.AsSpan(NonceBytes, TagBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key.Span, TagBytes);
        aes.Encrypt(nonce, plain, sealedKey.AsSpan(NonceBytes + TagBytes), tag, Encoding.UTF8.GetBytes(owner));
        CryptographicOperations.ZeroMemory(plain);
        return Convert.ToBase64String(sealedKey);
    }

    /// <summary>The private key that was written down; null when it was sealed with another key, or is
    /// damaged.</summary>
    public string? Open(string written, string owner)
    {
        var sealedKey = Convert.FromBase64String(written);
        var plain = new byte[sealedKey.Length - NonceBytes - TagBytes];
        try
        {
            using var aes = new AesGcm(key.Span, TagBytes);
            aes.Decrypt(
                sealedKey.AsSpan(0, NonceBytes),
                sealedKey.AsSpan(NonceBytes + TagBytes),
                sealedKey.AsSpan(NonceBytes, TagBytes),
                plain,
                Encoding.UTF8.GetBytes(owner)
            );
            return Encoding.UTF8.GetString(plain);
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}
