namespace Estiba.Contracts.Signing;

/// <summary>
/// A body that is sent in chunks (<c>aws-chunked</c>), as <c>x-amz-content-sha256</c> says in place of its hash
/// ("Authenticating Requests: Using the Authorization Header", Amazon S3's API reference).
/// </summary>
/// <param name="IsSigned">Whether each chunk, and the trailer, has a signature.</param>
/// <param name="HasTrailer">Whether headers follow the last chunk.</param>
public readonly record struct ChunkedPayload(bool IsSigned, bool HasTrailer)
{
    /// <summary>What a word says; null where it stands for no body in chunks.</summary>
    public static ChunkedPayload? Find(string word) =>
        word switch
        {
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => new(IsSigned: true, HasTrailer: false),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => new(IsSigned: true, HasTrailer: true),
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => new(IsSigned: false, HasTrailer: true),
            _ => null,
        };
}
