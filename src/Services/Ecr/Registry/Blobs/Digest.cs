using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Estiba.Ecr.Registry.Blobs;

/// <summary>The name of a content: the algorithm and the hash in lower-case hex, as in <c>sha256:6c3c…</c>.</summary>
/// <remarks>
/// "Digests" in the OCI image specification. Only its two registered algorithms exist here, so a digest is safe in a
/// file name.
/// </remarks>
internal readonly record struct Digest
{
    private const string Sha256Prefix = "sha256:";
    private const string Sha512Prefix = "sha512:";

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly string? _value;

    private Digest(string value) => _value = value;

    /// <summary>The algorithm's name in the digest: <c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm => IsSha256 ? "sha256" : "sha512";

    public string Hex => Value[Sha256Prefix.Length..];

    public bool IsSha256 => Value.StartsWith(Sha256Prefix, StringComparison.Ordinal);

    private string Value => _value ?? throw new InvalidOperationException("The digest was never given a value.");

    public static Digest OfSha256(ReadOnlySpan<byte> content) => FromSha256(SHA256.HashData(content));

    /// <summary>The digest of a content by the algorithm of another.</summary>
    public static Digest Of(ReadOnlySpan<byte> content, Digest like) =>
        like.IsSha256 ? OfSha256(content) : FromSha512(SHA512.HashData(content));

    public static Digest FromSha256(ReadOnlySpan<byte> hash) => new(Sha256Prefix + Convert.ToHexStringLower(hash));

    public static Digest FromSha512(ReadOnlySpan<byte> hash) => new(Sha512Prefix + Convert.ToHexStringLower(hash));

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        var wellFormed =
            text is not null
            && (
                (
                    text.StartsWith(Sha256Prefix, StringComparison.Ordinal)
                    && IsLowerHex(text.AsSpan(Sha256Prefix.Length), 64)
                )
                || (
                    text.StartsWith(Sha512Prefix, StringComparison.Ordinal)
                    && IsLowerHex(text.AsSpan(Sha512Prefix.Length), 128)
                )
            );
        digest = wellFormed ? new Digest(text!) : default;
        return wellFormed;
    }

    public override string ToString() => Value;

    private static bool IsLowerHex(ReadOnlySpan<char> text, int length) =>
        text.Length == length && !text.ContainsAnyExcept(LowerHex);
}
