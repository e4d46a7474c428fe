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

    /// <summary>
    /// Whether a body may be left out of a signature: where the service lets it be, and in presigned requests, whose
    /// sender does not know what will be sent ("Create a signed AWS API request", <c>UNSIGNED-PAYLOAD</c>).
    /// </summary>
    public static bool MayBeUnsigned(SignatureClaim claim) => claim.IsPresigned || IsOptional(claim);

    /// <summary>Whether the service takes bodies that no signature covers, or one chunk by chunk.</summary>
    public static bool IsOptional(SignatureClaim claim) => ServiceTraits.Of(claim.Scope.Service).IsBodyOptional;

    /// <summary>
    /// Whether the request leaves its body out of the signature, and may. The word is part of what is signed.
    /// </summary>
    public static bool IsUnsigned<TRequest>(in TRequest request, SignatureClaim claim)
        where TRequest : ISignableRequest, allows ref struct =>
        MayBeUnsigned(claim)
        && (Named(request, claim) ?? (claim.IsPresigned && IsOptional(claim) ? Unsigned : "")) == Unsigned;

    /// <summary>What the request says that its body's hash is; null where it does not say.</summary>
    public static string? Named<TRequest>(in TRequest request, SignatureClaim claim)
        where TRequest : ISignableRequest, allows ref struct =>
        request.Header(Header)
        ?? (claim.IsPresigned ? CanonicalQuery.Find(request.Query, "X-Amz-Content-Sha256") : null);

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
