using Estiba.Contracts.S3;
using Algorithms = Estiba.Contracts.S3.ChecksumAlgorithm;
using ContractChecksum = Estiba.Contracts.S3.Checksum;

namespace Estiba.S3.Objects;

/// <summary>A checksum of a content.</summary>
/// <param name="Algorithm">The algorithm, as <c>CRC64NVME</c>.</param>
/// <param name="Value">In base64; of a composite one also the number of parts.</param>
/// <param name="Type">Whether it is one of the whole or of its parts' checksums; null of a part.</param>
internal sealed record ContentChecksum(string Algorithm, string Value, string? Type = null)
{
    /// <summary>Its value where it is by an algorithm; else null.</summary>
    internal string? By(string algorithm) => Algorithm == algorithm ? Value : null;
}

/// <summary>The members of requests and answers that have checksums, one for each algorithm.</summary>
internal static class ChecksumMembers
{
    internal static PutObjectOutput With(this PutObjectOutput answer, ContentChecksum? checksum) =>
        answer with
        {
            ChecksumCRC32 = checksum?.By(Algorithms.Crc32),
            ChecksumCRC32C = checksum?.By(Algorithms.Crc32c),
            ChecksumCRC64NVME = checksum?.By(Algorithms.Crc64nvme),
            ChecksumSHA1 = checksum?.By(Algorithms.Sha1),
            ChecksumSHA256 = checksum?.By(Algorithms.Sha256),
            ChecksumSHA512 = checksum?.By(Algorithms.Sha512),
            ChecksumMD5 = checksum?.By(Algorithms.Md5),
            ChecksumXXHASH64 = checksum?.By(Algorithms.Xxhash64),
            ChecksumXXHASH3 = checksum?.By(Algorithms.Xxhash3),
            ChecksumXXHASH128 = checksum?.By(Algorithms.Xxhash128),
            ChecksumType = checksum?.Type,
        };

    internal static GetObjectOutput With(this GetObjectOutput answer, ContentChecksum? checksum) =>
        answer with
        {
            ChecksumCRC32 = checksum?.By(Algorithms.Crc32),
            ChecksumCRC32C = checksum?.By(Algorithms.Crc32c),
            ChecksumCRC64NVME = checksum?.By(Algorithms.Crc64nvme),
            ChecksumSHA1 = checksum?.By(Algorithms.Sha1),
            ChecksumSHA256 = checksum?.By(Algorithms.Sha256),
            ChecksumSHA512 = checksum?.By(Algorithms.Sha512),
            ChecksumMD5 = checksum?.By(Algorithms.Md5),
            ChecksumXXHASH64 = checksum?.By(Algorithms.Xxhash64),
            ChecksumXXHASH3 = checksum?.By(Algorithms.Xxhash3),
            ChecksumXXHASH128 = checksum?.By(Algorithms.Xxhash128),
            ChecksumType = checksum?.Type,
        };

    internal static HeadObjectOutput With(this HeadObjectOutput answer, ContentChecksum? checksum) =>
        answer with
        {
            ChecksumCRC32 = checksum?.By(Algorithms.Crc32),
            ChecksumCRC32C = checksum?.By(Algorithms.Crc32c),
            ChecksumCRC64NVME = checksum?.By(Algorithms.Crc64nvme),
            ChecksumSHA1 = checksum?.By(Algorithms.Sha1),
            ChecksumSHA256 = checksum?.By(Algorithms.Sha256),
            ChecksumSHA512 = checksum?.By(Algorithms.Sha512),
            ChecksumMD5 = checksum?.By(Algorithms.Md5),
            ChecksumXXHASH64 = checksum?.By(Algorithms.Xxhash64),
            ChecksumXXHASH3 = checksum?.By(Algorithms.Xxhash3),
            ChecksumXXHASH128 = checksum?.By(Algorithms.Xxhash128),
            ChecksumType = checksum?.Type,
        };

    internal static CopyObjectResult With(this CopyObjectResult answer, ContentChecksum? checksum) =>
        answer with
        {
            ChecksumCRC32 = checksum?.By(Algorithms.Crc32),
            ChecksumCRC32C = checksum?.By(Algorithms.Crc32c),
            ChecksumCRC64NVME = checksum?.By(Algorithms.Crc64nvme),
            ChecksumSHA1 = checksum?.By(Algorithms.Sha1),
            ChecksumSHA256 = checksum?.By(Algorithms.Sha256),
            ChecksumSHA512 = checksum?.By(Algorithms.Sha512),
            ChecksumMD5 = checksum?.By(Algorithms.Md5),
            ChecksumXXHASH64 = checksum?.By(Algorithms.Xxhash64),
            ChecksumXXHASH3 = checksum?.By(Algorithms.Xxhash3),
            ChecksumXXHASH128 = checksum?.By(Algorithms.Xxhash128),
            ChecksumType = checksum?.Type,
        };

