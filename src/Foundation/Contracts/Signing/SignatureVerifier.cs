using System.Security.Cryptography;
using System.Text;

namespace Estiba.Contracts.Signing;

/// <summary>Tells whether a request was signed by somebody who knows the secret.</summary>
/// <remarks>
/// Of time, scope and token it knows nothing; those are the caller's to judge. Safe for concurrent use.
/// </remarks>
/// <param name="keys">Where derived keys are remembered.</param>
public sealed class SignatureVerifier(SigningKeyCache keys)
{
    /// <summary>Whether the claimed signature is the right one. Takes the same time for every wrong one.</summary>
    /// <param name="request">The request as it was received.</param>
    /// <param name="claim">What it says of its signature.</param>
    /// <param name="secretAccessKey">The secret of the claimed access key.</param>
    /// <param name="body">The whole body as it was received.</param>
    public bool Verify<TRequest>(
        in TRequest request,
        SignatureClaim claim,
        string secretAccessKey,
        ReadOnlySpan<byte> body
    )
        where TRequest : ISignableRequest, allows ref struct => Verify(request, claim, secretAccessKey, body, null);

    /// <summary>
    /// Whether the claimed signature is the right one if the body is what the request says of it, which is left to
    /// whoever reads it.
    /// </summary>
    /// <param name="request">The request as it was received.</param>
    /// <param name="claim">What it says of its signature.</param>
    /// <param name="secretAccessKey">The secret of the claimed access key.</param>
    /// <param name="payload">What it says of the body: a hash, or a word for none.</param>
    public bool VerifyHead<TRequest>(in TRequest request, SignatureClaim claim, string secretAccessKey, string payload)
        where TRequest : ISignableRequest, allows ref struct => Verify(request, claim, secretAccessKey, [], payload);

    /// <summary>The signatures that the chunks of a request must have, whose head has the claimed one.</summary>
    /// <param name="claim">What the request says of its signature, which has been verified.</param>
    /// <param name="secretAccessKey">The secret of the claimed access key.</param>
    public ChunkSignatures ChunksOf(SignatureClaim claim, string secretAccessKey) =>
        new(keys.Get(secretAccessKey, claim.Scope), claim.Timestamp, claim.Scope, claim.Signature);

    /// <summary>What a request says of its body: a hash, or a word for none; null where it says nothing.</summary>
    public static string? PayloadOf<TRequest>(in TRequest request, SignatureClaim claim)
        where TRequest : ISignableRequest, allows ref struct =>
        PayloadHash.IsUnsigned(request, claim) ? PayloadHash.Unsigned : PayloadHash.Named(request, claim);

    private bool Verify<TRequest>(
        in TRequest request,
        SignatureClaim claim,
        string secretAccessKey,
        ReadOnlySpan<byte> body,
        string? payload
    )
        where TRequest : ISignableRequest, allows ref struct
    {
        if (claim.Signature.Length != SignatureV4.Length)
            return false;

        Span<byte> right = stackalloc byte[SignatureV4.Length];
        SignatureV4.Compute(
            request,
            body,
            PayloadHash.IsUnsigned(request, claim),
            claim.SignedHeaders,
            claim.Timestamp,
            claim.Scope,
            keys.Get(secretAccessKey, claim.Scope),
            right,
            payload
        );

        Span<byte> given = stackalloc byte[SignatureV4.Length];
        return Encoding.UTF8.TryGetBytes(claim.Signature, given, out var written)
            && CryptographicOperations.FixedTimeEquals(given[..written], right);
    }

    /// <summary>
    /// Whether what a request says of its body's hash can be true: a hash, or a word for none where the body need not
    /// be signed.
    /// </summary>
    /// <remarks>This is known before the body is.</remarks>
    public static bool CanBeRight<TRequest>(in TRequest request, SignatureClaim claim)
        where TRequest : ISignableRequest, allows ref struct =>
        PayloadHash.Named(request, claim) switch
        {
            null => true,
            PayloadHash.Unsigned => PayloadHash.MayBeUnsigned(claim),
            var text when ChunkedPayload.Find(text) is not null => PayloadHash.IsOptional(claim),
            var text => text.Length == PayloadHash.Length && text.All(char.IsAsciiHexDigit),
        };
}
