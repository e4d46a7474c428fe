using System.Security.Cryptography;
using System.Text;

namespace Estiba.Contracts.Signing;

/// <summary>Tells whether a request was signed by somebody who knows the secret.</summary>
/// <remarks>Of time, scope and token it knows nothing; those are the caller's to judge. Safe for concurrent use.</remarks>
/// <param name="keys">Where derived keys are remembered.</param>
public sealed class SignatureVerifier(SigningKeyCache keys)
{
    /// <summary>Whether the claimed signature is the right one. Takes the same time for every wrong one.</summary>
    /// <param name="request">The request as it was received.</param>
    /// <param name="claim">What it says of its signature.</param>
    /// <param name="secretAccessKey">The secret of the claimed access key.</param>
    /// <param name="body">The whole body as it was received.</param>
    public bool Verify<TRequest>(in TRequest request, SignatureClaim claim, string secretAccessKey, ReadOnlySpan<byte> body)
        where TRequest : ISignableRequest, allows ref struct
    {
        if (claim.Signature.Length != SignatureV4.Length)
            return false;

        Span<byte> right = stackalloc byte[SignatureV4.Length];
        SignatureV4.Compute(
            request, body, IsUnsigned(request, claim), claim.SignedHeaders, claim.Timestamp, claim.Scope,
            keys.Get(secretAccessKey, claim.Scope), right);

        Span<byte> given = stackalloc byte[SignatureV4.Length];
        return Encoding.UTF8.TryGetBytes(claim.Signature, given, out var written)
            && CryptographicOperations.FixedTimeEquals(given[..written], right);
    }

    // The word is part of what is signed, so nobody on the way can take a body out of a signature that has it in.
    private static bool IsUnsigned<TRequest>(in TRequest request, SignatureClaim claim)
        where TRequest : ISignableRequest, allows ref struct =>
        request.Header(PayloadHash.Header) == PayloadHash.Unsigned || (claim.Expires is not null && claim.Scope.Service == "s3");
}
