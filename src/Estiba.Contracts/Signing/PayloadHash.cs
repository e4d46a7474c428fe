using System.Security.Cryptography;

namespace Estiba.Contracts.Signing;

/// <summary>The last line of a canonical request: the body's hash, or a word that says it is not signed.</summary>
internal static class PayloadHash
{
    /// <summary>64 bytes of hexadecimal digits.</summary>
    public const int Length = SHA256.HashSizeInBytes * 2;

    public const string Header = "x-amz-content-sha256";

    /// <summary>What stands for the hash when the sender has left the body out of the signature.</summary>
    public const string Unsigned = "UNSIGNED-PAYLOAD";

    public static ReadOnlySpan<byte> OfNothing => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"u8;

    /// <summary>Appends the body's SHA-256 in hexadecimal.</summary>
    public static void Append(ref Utf8Builder builder, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            builder.Append(OfNothing);
            return;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        builder.AppendLowerHex(hash);
    }
}
