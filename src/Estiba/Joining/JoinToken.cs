using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Estiba.Joining;

/// <summary>
/// What lets a host join: shown once, when it is made. The platform keeps its hash, from which it cannot be made again.
/// </summary>
/// <param name="Id">Names it in lists and logs; no secret.</param>
/// <param name="Secret">256 bits of chance, which is why its hash needs no salt.</param>
internal sealed record JoinToken(string Id, string Secret)
{
    private const string Prefix = "estiba";
    private const string Letters = "abcdefghijklmnopqrstuvwxyz234567";
    private const int IdLength = 8;
    private const int SecretLength = 52;

    /// <summary>The whole of it, as a person copies it: <c>estiba-id-secret</c>.</summary>
    internal string Text => $"{Prefix}-{Id}-{Secret}";

    internal static JoinToken New() =>
        new(RandomNumberGenerator.GetString(Letters, IdLength), RandomNumberGenerator.GetString(Letters, SecretLength));

    internal static bool TryParse(string? text, [NotNullWhen(true)] out JoinToken? token)
    {
        token = text?.Trim().Split('-') is [Prefix, { Length: IdLength } id, { Length: SecretLength } secret]
            ? new JoinToken(id, secret)
            : null;
        return token is not null;
    }

    /// <summary>SHA-256 of the secret, in hexadecimal digits.</summary>
    internal string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)));

    /// <summary>The id alone, so that no secret reaches a log.</summary>
    public override string ToString() => Id;
}
