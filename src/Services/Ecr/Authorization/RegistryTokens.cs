using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Estiba.Ecr.Authorization;

/// <summary>Who has logged in to the registry, and for what account and region.</summary>
internal sealed record RegistryLogin
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string PrincipalArn { get; init; }

    /// <summary>The key that the token was asked for with: it ends, and the token does.</summary>
    public string AccessKeyId { get; init; } = "";

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether it is good for pulling alone, as the keys of hosts are.</summary>
    public bool IsForPulling { get; init; }

    /// <summary>
    /// If set, the login is good for reading just this layer of <see cref="Repository"/>, as in a download URL.
    /// </summary>
    public string? LayerDigest { get; init; }

    public string? Repository { get; init; }
}

/// <summary>
/// Makes and reads the passwords of <c>docker login</c>. A token is what it says, signed: the platform keeps no list of
/// them.
/// </summary>
internal sealed class RegistryTokens(byte[] key)
{
    public string Issue(RegistryLogin login)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(login, TokenJson.Default.RegistryLogin);
        return $"{Base64Url.EncodeToString(payload)}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, payload))}";
    }

    /// <summary>Reads a token that was issued with the same key, be it expired or not.</summary>
    /// <returns>Null if it was not.</returns>
    public RegistryLogin? Read(string token)
    {
        var dot = token.IndexOf('.');
        if (
            dot < 0
            || !TryDecode(token.AsSpan(0, dot), out var payload)
            || !TryDecode(token.AsSpan(dot + 1), out var signature)
        )
            return null;
        return CryptographicOperations.FixedTimeEquals(signature, HMACSHA256.HashData(key, payload))
            ? JsonSerializer.Deserialize(payload, TokenJson.Default.RegistryLogin)
            : null;
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var count))
            return false;
        Array.Resize(ref bytes, count);
        return true;
    }
}

/// <summary>How a token's payload is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RegistryLogin))]
internal sealed partial class TokenJson : JsonSerializerContext;
