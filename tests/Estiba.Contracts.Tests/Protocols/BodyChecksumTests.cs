using Estiba.Contracts.Protocols;

namespace Estiba.Contracts.Tests.Protocols;

/// <summary>Checksums of "123456789", whose values the catalogue of CRC algorithms tells.</summary>
public sealed class BodyChecksumTests
{
    private static StandInRequest Request() => new StandInRequest("PUT", "/").WithBody("123456789"u8.ToArray());

    [Theory]
    [InlineData("x-amz-checksum-crc32", "CBF43926")]
    [InlineData("x-amz-checksum-crc32c", "E3069283")]
    [InlineData("x-amz-checksum-crc64nvme", "AE8B14860A799888")]
    [InlineData("x-amz-checksum-sha1", "F7C3BC1D808E04732ADF679965CCC34CA7AE3441")]
    [InlineData("x-amz-checksum-sha256", "15E2B0D3C33891EBB0F1EF609EC419420C20E320CE94C65FBC8C3312448EB225")]
    [InlineData("Content-MD5", "25F9E794323B453885F5181F1B624D0B")]
    public void A_checksum_that_is_told_must_be_the_bodys(string header, string hex)
    {
        var right = Convert.FromHexString(hex);
        var wrong = right.Reverse().ToArray();

        BodyChecksums.Check(Request().With(header, Convert.ToBase64String(right))).ShouldBeNull();
        BodyChecksums.Check(Request().With(header, Convert.ToBase64String(wrong)))!.Code.ShouldBe("BadDigest");
    }

    [Theory]
    [InlineData("x-amz-checksum-crc32", "InvalidRequest")]
    [InlineData("Content-MD5", "InvalidDigest")]
    public void What_is_no_checksum_is_told_apart(string header, string code)
    {
        BodyChecksums.Check(Request().With(header, "?"))!.Code.ShouldBe(code);
        BodyChecksums.Check(Request().With(header, "AAA="))!.Code.ShouldBe(code);
    }
}