    internal static CompleteMultipartUploadOutput With(
        this CompleteMultipartUploadOutput answer,
        ContentChecksum? checksum
    ) =>
        answer with
        {
            ChecksumCRC32 = checksum?.By(Algorithms.Crc32),
            ChecksumCRC32C = checksum?.By(Algorithms.Crc32c),
            ChecksumCRC64NVME = checksum?.By(Algorithms.Crc64nvme),
            ChecksumSHA1 = checksum?.By(Algorithms.Sha1),
            ChecksumSHA256 = checksum?.By(Algorithms.Sha256),
            ChecksumSHA512 = checksum?.By(Algorithms.Sha512),
            ChecksumMD5 = checksum?.By(Algorithms.Md5),
            ChecksumXXHASH64 = checksum?.By(Algorithms.Xxhash64),
            ChecksumXXHASH3 = checksum?.By(Algorithms.Xxhash3),
            ChecksumXXHASH128 = checksum?.By(Algorithms.Xxhash128),
            ChecksumType = checksum?.Type,
        };

    internal static UploadPartOutput With(this UploadPartOutput answer, ContentChecksum? checksum) =>
        answer with
        {
            ChecksumCRC32 = checksum?.By(Algorithms.Crc32),
            ChecksumCRC32C = checksum?.By(Algorithms.Crc32c),
            ChecksumCRC64NVME = checksum?.By(Algorithms.Crc64nvme),
            ChecksumSHA1 = checksum?.By(Algorithms.Sha1),
            ChecksumSHA256 = checksum?.By(Algorithms.Sha256),
            ChecksumSHA512 = checksum?.By(Algorithms.Sha512),
            ChecksumMD5 = checksum?.By(Algorithms.Md5),
            ChecksumXXHASH64 = checksum?.By(Algorithms.Xxhash64),
            ChecksumXXHASH3 = checksum?.By(Algorithms.Xxhash3),
            ChecksumXXHASH128 = checksum?.By(Algorithms.Xxhash128),
        };

    internal static CopyPartResult With(this CopyPartResult answer, ContentChecksum? checksum) =>
        answer with
        {
            ChecksumCRC32 = checksum?.By(Algorithms.Crc32),
            ChecksumCRC32C = checksum?.By(Algorithms.Crc32c),
            ChecksumCRC64NVME = checksum?.By(Algorithms.Crc64nvme),
            ChecksumSHA1 = checksum?.By(Algorithms.Sha1),
            ChecksumSHA256 = checksum?.By(Algorithms.Sha256),
            ChecksumSHA512 = checksum?.By(Algorithms.Sha512),
            ChecksumMD5 = checksum?.By(Algorithms.Md5),
            ChecksumXXHASH64 = checksum?.By(Algorithms.Xxhash64),
            ChecksumXXHASH3 = checksum?.By(Algorithms.Xxhash3),
            ChecksumXXHASH128 = checksum?.By(Algorithms.Xxhash128),
        };

    internal static Part With(this Part answer, ContentChecksum? checksum) =>
        answer with
        {
            ChecksumCRC32 = checksum?.By(Algorithms.Crc32),
            ChecksumCRC32C = checksum?.By(Algorithms.Crc32c),
            ChecksumCRC64NVME = checksum?.By(Algorithms.Crc64nvme),
            ChecksumSHA1 = checksum?.By(Algorithms.Sha1),
            ChecksumSHA256 = checksum?.By(Algorithms.Sha256),
            ChecksumSHA512 = checksum?.By(Algorithms.Sha512),
            ChecksumMD5 = checksum?.By(Algorithms.Md5),
            ChecksumXXHASH64 = checksum?.By(Algorithms.Xxhash64),
            ChecksumXXHASH3 = checksum?.By(Algorithms.Xxhash3),
            ChecksumXXHASH128 = checksum?.By(Algorithms.Xxhash128),
        };

    internal static ObjectPart With(this ObjectPart answer, ContentChecksum? checksum) =>
        answer with
        {
            ChecksumCRC32 = checksum?.By(Algorithms.Crc32),
            ChecksumCRC32C = checksum?.By(Algorithms.Crc32c),
            ChecksumCRC64NVME = checksum?.By(Algorithms.Crc64nvme),
            ChecksumSHA1 = checksum?.By(Algorithms.Sha1),
            ChecksumSHA256 = checksum?.By(Algorithms.Sha256),
            ChecksumSHA512 = checksum?.By(Algorithms.Sha512),
            ChecksumMD5 = checksum?.By(Algorithms.Md5),
            ChecksumXXHASH64 = checksum?.By(Algorithms.Xxhash64),
            ChecksumXXHASH3 = checksum?.By(Algorithms.Xxhash3),
            ChecksumXXHASH128 = checksum?.By(Algorithms.Xxhash128),
        };

