using System.Security.Cryptography;

namespace Estiba.Contracts.Signing;

/// <summary>
/// Computes signatures: the canonical request, the string to sign, the HMAC ("Create a signed AWS API request").
/// </summary>
internal static class SignatureV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>A signature is this many hexadecimal digits.</summary>
    public const int Length = HMACSHA256.HashSizeInBytes * 2;

    /// <summary>How a moment is written in a signature: <c>20150830T123600Z</c>.</summary>
    public const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    // Enough for nearly every request on the stack; longer ones continue in pooled memory.
    private const int StackBytes = 1536;

    /// <summary>Writes a request's signature as hexadecimal digits.</summary>
    /// <param name="request">What is signed.</param>
    /// <param name="body">The body; its hash is part of the signature.</param>
    /// <param name="unsignedPayload">Whether the body is left out.</param>
    /// <param name="signedHeaders">Names in lower case and in order.</param>
    /// <param name="time">The moment, as <see cref="TimeFormat"/>.</param>
    /// <param name="scope">What the key is good for.</param>
    /// <param name="key">The key derived for that scope.</param>
    /// <param name="signature">Room for <see cref="Length"/> bytes.</param>
    /// <param name="payload">What stands for the body, where it is not there yet; null to take its hash.</param>
    public static void Compute<TRequest>(
        in TRequest request,
        ReadOnlySpan<byte> body,
        bool unsignedPayload,
        ReadOnlySpan<string> signedHeaders,
        string time,
        CredentialScope scope,
        ReadOnlySpan<byte> key,
        Span<byte> signature,
        string? payload = null
    )
        where TRequest : ISignableRequest, allows ref struct
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var canonical = new Utf8Builder(stackalloc byte[StackBytes]);
        try
        {
            AppendCanonicalRequest(
                ref canonical,
                request,
                body,
                unsignedPayload,
                signedHeaders,
                scope.Service,
                payload
            );
            SHA256.HashData(canonical.Written, hash);
        }
        finally
        {
            canonical.Dispose();
        }

        var stringToSign = new Utf8Builder(stackalloc byte[512]);
        try
        {
            AppendStringToSign(ref stringToSign, time, scope, hash);
            HMACSHA256.HashData(key, stringToSign.Written, hash);
        }
        finally
        {
            stringToSign.Dispose();
        }

        Convert.TryToHexStringLower(hash, signature, out _);
    }

    public static void AppendCanonicalRequest<TRequest>(
        ref Utf8Builder builder,
        in TRequest request,
        ReadOnlySpan<byte> body,
        bool unsignedPayload,
        ReadOnlySpan<string> signedHeaders,
        string service,
        string? payload = null
    )
        where TRequest : ISignableRequest, allows ref struct
    {
        builder.Append(request.Method);
        builder.Append((byte)'\n');
        CanonicalPath.Append(ref builder, request.Path, service);
        builder.Append((byte)'\n');
        CanonicalQuery.Append(ref builder, request.Query);
        builder.Append((byte)'\n');

        foreach (var name in signedHeaders)
        {
            builder.Append(name);
            builder.Append((byte)':');
            AppendTrimmed(ref builder, request.Header(name));
            builder.Append((byte)'\n');
        }

        builder.Append((byte)'\n');
        for (var i = 0; i < signedHeaders.Length; i++)
        {
            if (i > 0)
                builder.Append((byte)';');
            builder.Append(signedHeaders[i]);
        }

        builder.Append((byte)'\n');
        if (payload is not null)
            builder.Append(payload);
        else if (unsignedPayload)
            builder.Append(PayloadHash.Unsigned);
        else
            PayloadHash.Append(ref builder, body);
    }

    private static void AppendStringToSign(
        ref Utf8Builder builder,
        string time,
        CredentialScope scope,
        ReadOnlySpan<byte> hash
    )
    {
        builder.Append(Algorithm);
        builder.Append((byte)'\n');
        builder.Append(time);
        builder.Append((byte)'\n');
        builder.Append(scope.Date);
        builder.Append((byte)'/');
        builder.Append(scope.Region);
        builder.Append((byte)'/');
        builder.Append(scope.Service);
        builder.Append((byte)'/');
        builder.Append(CredentialScope.Terminator);
        builder.Append((byte)'\n');
        builder.AppendLowerHex(hash);
    }

    /// <summary>
    /// Appends a header's value without the spaces around it, and with each run of spaces inside it as one.
    /// </summary>
    private static void AppendTrimmed(ref Utf8Builder builder, string? value)
    {
        var rest = value.AsSpan().Trim();
        while (rest.IndexOf("  ") is var gap and >= 0)
        {
            builder.Append(rest[..(gap + 1)]);
            rest = rest[gap..].TrimStart(' ');
        }

        builder.Append(rest);
    }
}
