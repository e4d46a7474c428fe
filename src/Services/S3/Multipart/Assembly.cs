using System.Security.Cryptography;
using Estiba.Contracts;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.S3;
using Estiba.S3.Objects;
using Estiba.S3.Storage;

namespace Estiba.S3.Multipart;

/// <summary>
/// What the parts of an upload become together: whether they may, the entity tag and the checksum of the whole.
/// </summary>
#pragma warning disable CA5351 // Entity tags are MD5, by the API.
internal static class Assembly
{
    private const int MostParts = 10_000;

    /// <summary>The parts that a client lists, in its order.</summary>
    /// <param name="listed">What it lists.</param>
    /// <param name="uploaded">What it has uploaded, by number.</param>
    /// <param name="smallest">How small all but the last may be.</param>
    /// <param name="algorithm">That of the upload.</param>
    /// <exception cref="AwsException">They may not become an object.</exception>
    internal static List<PartRecord> Choose(
        IReadOnlyList<CompletedPart>? listed,
        IReadOnlyDictionary<int, PartRecord> uploaded,
        long smallest,
        string algorithm
    )
    {
        if (listed is not { Count: > 0 and <= MostParts })
            throw S3Faults.MalformedXml;
        var chosen = new List<PartRecord>();
        foreach (var part in listed)
        {
            if (part.PartNumber is not { } number || part.ETag is null)
                throw S3Faults.MalformedXml;
            if (chosen.Count > 0 && number <= chosen[^1].Content.PartNumber)
                throw S3Faults.InvalidPartOrder;
            if (!uploaded.TryGetValue(number, out var found) || part.ETag.Trim('"') != found.ETag)
                throw S3Faults.InvalidPart;
            if (part.Given() is { } given && given.By(algorithm) != found.Content.Checksum)
                throw S3Faults.InvalidPart;
            chosen.Add(found);
        }

        if (chosen.SkipLast(1).Any(part => part.Content.Size < smallest))
            throw S3Faults.EntityTooSmall;
        return chosen;
    }

    /// <summary>The entity tag of the whole: the MD5 of the parts' MD5s, and their number.</summary>
    internal static string ETagOf(IReadOnlyCollection<PartRecord> parts)
    {
        var all = parts.SelectMany(part => Convert.FromHexString(part.ETag)).ToArray();
        return $"{Convert.ToHexStringLower(MD5.HashData(all))}-{parts.Count}";
    }

    /// <summary>The checksum of the whole.</summary>
    /// <param name="upload">Says which, and whether it is of the whole's bytes or of the parts' checksums.</param>
    /// <param name="parts">The parts.</param>
    internal static ContentChecksum ChecksumOf(UploadRecord upload, IReadOnlyList<PartRecord> parts)
    {
        var all = parts.Select(part => (Value: Convert.FromBase64String(part.Content.Checksum!), part.Content.Size));
        if (upload.ChecksumType == ChecksumType.FullObject)
        {
            var whole = all.Aggregate(
                (left, right) =>
                    (Crc.Combine(upload.ChecksumAlgorithm, left.Value, right.Value, right.Size), left.Size + right.Size)
            );
            return new(upload.ChecksumAlgorithm, Convert.ToBase64String(whole.Value), upload.ChecksumType);
        }

        var checksum = BodyChecksums.Begin(upload.ChecksumAlgorithm);
        foreach (var (value, _) in all)
            checksum.Append(value);
        var text = $"{Convert.ToBase64String(checksum.Value())}-{parts.Count}";
        return new(upload.ChecksumAlgorithm, text, upload.ChecksumType);
    }
}