    internal static ContractChecksum With(this ContractChecksum answer, ContentChecksum? checksum) =>
        answer with
        {
            ChecksumCRC32 = checksum?.By(Algorithms.Crc32),
            ChecksumCRC32C = checksum?.By(Algorithms.Crc32c),
            ChecksumCRC64NVME = checksum?.By(Algorithms.Crc64nvme),
            ChecksumSHA1 = checksum?.By(Algorithms.Sha1),
            ChecksumSHA256 = checksum?.By(Algorithms.Sha256),
            ChecksumSHA512 = checksum?.By(Algorithms.Sha512),
            ChecksumMD5 = checksum?.By(Algorithms.Md5),
            ChecksumXXHASH64 = checksum?.By(Algorithms.Xxhash64),
            ChecksumXXHASH3 = checksum?.By(Algorithms.Xxhash3),
            ChecksumXXHASH128 = checksum?.By(Algorithms.Xxhash128),
            ChecksumType = checksum?.Type,
        };

    internal static ContentChecksum? Given(this PutObjectRequest request) =>
        First(
            (Algorithms.Crc32, request.ChecksumCRC32),
            (Algorithms.Crc32c, request.ChecksumCRC32C),
            (Algorithms.Crc64nvme, request.ChecksumCRC64NVME),
            (Algorithms.Sha1, request.ChecksumSHA1),
            (Algorithms.Sha256, request.ChecksumSHA256),
            (Algorithms.Sha512, request.ChecksumSHA512),
            (Algorithms.Md5, request.ChecksumMD5),
            (Algorithms.Xxhash64, request.ChecksumXXHASH64),
            (Algorithms.Xxhash3, request.ChecksumXXHASH3),
            (Algorithms.Xxhash128, request.ChecksumXXHASH128)
        );

    internal static ContentChecksum? Given(this UploadPartRequest request) =>
        First(
            (Algorithms.Crc32, request.ChecksumCRC32),
            (Algorithms.Crc32c, request.ChecksumCRC32C),
            (Algorithms.Crc64nvme, request.ChecksumCRC64NVME),
            (Algorithms.Sha1, request.ChecksumSHA1),
            (Algorithms.Sha256, request.ChecksumSHA256),
            (Algorithms.Sha512, request.ChecksumSHA512),
            (Algorithms.Md5, request.ChecksumMD5),
            (Algorithms.Xxhash64, request.ChecksumXXHASH64),
            (Algorithms.Xxhash3, request.ChecksumXXHASH3),
            (Algorithms.Xxhash128, request.ChecksumXXHASH128)
        );

    internal static ContentChecksum? Given(this CompleteMultipartUploadRequest request) =>
        First(
            (Algorithms.Crc32, request.ChecksumCRC32),
            (Algorithms.Crc32c, request.ChecksumCRC32C),
            (Algorithms.Crc64nvme, request.ChecksumCRC64NVME),
            (Algorithms.Sha1, request.ChecksumSHA1),
            (Algorithms.Sha256, request.ChecksumSHA256),
            (Algorithms.Sha512, request.ChecksumSHA512),
            (Algorithms.Md5, request.ChecksumMD5),
            (Algorithms.Xxhash64, request.ChecksumXXHASH64),
            (Algorithms.Xxhash3, request.ChecksumXXHASH3),
            (Algorithms.Xxhash128, request.ChecksumXXHASH128)
        );

    internal static ContentChecksum? Given(this CompletedPart request) =>
        First(
            (Algorithms.Crc32, request.ChecksumCRC32),
            (Algorithms.Crc32c, request.ChecksumCRC32C),
            (Algorithms.Crc64nvme, request.ChecksumCRC64NVME),
            (Algorithms.Sha1, request.ChecksumSHA1),
            (Algorithms.Sha256, request.ChecksumSHA256),
            (Algorithms.Sha512, request.ChecksumSHA512),
            (Algorithms.Md5, request.ChecksumMD5),
            (Algorithms.Xxhash64, request.ChecksumXXHASH64),
            (Algorithms.Xxhash3, request.ChecksumXXHASH3),
            (Algorithms.Xxhash128, request.ChecksumXXHASH128)
        );

    private static ContentChecksum? First(params ReadOnlySpan<(string Algorithm, string? Value)> all)
    {
        foreach (var (algorithm, value) in all)
            if (value is not null)
                return new ContentChecksum(algorithm, value);
        return null;
    }
}
