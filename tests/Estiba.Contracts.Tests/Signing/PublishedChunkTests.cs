using System.Text;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Tests.Signing;

/// <summary>
/// The example of Amazon S3's API reference: 65 KiB of the letter a in three chunks, without a trailer and with one.
/// </summary>
public sealed class PublishedChunkTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string Time = "20130524T000000Z";
    private static readonly CredentialScope Scope = new("20130524", "us-east-1", "s3");

    [Fact]
    public void The_published_chunks_have_the_published_signatures() =>
        ChunksAfter("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9", out _)
            .ShouldBe([
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ]);

    [Fact]
    public void The_published_trailer_has_the_published_signature()
    {
        ChunksAfter("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e", out var signatures)
            .ShouldBe([
                "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
            ]);

        signatures.Append("x-amz-checksum-crc32c:sOO8/Q==\n"u8);
        signatures.EndTrailer().ShouldBe("d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435");
    }

    [Theory]
    [InlineData("", "66824", "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")]
    [InlineData("-TRAILER", null, "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")]
    public void The_published_head_is_authentic_and_signs_the_first_chunk(string more, string? length, string seed)
    {
        var request = new ReceivedRequest("PUT", "/examplebucket/chunkObject.txt")
            .With("content-encoding", "aws-chunked")
            .With("host", "s3.amazonaws.com")
            .With("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + more)
            .With("x-amz-date", Time)
            .With("x-amz-decoded-content-length", "66560")
            .With("x-amz-storage-class", "REDUCED_REDUNDANCY");
        var names = "host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class";
        if (length is not null)
            request.With("content-length", length);
        else
            request.With("x-amz-trailer", "x-amz-checksum-crc32c");
        request.With(
            "authorization",
            $"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/{Scope}, SignedHeaders=content-encoding;"
                + $"{(length is null ? "" : "content-length;")}{names}{(length is null ? ";x-amz-trailer" : "")}, "
                + $"Signature={seed}"
        );
        var verifier = new SignatureVerifier(new SigningKeyCache());
        var claim = SignatureClaim.Read(request);

        SignatureVerifier.CanBeRight(request, claim).ShouldBeTrue();
        verifier.VerifyHead(request, claim, Secret, SignatureVerifier.PayloadOf(request, claim)!).ShouldBeTrue();
        var signatures = verifier.ChunksOf(claim, Secret);
        signatures.Append(Encoding.ASCII.GetBytes(new string('a', 65536)));
        signatures.EndChunk().ShouldBe(ChunksAfter(seed, out _)[0]);
    }

    [Theory]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", true, false)]
    [InlineData("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true, true)]
    [InlineData("STREAMING-UNSIGNED-PAYLOAD-TRAILER", false, true)]
    public void A_word_says_what_is_signed_and_what_follows(string word, bool isSigned, bool hasTrailer) =>
        ChunkedPayload.Find(word).ShouldBe(new ChunkedPayload(isSigned, hasTrailer));

    [Theory]
    [InlineData("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")]
    [InlineData("STREAMING-UNSIGNED-PAYLOAD")]
    [InlineData("UNSIGNED-PAYLOAD")]
    public void Other_words_are_no_chunks(string word) => ChunkedPayload.Find(word).ShouldBeNull();

    private static string[] ChunksAfter(string seed, out ChunkSignatures signatures)
    {
        var chunks = signatures = new ChunkSignatures(SigningKeyCache.Derive(Secret, Scope), Time, Scope, seed);
        return
        [
            .. new[] { 65536, 1024, 0 }.Select(length =>
            {
                chunks.Append(Encoding.ASCII.GetBytes(new string('a', length)));
                return chunks.EndChunk();
            }),
        ];
    }
}
