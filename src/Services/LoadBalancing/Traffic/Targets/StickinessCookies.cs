using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>
/// Writes and reads what a load balancer keeps in a client's cookie: which target or group it has, and since when.
/// Nobody else can read or make one ("the contents of load balancer generated cookies are encrypted").
/// </summary>
/// <param name="key">32 bytes; another key reads nothing that this one wrote.</param>
public sealed class StickinessCookies(byte[] key) : IDisposable
{
    /// <summary>The cookie of a target, by the load balancer alone.</summary>
    public const string Target = "AWSALB";

    /// <summary>The same for requests from other sites.</summary>
    public const string TargetAcrossSites = "AWSALBCORS";

    /// <summary>The cookie of a target, beside one of the application.</summary>
    public const string Application = "AWSALBAPP-0";

    /// <summary>The cookie of a target group.</summary>
    public const string Group = "AWSALBTG";

    /// <summary>The same for requests from other sites.</summary>
    public const string GroupAcrossSites = "AWSALBTGCORS";

    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>How long browsers keep it, whatever the duration of stickiness.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    private readonly AesGcm _cipher = new(key, TagSize);

    /// <summary>A cookie's value.</summary>
    /// <param name="purpose">For whom it is good: who reads it must say the same.</param>
    /// <param name="choice">What was chosen.</param>
    /// <param name="now">The time.</param>
    public string Write(string purpose, string choice, DateTimeOffset now)
    {
        var plain = Encoding.UTF8.GetBytes($"{now.ToUnixTimeSeconds()} {choice}");
        var sealedBytes = new byte[NonceSize + TagSize + plain.Length];
        var nonce = sealedBytes.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Encrypt(
            nonce,
            plain,
            sealedBytes.AsSpan(NonceSize + TagSize),
            sealedBytes.AsSpan(NonceSize, TagSize),
            Encoding.UTF8.GetBytes(purpose)
        );
        return Base64Url.EncodeToString(sealedBytes);
    }

    /// <summary>What was chosen; null where the cookie is too old, or none of ours.</summary>
    /// <param name="purpose">For whom it must be good.</param>
    /// <param name="value">The cookie's value.</param>
    /// <param name="duration">How long it is good.</param>
    /// <param name="now">The time.</param>
    public string? Read(string purpose, string value, TimeSpan duration, DateTimeOffset now)
    {
        var sealedBytes = new byte[Base64Url.GetMaxDecodedLength(value.Length)];
        var decoded = Base64Url.DecodeFromChars(value, sealedBytes, out _, out var length);
        if (decoded != OperationStatus.Done || length <= NonceSize + TagSize)
            return null;
        var plain = new byte[length - NonceSize - TagSize];
        try
        {
            _cipher.Decrypt(
                sealedBytes.AsSpan(0, NonceSize),
                sealedBytes.AsSpan(NonceSize + TagSize, plain.Length),
                sealedBytes.AsSpan(NonceSize, TagSize),
                plain,
                Encoding.UTF8.GetBytes(purpose)
            );
        }
        catch (CryptographicException)
        {
            return null;
        }
        var text = Encoding.UTF8.GetString(plain);
        var space = text.IndexOf(' ');
        var written = DateTimeOffset.FromUnixTimeSeconds(long.Parse(text.AsSpan(0, space)));
        return now - written <= duration ? text[(space + 1)..] : null;
    }

    /// <summary>The Set-Cookie header of a cookie.</summary>
    /// <param name="name">Its name; those across sites have <c>SameSite=None</c>.</param>
    /// <param name="value">Its value.</param>
    /// <param name="now">The time.</param>
    /// <param name="secure">Whether the client came by HTTPS.</param>
    public static string Header(string name, string value, DateTimeOffset now, bool secure)
    {
        var header = $"{name}={value}; Expires={now + KeptFor:R}; Path=/";
        if (name is not (TargetAcrossSites or GroupAcrossSites))
            return header;
        return header + (secure ? "; SameSite=None; Secure" : "; SameSite=None");
    }

    /// <inheritdoc />
    public void Dispose() => _cipher.Dispose();
}
